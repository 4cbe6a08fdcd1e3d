import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { judgeScopes } from "../../src/zoom/mod.ts";
import { startSimulator } from "../../src/simulator/mod.ts";
import { linesOf } from "../documented/_lines.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const guide = await Deno.readTextFile(join(root, "docs", "getting-started.md"));

/** The commands of the guide's blocks, in order. Those within its sentences are run where those of all pages are. */
const commands = (await linesOf("docs/getting-started.md")).filter(({ block }) => block !== undefined);

Deno.test("every command line of getting-started.md works, from nothing to an archive", async () => {
  await using zoom = await startSimulator({ users: 2, months: 2 });
  const home = await Deno.makeTempDir({ prefix: "zoom-extract-guide-" });
  try {
    const cwd = join(home, "zoom");
    await Deno.mkdir(cwd);
    const { accountId, clientId, clientSecret } = zoom.credentials;
    const base = {
      PATH: [join(home, ".local", "bin"), dirname(Deno.execPath()), Deno.env.get("PATH")].join(":"),
      HOME: home,
      DENO_DIR: Deno.env.get("DENO_DIR") ?? join(Deno.env.get("HOME") ?? "", ".cache", "deno"),
      LANG: "C.UTF-8",
      ...{ ACCOUNT: accountId, CLIENT: clientId, SECRET: clientSecret },
    };
    for (const { text: command, block } of commands) {
      // There is nobody to be asked here; afterwards everything comes from .env.
      const env: Record<string, string> = command === "zoom-extract init" ? { ...base, ...zoom.env } : base;
      const { code, stdout, stderr } = await new Deno.Command("bash", {
        args: ["-euo", "pipefail", "-c", command],
        // The program is given its name in its own folder.
        cwd: block === 0 ? root : cwd,
        clearEnv: true,
        env,
        stdin: "null",
      }).output();
      const shown = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
      assert.equal(code, 0, `${command}\n${shown}`);
      assert.ok(!shown.includes(clientSecret));
    }
    assert.equal(((await Deno.stat(join(cwd, ".env"))).mode ?? 0) & 0o777, 0o600);
    assert.ok((await Deno.stat(join(cwd, "zoom_recordings", "_logs", "inventory.db"))).isFile);
    assert.match(
      await Deno.readTextFile(join(home, ".local/share/man/man1/zoom-extract.1")),
      /^\.\\" Made by/,
    );
  } finally {
    await Deno.remove(home, { recursive: true });
  }
});

Deno.test("getting-started.md and the README name every scope that the program looks for", async () => {
  assert.ok(commands.length >= 11, `${commands.length} commands`);
  const readme = await Deno.readTextFile(join(root, "README.md"));
  for (const { granularScope, classicScope } of judgeScopes([])) {
    for (const text of [guide, readme]) {
      assert.ok(text.includes(`\`${granularScope}\``), granularScope);
      assert.ok(text.includes(`\`${classicScope}\``), classicScope);
    }
  }
});
