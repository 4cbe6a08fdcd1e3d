/**
 * The program, killed at one of the steps in which it changes names on disk: `killed_main.ts STEP ARGS…`.
 *
 * Each rename and removal of a recording has two steps, just before and just after it.
 */
import { main } from "../../src/cli/mod.ts";

const [step = "0", ...args] = Deno.args;
let left = Number(step);

async function maybeDie(): Promise<void> {
  if (left-- > 0) return;
  Deno.kill(Deno.pid, "SIGKILL");
  await new Promise(() => {});
}

function withDeath<A extends unknown[]>(
  change: (...args: A) => Promise<void>,
): (...args: A) => Promise<void> {
  return async (...args) => {
    if (!/\d{8}_\d{6}Z_[^/]*\.\w+$/.test(String(args[0]))) return await change(...args);
    await maybeDie();
    await change(...args);
    await maybeDie();
  };
}

Object.assign(Deno, { rename: withDeath(Deno.rename), remove: withDeath(Deno.remove) });

if (import.meta.main) Deno.exit(await main(args));
