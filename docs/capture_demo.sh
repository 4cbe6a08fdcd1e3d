#!/usr/bin/env bash
# Makes docs/demo.svg anew: runs the demo in a terminal of its own, looks at it while transfers run and when the
# first run has ended, and draws both. Needs tmux and deno.
set -euo pipefail
repo=$(cd "$(dirname "$0")/.." && pwd)
columns=96
work=$(mktemp -d)
socket=$work/tmux
pane() { tmux -S "$socket" "$@"; }
trap 'pane kill-server 2>/dev/null || true; rm -rf "$work"' EXIT

export LC_ALL=C.UTF-8
pane -f /dev/null new-session -d -x "$columns" -y 60 -c "$work" \
  "TERM=screen-256color deno run -A '$repo/main.ts' demo; sleep 60"

# The frame that tells most: files on their way, and those large enough to have a rate twice.
most=0
until pane capture-pane -p -S - | grep -q 'Done:'; do
  pane capture-pane -e -p -S - > "$work/frame"
  told=$({ grep -oE ' [1-9][0-9]?%|iB/s.*  ' "$work/frame" || true; } | wc -l)
  if [ "$told" -gt "$most" ] && ! grep -q 'Progress:' "$work/frame"; then
    most=$told
    sed -n '/\$ zoom-extract extract/,$p' "$work/frame" > "$work/running.ansi"
  fi
done

until pane capture-pane -p -S - | grep -q 'Next'; do sleep 0.2; done
pane capture-pane -e -p -S - | sed -n '/Progress:/,/Done:/p;/Done:/q' > "$work/summary.ansi"

deno run -R "$repo/docs/render_capture.ts" "zoom-extract at work" "$columns" \
  "$work/running.ansi" "$work/summary.ansi" > "$repo/docs/demo.svg"
