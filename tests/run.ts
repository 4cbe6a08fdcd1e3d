/**
 * Runs the whole test suite, documentation examples included, and closes with plain lines: what was searched for
 * secrets, and `N passed, N failed, N skipped`.
 *
 * Arguments go on to `deno test`. With `NO_IGNORED_TESTS=true` an ignored test is a failure: for a machine on which
 * every tool is present, as on the one of `.ci/run`. `CI` alone does not say so: other systems lack some of them.
 */
import { openSecretWatch } from "./support/watch_suite.ts";

await using watch = await openSecretWatch();
const child = new Deno.Command(Deno.execPath(), {
  args: ["test", "-A", "--quiet", "--doc", "--parallel", ...watch.flags, ...Deno.args],
  env: { ...watch.env },
  stdin: "null",
  stdout: "piped",
  stderr: "inherit",
}).spawn();

const decoder = new TextDecoder();
let tail = "";
for await (const chunk of child.stdout) {
  await writeAll(chunk);
  tail = (tail + decoder.decode(chunk, { stream: true })).slice(-4_000);
}
const { code } = await child.status;
const closing = stripColors(tail).match(/(?:ok|FAILED) \| .*/g)?.at(-1) ?? "";
const count = (word: string) => Number(new RegExp(`(\\d+) ${word}`).exec(closing)?.[1] ?? 0);
const passed = count("passed");
const failed = count("failed");
const ignored = count("ignored");
const refusesIgnored = Deno.env.get("NO_IGNORED_TESTS") === "true" && ignored > 0;
const reason = refusesIgnored ? " (none may be ignored with NO_IGNORED_TESTS)" : "";
const secrets = await watch.close({ isWhole: Deno.args.length === 0 });
await say(`${secrets.text}\n${passed} passed, ${failed} failed, ${ignored} skipped${reason}\n`);
Deno.exitCode = code !== 0 ? code : refusesIgnored || !passed || !secrets.ok ? 1 : 0;

function stripColors(text: string): string {
  // deno-lint-ignore no-control-regex
  return text.replace(/\x1b\[[0-9;]*m/g, "");
}

async function say(text: string): Promise<void> {
  await writeAll(new TextEncoder().encode(text));
}

async function writeAll(bytes: Uint8Array): Promise<void> {
  for (let written = 0; written < bytes.length;) written += await Deno.stdout.write(bytes.subarray(written));
}
