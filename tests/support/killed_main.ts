/**
 * The program, killed at one of the steps in which it changes names on disk: `killed_main.ts STEP ARGS…`.
 *
 * Each rename and removal of a recording has two steps, just before and just after it.
 */
import { main } from "../../src/cli/mod.ts";

const [step = "0", ...args] = Deno.args;
let left = Number(step);

function maybeDie(): void {
  if (left-- > 0) return;
  Deno.kill(Deno.pid, "SIGKILL");
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
}

const recording = /\d{8}_\d{6}Z_[^/]*\.\w+$/;

function withDeath<A extends unknown[]>(
  change: (...args: A) => Promise<void>,
): (...args: A) => Promise<void> {
  return async (...args) => {
    if (!recording.test(String(args[0]))) return await change(...args);
    maybeDie();
    await change(...args);
    maybeDie();
  };
}

const { renameSync } = Deno;
Object.assign(Deno, {
  rename: withDeath(Deno.rename),
  remove: withDeath(Deno.remove),
  renameSync: (from: string, to: string) => {
    if (!recording.test(from)) return renameSync(from, to);
    maybeDie();
    renameSync(from, to);
    maybeDie();
  },
});

if (import.meta.main) Deno.exit(await main(args));
