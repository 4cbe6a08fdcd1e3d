import assert from "node:assert/strict";
import { join } from "node:path";
import { simAccount, simMeeting, simUser, startSimulator } from "../../src/simulator/mod.ts";
import { pluginSource } from "../plugin_host/_support.ts";
import { runProgram } from "../support/program.ts";
import { count } from "./_frame.ts";

const today = new Date().toISOString().slice(0, 10);

/** Notes the environment and the command line of itself, its parent and whatever else it may look at in /proc. */
const spy = `#!/bin/sh
out="$(dirname "$0")/seen.txt"
for pid in $$ $PPID; do
  tr '\\0' '\\n' < /proc/$pid/cmdline >> "$out"
done
tr '\\0' '\\n' < /proc/$$/environ >> "$out"
echo "--end of call--" >> "$out"
`;

/** A plugin of a stranger, which gives its program the environment that it has itself. */
const inheriting = (program: string) =>
  pluginSource(
    "inheriting",
    `{ hooks: { async afterTransfer() {
      const { success } = await new Deno.Command(${JSON.stringify(program)}, { args: ["x"] }).output();
      if (!success) throw new Error("the program failed");
    } } }`,
    { permissions: `{ run: [${JSON.stringify(program)}] }` },
  );

const cases: readonly { readonly name: string; readonly args: (spy: string) => readonly string[] }[] = [
  {
    name: "exec",
    args: (path) => [
      ...["--plugin", "exec", "--plugin-option", `exec.program=${path}`],
      ...["--plugin-option", 'exec.args=["{topic}","{path}"]'],
    ],
  },
  {
    name: "rclone",
    args: () => [
      ...["--plugin", "rclone", "--plugin-option", "rclone.remote=:local:/nowhere"],
      ...["--plugin-option", "rclone.verify=false"],
    ],
  },
  {
    name: "inheriting",
    args: (path) => ["--plugins-dir", join(path, "..", "plugins"), "--grant", "inheriting"],
  },
];

for (const { name, args } of cases) {
  Deno.test({
    name: `secrets: programs that the plugin ${name} starts get none in their arguments or environment, ` +
      "and the command line of the program itself shows none",
    ignore: Deno.build.os !== "linux",
    async fn() {
      const ana = simUser({ email: "ana@example.test" });
      const meeting = simMeeting({ host: ana, start: `${today}T00:10:00Z`, files: ["MP4", "CHAT"] });
      await using zoom = await startSimulator({ account: simAccount({ users: [ana], meetings: [meeting] }) });
      const dir = await Deno.makeTempDir({ prefix: "zoom-extract-children-" });
      try {
        const path = join(dir, "rclone");
        await Deno.writeTextFile(path, spy, { mode: 0o755 });
        await Deno.mkdir(join(dir, "plugins"));
        await Deno.writeTextFile(join(dir, "plugins", "inheriting.ts"), inheriting(path));
        const { code, stdout, stderr } = await runProgram(
          ["--output-dir", join(dir, "archive"), "--json", "--min-free-space", "0", ...args(path)],
          { zoom, env: { PATH: `${dir}:${Deno.env.get("PATH")}`, OTHER_KEY: "a-key-of-another-cloud" } },
        );
        assert.equal(code, 0, stderr);
        assert.equal(JSON.parse(stdout).hooks.completed, 2);
        const seen = await Deno.readTextFile(join(dir, "seen.txt"));
        const calls = seen.split("--end of call--").length - 1;
        assert.ok(calls >= 2, `${calls} calls`);
        assert.match(seen, /PATH=/);
        assert.doesNotMatch(seen, /ZOOM_/);
        // Bundled plugins pass on what a program needs to find its way, and nothing else.
        if (name !== "inheriting") assert.doesNotMatch(seen, /OTHER_KEY|a-key-of-another-cloud/);
        const { clientId, clientSecret } = zoom.credentials;
        for (const secret of [...zoom.secrets(), btoa(`${clientId}:${clientSecret}`)]) {
          assert.ok(!seen.includes(secret), secret);
        }
        count("secrets", "programs of plugins looked at", calls);
      } finally {
        await Deno.remove(dir, { recursive: true });
      }
    },
  });
}
