import assert from "node:assert/strict";
import { join } from "node:path";
import { parse } from "yaml";
import { entrySource } from "../../scripts/compile.ts";
import { version } from "../../src/cli/version.ts";
import { root } from "./_runner.ts";
import { onPosix } from "../support/systems.ts";

/** What the release does with each binary, done with a script in its place that starts a binary's first file. */
async function smoke(beforeStart = ""): Promise<{ code: number; log: string }> {
  const dir = await Deno.makeTempDir({ prefix: "zoom-extract-smoke-" });
  try {
    const binary = join(dir, "zoom-extract");
    const entry = join(dir, "entry.ts");
    await Deno.writeTextFile(entry, entrySource("0123456789ab"));
    const config = join(root, "deno.json");
    const start = `exec "${Deno.execPath()}" run -A --quiet --config "${config}" "${entry}" "$@"`;
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

Deno.test("the release's smoke test passes with this program", onPosix, async () => {
  const { code, log } = await smoke();
  assert.equal(code, 0, log);
  assert.match(log, /== all well\n/);
});

/** Answers `--version` in the program's place. */
const tells = (told: string) => `[ "$1" = --version ] && echo "zoom-extract ${told}" && exit`;

const broken = [
  { what: "tells another version", script: tells("0.0.0 (0123456789ab)") },
  { what: "tells no commit", script: tells(version) },
  { what: "tells a tag in place of its commit", script: tells(`${version} (v${version})`) },
  { what: "was made of a changed checkout", script: tells(`${version} (0123456789ab-dirty)`) },
  { what: "fails in its demo", script: '[ "$1" = demo ] && exit 1' },
  { what: "leaves dropped-in plugins out", script: '[ "$1" = extract ] && set -- "$@" --no-plugins' },
  { what: "fetches nothing", script: '[ "$1" = extract ] && exit 0' },
];

Deno.test.each(broken)(
  "the release's smoke test refuses a binary that $what",
  onPosix,
  async ({ script }) => {
    const { code, log } = await smoke(script);
    assert.equal(code, 1, log);
    assert.doesNotMatch(log, /all well/);
  },
);

/** The step of the release that runs a binary, in a folder where the smoke test only says what it was given. */
async function runBinaryStep(made: readonly string[]): Promise<{ code: number; told: string }> {
  const { jobs } = parse(await Deno.readTextFile(join(root, ".github/workflows/release.yml"))) as {
    jobs: { smoke: { steps: { name?: string; run?: string }[] } };
  };
  const { run = "" } = jobs.smoke.steps.find(({ name }) => name === "Run the binary") ?? {};
  const dir = await Deno.makeTempDir({ prefix: "zoom-extract-release-" });
  try {
    for (const folder of ["dist", ".github/scripts"]) {
      await Deno.mkdir(join(dir, folder), { recursive: true });
    }
    for (const name of made) await Deno.writeTextFile(join(dir, "dist", name), "");
    const smoke = join(dir, ".github/scripts/smoke.sh");
    await Deno.writeTextFile(smoke, '#!/bin/sh\necho "smoke $*"\n', { mode: 0o755 });
    const { code, stdout } = await new Deno.Command("bash", {
      args: ["--noprofile", "--norc", "-eo", "pipefail", "-c", run],
      cwd: dir,
      env: { NAME: "linux-x64", VERSION: version },
      stderr: "null",
    }).output();
    return { code, told: new TextDecoder().decode(stdout) };
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

Deno.test("the release runs the binary of its system, and says which one is missing", onPosix, async () => {
  const { code, told } = await runBinaryStep(["zoom-extract-linux-x64", "zoom-extract-macos-x64"]);
  assert.equal(code, 0, told);
  assert.match(told, new RegExp(`^smoke \\S+/dist/zoom-extract-linux-x64 ${version}\\n$`));
  const missing = await runBinaryStep(["zoom-extract-macos-x64"]);
  assert.deepEqual([missing.code, missing.told], [1, "::error::The build made no zoom-extract-linux-x64\n"]);
});
