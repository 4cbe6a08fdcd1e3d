import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));

/** Runs a suite of two tests, one of them ignored, as `deno task test` does. */
async function runSuite(env: Readonly<Record<string, string>>): Promise<{ code: number; closing: string }> {
  const dir = await Deno.makeTempDir({ prefix: "zoom-extract-suite-of-two-" });
  try {
    const file = join(dir, "two_test.ts");
    await Deno.writeTextFile(
      file,
      'Deno.test("one", () => {});\nDeno.test({ name: "two", ignore: true, fn() {} });\n',
    );
    const { CI: _, NO_IGNORED_TESTS: __, ...rest } = Deno.env.toObject();
    const { code, stdout } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--quiet", join(root, "tests", "run.ts"), "--no-check", file],
      cwd: root,
      clearEnv: true,
      env: { ...rest, ...env },
      stderr: "null",
    }).output();
    return { code, closing: new TextDecoder().decode(stdout).trimEnd().split("\n").at(-1) ?? "" };
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

Deno.test("an ignored test is told, and fails the suite only on a machine that is said to have every tool", async () => {
  for (const env of [{}, { CI: "true" }]) {
    assert.deepEqual(await runSuite(env), { code: 0, closing: "1 passed, 0 failed, 1 skipped" });
  }
  const { code, closing } = await runSuite({ NO_IGNORED_TESTS: "true" });
  assert.equal(code, 1, closing);
  assert.match(closing, /^1 passed, 0 failed, 1 skipped \(none may be ignored/);
  const script = await Deno.readTextFile(join(root, ".ci", "run"));
  assert.match(script, /^export NO_IGNORED_TESTS=/m, "what decides asks for it");
});
