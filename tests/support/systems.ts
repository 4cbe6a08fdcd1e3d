/** What a test needs of the system that it runs on. Elsewhere it is ignored, which the suite tells at its end. */
import assert from "node:assert/strict";

/** For a test that needs a shell and its tools, signals, or modes of files: Windows has none of them. */
export const onPosix: Pick<Deno.TestDefinition, "ignore"> = { ignore: Deno.build.os === "windows" };

/** For a test that needs what is so on Linux only: GNU's tools, or folders such as /proc and /sys. */
export const onLinux: Pick<Deno.TestDefinition, "ignore"> = { ignore: Deno.build.os !== "linux" };

/** True when a program is here and ends well, as it does with `--version`. */
export async function succeeds(program: string, ...args: readonly string[]): Promise<boolean> {
  const silent = { stdin: "null", stdout: "null", stderr: "null" } as const;
  try {
    return (await new Deno.Command(program, { ...silent, args: [...args] }).output()).success;
  } catch {
    // One that is not here is thrown at once, before there is a promise.
    return false;
  }
}

/** Asserts who may do what with a file or folder, where the system has modes. */
export async function assertMode(path: string, mode: number): Promise<void> {
  if (Deno.build.os === "windows") return;
  assert.equal(((await Deno.stat(path)).mode ?? 0) & 0o777, mode, path);
}
