import { basename, resolve } from "node:path";
import type { Config } from "../../core/config.ts";
import { toError } from "../../core/errors.ts";
import { ExitCode } from "../../core/exit_code.ts";
import type { CliContext } from "../context.ts";
import { inFolder } from "../paths.ts";
import { createStyle, wantsColor } from "../render/style.ts";
import { printable } from "../render/text.ts";

/** `plugins check FILE`: a line for each thing that was looked at; 0 only if all is well, 7 otherwise. */
export async function checkPlugin(
  path: string,
  { config, context }: { config: Pick<Config, "outputDir" | "plugins">; context: CliContext },
): Promise<number> {
  const style = createStyle(wantsColor(context.stdout, context));
  const say = (good: boolean, text: string) =>
    context.stdout.write(`${good ? style.green("✓") : style.red("✗")} ${printable(text)}\n`);
  const file = resolve(inFolder(context.cwd, path));
  const { tryPlugin } = await import("../../app.ts");
  try {
    const { manifest, tried } = await tryPlugin(file, config);
    say(true, `imports nothing that the program does not ship`);
    say(true, `${manifest.name} ${manifest.version}: ${manifest.description}`);
    say(true, `setup() answers: ${contributions(tried.contributed)}`);
    for (const answer of tried.answers) say(true, answer);
  } catch (error) {
    say(false, toError(error).message);
    return ExitCode.plugin;
  }
  const problem = context.rights.has({ kind: "run", value: Deno.execPath() })
    ? await typeCheck(file)
    : "no right";
  if (problem === "no right") {
    const flag = `--allow-run=${Deno.execPath()}`;
    context.stdout.write(`${style.dim(`- types were not checked: no right to run deno (add ${flag})`)}\n`);
    return ExitCode.done;
  }
  if (problem === "no deno") {
    context.stdout.write(`${style.dim("- types were not checked: this is no Deno that could")}\n`);
    return ExitCode.done;
  }
  say(problem === undefined, problem ?? "its types fit");
  return problem === undefined ? ExitCode.done : ExitCode.plugin;
}

function contributions(
  { filters, namings, hooks }: {
    filters: readonly string[];
    namings: readonly { readonly name: string }[];
    hooks: readonly string[];
  },
): string {
  const parts = [
    ...filters.map((name) => `filter ${name}`),
    ...namings.map(({ name }) => `naming ${name}`),
    ...hooks.map((name) => `hook ${name}`),
  ];
  return parts.length === 0 ? "nothing" : parts.join(", ");
}

/** What `deno check` has against the file; `"no deno"` where none is at hand, as in a binary. */
async function typeCheck(file: string): Promise<string | undefined> {
  if (!/^deno(\.exe)?$/i.test(basename(Deno.execPath()))) return "no deno";
  const config = new URL("../../../deno.json", import.meta.url);
  try {
    const { code, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["check", "--quiet", "--config", config.pathname, file],
      env: { NO_COLOR: "1" },
    }).output();
    if (code === 0) return undefined;
    return new TextDecoder().decode(stderr).split("\n").slice(0, 4).join(" ").trim();
  } catch {
    return "no deno";
  }
}
