/**
 * The command line: options, help, commands, progress and exit codes. Sole owner of the terminal and of the
 * environment; what a run does is left to the composition root, which each command imports when it runs.
 *
 * ```ts
 * const exitCode = await main(["extract", "--from-date", "2024-01-01", "--json"]);
 * ```
 *
 * @module
 */
export { main } from "./main.ts";
export type { CliContext, ListedRow, ListFiles, Output, RunExtract, TerminalSize } from "./context.ts";
export { exitCodeFor, exitCodes } from "./exit_code.ts";
export { renderOptionsTable } from "./options_table.ts";
