import type { CommandName } from "./option_row.ts";
import { defaultText, optionsOf } from "./options.ts";

/** The options of a command as the Markdown table of the README, made from the rows. */
export function renderOptionsTable(command: CommandName = "extract"): string {
  const cells = optionsOf(command).map((row) => {
    const value = row.kind === "switch" ? "" : ` ${row.placeholder ?? "VALUE"}`;
    const flag = row.flagless ? "" : `\`${row.short ? `-${row.short}, ` : ""}--${row.long}${value}\``;
    const constant = row.default === undefined ? defaultText(row) : `\`${row.default}\``;
    const choices = row.choices ? ` (${row.choices.map((choice) => `\`${choice}\``).join(", ")})` : "";
    const range = row.range ? ` (${row.range})` : "";
    return [flag, row.env ? `\`${row.env}\`` : "", constant, row.help.replace(/\.$/, "") + choices + range];
  });
  const rows = [["Flag", "Variable", "Default", "Meaning"], ["---", "---", "---", "---"], ...cells];
  return rows.map((row) => `| ${row.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`).join("\n") +
    "\n";
}
