import type { CommandInfo } from "../command_info.ts";
import { programName } from "../version.ts";

/** What the help and the dispatcher know of `completions`. */
export const info: CommandInfo = {
  name: "completions",
  summary: "print completions for bash, zsh, fish or PowerShell",
  description:
    "Prints a script that completes commands, options, their choices, names of plugins, and files and folders. " +
    "Print it anew after an update: it is made from the options of this version.",
  usage: `${programName} completions bash|zsh|fish|powershell`,
  examples: [
    [
      `${programName} completions bash > ~/.local/share/bash-completion/completions/${programName}`,
      "bash, with the package bash-completion",
    ],
    [`${programName} completions zsh > ~/.zfunc/_${programName}`, "zsh, with fpath+=~/.zfunc in .zshrc"],
    [`${programName} completions fish > ~/.config/fish/completions/${programName}.fish`, "fish"],
    [`${programName} completions powershell >> $PROFILE`, "PowerShell"],
  ],
  exitCodes: [0, 1, 2],
  positionals: 1,
  words: ["bash", "zsh", "fish", "powershell"],
  load: async () => (await import("../commands/completions.ts")).completions,
};
