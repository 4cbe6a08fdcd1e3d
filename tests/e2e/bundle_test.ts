import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { startSimulator } from "../../src/simulator/mod.ts";
import { expectSecretIn } from "../support/secret_watch.ts";
import { pluginSource } from "../plugin_host/_support.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** The program as one file, which is what a binary holds, run where no file of the project is near. */
async function runBundle(
  app: string,
  args: readonly string[],
  { cwd, env = {} }: { cwd: string; env?: Readonly<Record<string, string>> },
): Promise<{ code: number; stdout: string; stderr: string }> {
  const output = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "-A",
      "--quiet",
      "--unstable-worker-options",
      "--no-config",
      "--no-npm",
      "--no-remote",
      app,
      ...args,
    ],
    cwd,
    env: { NO_COLOR: "1", ...env },
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code: output.code, stdout: text(output.stdout), stderr: text(output.stderr) };
}

/** A folder with the bundle in it, and nothing of the project near. */
async function withBundle(use: (app: string, cwd: string) => Promise<void>): Promise<void> {
  const cwd = await Deno.makeTempDir({ prefix: "zoom-extract-bundle-" });
  try {
    const app = join(cwd, "app.js");
    expectSecretIn(app);
    const bundled = await new Deno.Command(Deno.execPath(), {
      args: ["bundle", "--quiet", "-o", app, "main.ts"],
      cwd: root,
    }).output();
    assert.equal(bundled.code, 0, new TextDecoder().decode(bundled.stderr));
    await use(app, cwd);
  } finally {
    await Deno.remove(cwd, { recursive: true });
  }
}

Deno.test("bundled into one file, the program plays the whole demo, simulator included", async () => {
  await withBundle(async (app, cwd) => {
    const { code, stdout, stderr } = await runBundle(app, ["demo", "--no-progress"], { cwd });
    assert.equal(code, 0, stderr);
    assert.match(stdout, /✓ [\d,]+ of [\d,]+ files .* have the SHA-256/);
    const version = await runBundle(app, ["--version"], { cwd });
    assert.match(version.stdout, /^zoom-extract \d+\.\d+\.\d+\n$/);
  });
});

Deno.test("bundled into one file, the program runs bundled and dropped-in plugins from another folder", async () => {
  await withBundle(async (app, cwd) => {
    await Deno.mkdir(join(cwd, "plugins"));
    const filter = "{ filters: { type: ({ file }) => file.fileType !== Kind.Chat } }";
    await Deno.writeTextFile(
      join(cwd, "plugins", "no_chats.ts"),
      pluginSource("no-chats", filter, { head: 'enum Kind { Chat = "CHAT" }' }),
    );
    await using zoom = await startSimulator({ users: 2, months: 1 });
    const args = ["--json", "--plugin", "checksum", "--min-free-space", "0"];
    const { code, stdout, stderr } = await runBundle(app, args, { cwd, env: zoom.env });
    assert.equal(code, 0, stderr);
    const { files, hooks } = JSON.parse(stdout);
    const wanted = zoom.truth().filter(({ fileType }) => fileType !== "CHAT").length;
    assert.deepEqual([files.downloaded, hooks.completed], [wanted, wanted]);
  });
});
