import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type SimulatorOptions, startSimulator } from "../../src/simulator/mod.ts";
import { runProgram } from "../support/program.ts";

const mainPath = fileURLToPath(new URL("../../main.ts", import.meta.url));

/** Runs the program as at a terminal, without `--no-prompt`; what nobody answers is over after a minute. */
async function atTerminal(rights: string, args: string, { cwd, env }: {
  cwd: string;
  env: Readonly<Record<string, string>>;
}): Promise<string> {
  const { stdout } = await new Deno.Command("timeout", {
    args: [
      "60",
      "script",
      "-q",
      "-c",
      `"${Deno.execPath()}" run --quiet ${rights} "${mainPath}" ${args}`,
      "/dev/null",
    ],
    cwd,
    env: { ...env, NO_COLOR: "1", LANG: "C.UTF-8", SHELL: "/bin/sh" },
    stdin: "null",
    stderr: "null",
  }).output();
  return new TextDecoder().decode(stdout);
}

async function withArchive(
  options: SimulatorOptions,
  use: (place: { cwd: string; env: Readonly<Record<string, string>> }) => Promise<void>,
): Promise<void> {
  const cwd = await Deno.realPath(await Deno.makeTempDir({ prefix: "zoom-extract-prompt-" }));
  try {
    await using zoom = await startSimulator({ users: 1, months: 1, ...options });
    if (options.faults === undefined) {
      const { code, stderr } = await runProgram(["-o", "archive", "--min-free-space", "0"], { cwd, zoom });
      assert.equal(code, 0, stderr);
    }
    await use({ cwd, env: zoom.env });
  } finally {
    await Deno.remove(cwd, { recursive: true });
  }
}

const asks = /requests .* access|Allow\?/;

Deno.test("at a terminal, commands without the right to write ask nobody for it", {
  ignore: Deno.build.os !== "linux",
}, async (t) => {
  await withArchive({}, async (place) => {
    for (const args of ["status", "verify", "export --format csv", "doctor --offline"]) {
      await t.step(args, async () => {
        const shown = await atTerminal("-R -E --allow-sys=statfs", `${args} -o archive`, place);
        assert.doesNotMatch(shown, asks);
        assert.ok(shown.length > 50, shown);
      });
    }
    assert.ok(await Deno.stat(join(place.cwd, "archive", "_logs", "inventory.db")));
  });
});

Deno.test(
  "at a terminal, a redirect to a host that is not granted fails its file with the flag, and asks nobody",
  {
    ignore: Deno.build.os !== "linux",
  },
  async () => {
    const faults = [{ on: "/rec/*", do: "redirectTo", url: "https://files.example.test/x" }] as const;
    await withArchive({ faults: [...faults] }, async (place) => {
      const rights = "-R -W -E --allow-sys=statfs --allow-net=127.0.0.1";
      const shown = await atTerminal(rights, "-o archive --min-free-space 0 --no-progress", place);
      assert.doesNotMatch(shown, asks);
      assert.match(shown, /--allow-net=files\.example\.test/);
    });
  },
);
