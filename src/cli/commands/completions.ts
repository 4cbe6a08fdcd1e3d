import { UsageError } from "../../core/errors.ts";
import type { CliContext } from "../context.ts";
import type { ParsedFlags } from "../parse_flags.ts";
import { suggest } from "../../core/suggest.ts";

/** By shell, each loaded when it is asked for. */
const shells: Readonly<Record<string, () => Promise<string>>> = {
  bash: async () => (await import("../completions/bash.ts")).bashCompletion(),
  zsh: async () => (await import("../completions/zsh.ts")).zshCompletion(),
  fish: async () => (await import("../completions/fish.ts")).fishCompletion(),
  powershell: async () => (await import("../completions/powershell.ts")).powershellCompletion(),
};

/** `completions SHELL`: the script on stdout. */
export async function completions({ positionals }: ParsedFlags, context: CliContext): Promise<number> {
  const [shell = ""] = positionals;
  const names = Object.keys(shells);
  const render = Object.hasOwn(shells, shell) ? shells[shell] : undefined;
  if (render === undefined) {
    const meant = suggest(shell, names);
    throw new UsageError(
      shell === ""
        ? "Cannot print completions: which shell is missing"
        : `Cannot print completions for "${shell}": no such shell`,
      { value: shell, hint: meant ? `did you mean ${meant}?` : `shells are ${names.join(", ")}` },
    );
  }
  context.stdout.write(await render());
  return 0;
}
