import assert from "node:assert/strict";
import { commands } from "../../src/cli/commands.ts";
import { exitCodes } from "../../src/cli/exit_code.ts";
import { optionRows } from "../../src/cli/options.ts";
import { isProgram } from "../../plugins/_program.ts";
import { runCli } from "./_harness.ts";

/** Runs a program on the manual page. */
async function onManual(
  program: string,
  args: readonly string[],
): Promise<{ shown: string; said: string; code: number }> {
  const path = await Deno.makeTempFile({ suffix: ".1" });
  try {
    await Deno.writeTextFile(path, (await runCli(["man"], { env: {} })).stdout);
    const { code, stdout, stderr } = await new Deno.Command(program, {
      args: [...args, path],
      env: { MANWIDTH: "78", LANG: "C.UTF-8", MAN_KEEP_FORMATTING: "" },
      stdin: "null",
    }).output();
    return { code, shown: new TextDecoder().decode(stdout), said: new TextDecoder().decode(stderr) };
  } finally {
    await Deno.remove(path);
  }
}

Deno.test("mandoc finds nothing to say about the manual page but that it has no date", {
  ignore: !await isProgram("mandoc"),
}, async () => {
  const { shown } = await onManual("mandoc", ["-T", "lint"]);
  const complaints = shown.split("\n").filter((line) => line !== "");
  // A date would make two builds of one version differ.
  assert.deepEqual(complaints.filter((line) => !/missing date, using ""/.test(line)), []);
});

Deno.test("man shows every command, option, variable and exit code without a warning", {
  ignore: !await isProgram("man"),
}, async () => {
  const { shown, said, code } = await onManual("man", ["--warnings", "-l"]);
  assert.equal(said, "");
  assert.equal(code, 0);
  // deno-lint-ignore no-control-regex -- overstrikes of bold letters
  const text = shown.replace(/.\x08/g, "").replace(/[\u2010-\u2212]\n\s+/g, "").replaceAll(
    /[\u2010-\u2212]/g,
    "-",
  ).replace(/\s+/g, " ");
  for (const { name, examples } of commands) {
    for (const [line] of examples) assert.ok(text.includes(line.replace(/\s+/g, " ")), `${name}: ${line}`);
  }
  for (const { long, env, flagless } of optionRows) {
    if (!flagless) assert.ok(text.includes(`--${long}`), long);
    if (env) assert.ok(text.includes(env), env);
  }
  for (const [code, meaning] of exitCodes) assert.ok(text.includes(` ${code} ${meaning}`), meaning);
});

Deno.test("the manual page is the same each time, and plain ASCII", async () => {
  const [first, second] = [await runCli(["man"], { env: {} }), await runCli(["man"], { env: {} })];
  assert.equal(first.stdout, second.stdout);
  // deno-lint-ignore no-control-regex -- that is the question
  assert.match(first.stdout, /^[\x0a\x20-\x7e]+$/);
});
