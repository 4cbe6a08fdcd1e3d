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
# A binary says which commit it was made of as well.
[[ $told == "zoom-extract $version" || $told == "zoom-extract $version ("*")" ]]

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
"$binary" plugins list | grep -q smoke

echo "== all well"
