import type { CliContext, Output } from "../../src/cli/context.ts";
import { main } from "../../src/cli/main.ts";
import { systemClock } from "../../src/core/clock.ts";
import type { Simulator } from "../../src/simulator/mod.ts";
import { noon } from "./_fault_world.ts";

function captured(isTerminal: boolean): Output & { text: string } {
  return {
    isTerminal,
    text: "",
    write(written: string) {
      this.text += written;
      return true;
    },
  };
}

/** What a run has shown. */
export interface Shown {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The program as a user starts it, in `cwd`, on a terminal or not. */
export async function run(
  zoom: Simulator,
  args: readonly string[],
  cwd: string,
  isTerminal = false,
): Promise<Shown> {
  const [stdout, stderr] = [captured(isTerminal), captured(isTerminal)];
  const startedMs = performance.now();
  const variables: Record<string, string | undefined> = zoom.env;
  const context: Partial<CliContext> = {
    cwd,
    stdout,
    stderr,
    env: (name) => variables[name],
    forget: () => {},
    rights: { has: () => true, drop: () => {} },
    readsDotEnv: false,
    size: () => ({ columns: 80, rows: 24 }),
    clock: { ...systemClock, now: () => noon + performance.now() - startedMs },
    every: (_ms, callback) => {
      const timer = setInterval(callback, 100);
      return () => clearInterval(timer);
    },
    onSignal: () => () => {},
    onCrash: () => () => {},
    exit: () => {},
  };
  const range = ["--from-date", "2024-05-20", "--to-date", "2024-06-14"];
  const code = await main([...args, ...range, "-o", "inner/archive", "--no-plugins"], context);
  return { code, stdout: stdout.text, stderr: stderr.text };
}
