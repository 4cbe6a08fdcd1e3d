/** Lines that `zoom-extract permissions` prints, and what becomes of them. */
import assert from "node:assert/strict";
import { type Simulator, startSimulator } from "../../src/simulator/mod.ts";
import { runProgram } from "./program.ts";

/** A folder to start from, and an account to fetch. */
export async function inFolder(
  use: (cwd: string, zoom: Simulator) => Promise<void>,
  options: { users?: number } = {},
): Promise<void> {
  const cwd = await Deno.realPath(await Deno.makeTempDir({ prefix: "zoom-extract-rights-" }));
  try {
    await using zoom = await startSimulator({ users: options.users ?? 1, months: 1 });
    await use(cwd, zoom);
  } finally {
    await Deno.remove(cwd, { recursive: true });
  }
}

/** What `zoom-extract permissions` prints, run without any right but to look at the configuration. */
export async function printedLine(
  args: readonly string[],
  { cwd, zoom, permissions = ["-E", "-R"], env = {} }: {
    cwd: string;
    zoom: Simulator;
    permissions?: readonly string[];
    env?: Readonly<Record<string, string>>;
  },
): Promise<{ command: string[]; allow: string[]; missing: string[]; unseen: string[] }> {
  const { code, stdout, stderr } = await runProgram(["permissions", "--json", ...args], {
    cwd,
    zoom,
    permissions,
    env,
  });
  assert.equal(code, 0, stderr);
  const { command, missing, unseen } = JSON.parse(stdout);
  return { command, missing, unseen, allow: command.filter((arg: string) => arg.startsWith("--allow-")) };
}

/** Runs a printed line as it stands. */
export async function runLine(
  command: readonly string[],
  { cwd, zoom, env = {} }: { cwd: string; zoom: Simulator; env?: Readonly<Record<string, string>> },
): Promise<{ code: number; stdout: string; stderr: string }> {
  const keep = ["PATH", "HOME", "DENO_DIR"].flatMap((name) =>
    Deno.env.has(name) ? [[name, Deno.env.get(name) ?? ""]] : []
  );
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: command.slice(1),
    cwd,
    clearEnv: true,
    env: { ...Object.fromEntries(keep), ...zoom.env, ...env },
    stdin: "null",
  }).output();
  const [said, told] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  return { code, stdout: said ?? "", stderr: told ?? "" };
}

/** A single right of a line, and the line without it. */
export interface SingleRight {
  /** `--allow-read` */
  readonly name: string;
  readonly value: string;
  readonly lineWithout: readonly string[];
}

/** How a terminal looks: nobody needs these rights. */
const looks = ["NO_COLOR", "FORCE_COLOR", "TERM"];

/** Every right of a printed line that is needed. */
export function rightsOf(command: readonly string[]): SingleRight[] {
  return command.filter((arg) => arg.startsWith("--allow-")).flatMap((flag) => {
    const [name = "", list = ""] = flag.split("=");
    return list.split(",").filter((value) => !looks.includes(value)).map((value) => {
      const rest = list.split(",").filter((other) => other !== value);
      const without = rest.length === 0 ? [] : [`${name}=${rest.join(",")}`];
      return { name, value, lineWithout: command.flatMap((arg) => arg === flag ? without : [arg]) };
    });
  });
}
