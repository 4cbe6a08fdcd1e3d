#!/usr/bin/env bash
# Does a binary do what it is for, on the system it was built for? smoke.sh BINARY VERSION
set -euo pipefail
binary=$1
version=$2
work=$(mktemp -d)
cd "$work"

echo "== --version"
told=$("$binary" --version)
echo "$told"
# Which commit it was made of: no tag, and nothing that was changed since.
commit='[0-9a-f]{7,40}'
[[ $told =~ ^"zoom-extract $version ("$commit")"$ ]]

echo "== demo"
"$binary" demo --no-progress

echo "== a dropped-in plugin"
mkdir plugins
cat >plugins/smoke.ts <<'PLUGIN'
enum Kind { Chat = "CHAT" }

export default {
  apiVersion: 1,
  name: "smoke",
  version: "1.0.0",
  description: "Leaves chats out.",
  kinds: ["filter"],
  setup: () => ({
    filters: { "no-chats": ({ file }: { file: { fileType: string } }) => file.fileType !== Kind.Chat },
  }),
};
PLUGIN
"$binary" plugins check plugins/smoke.ts
[[ $("$binary" plugins list) == *smoke* ]]

echo "== an account fetched through it"
"$binary" simulate --users 3 --months 1 >variables 2>simulate.log &
zoom=$!
trap 'kill "$zoom" 2>/dev/null || true' EXIT
for _ in $(seq 300); do
  # The last line is there when all are.
  grep -q '^export ZOOM_OAUTH_URL=' variables && break
  kill -0 "$zoom" || { cat simulate.log; exit 1; }
  sleep 0.1
done
# shellcheck disable=SC1091
source ./variables
from=$(($(date +%Y) - 1))-01-01
fetch() { "$binary" extract --from-date "$from" --output-dir fetched --no-progress "$@"; }
chats() { find fetched -type f -name '*_CHAT*.txt'; }
fetch
[ -n "$(find fetched -type f -name '*.mp4')" ]
[ -z "$(chats)" ]
fetch --no-plugins
[ -n "$(chats)" ]
"$binary" verify --output-dir fetched

echo "== all well"
