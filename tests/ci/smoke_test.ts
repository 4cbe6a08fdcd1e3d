import assert from "node:assert/strict";
import { join } from "node:path";
import { version } from "../../src/cli/version.ts";
import { root } from "./_runner.ts";

const ofBash = { ignore: Deno.build.os === "windows" };

/** What the release does with each binary, done with a script in its place that starts the program from source. */
async function smoke(beforeStart = ""): Promise<{ code: number; log: string }> {
  const dir = await Deno.makeTempDir({ prefix: "zoom-extract-smoke-" });
  try {
    const binary = join(dir, "zoom-extract");
    const start = `exec "${Deno.execPath()}" run -A --quiet "${join(root, "main.ts")}" "$@"`;
    await Deno.writeTextFile(binary, `#!/bin/sh\n${beforeStart}\n${start}\n`, { mode: 0o755 });
    const { code, stdout, stderr } = await new Deno.Command("bash", {
      args: [join(root, ".github", "scripts", "smoke.sh"), binary, version],
      env: { TMPDIR: dir, NO_COLOR: "1" },
    }).output();
    const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
    return { code, log: text(stdout) + text(stderr) };
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

Deno.test("the release's smoke test passes with this program", ofBash, async () => {
  const { code, log } = await smoke();
  assert.equal(code, 0, log);
  assert.match(log, /== all well\n/);
});

const broken = [
  { what: "tells another version", script: '[ "$1" = --version ] && echo "zoom-extract 0.0.0" && exit' },
  { what: "fails in its demo", script: '[ "$1" = demo ] && exit 1' },
  { what: "leaves dropped-in plugins out", script: '[ "$1" = extract ] && set -- "$@" --no-plugins' },
  { what: "fetches nothing", script: '[ "$1" = extract ] && exit 0' },
];

Deno.test.each(broken)("the release's smoke test refuses a binary that $what", ofBash, async ({ script }) => {
  const { code, log } = await smoke(script);
  assert.equal(code, 1, log);
  assert.doesNotMatch(log, /all well/);
});
