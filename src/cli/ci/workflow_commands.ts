/** How annotations are called by GitHub. */
export type AnnotationLevel = "error" | "warning" | "notice";

/**
 * One workflow command, `::name key=value::message`, that says exactly what it was given.
 *
 * @see https://docs.github.com/actions/reference/workflow-commands-for-github-actions (read 2026-11-25)
 */
export function workflowCommand(
  name: string,
  message: string,
  properties: Readonly<Record<string, string>> = {},
): string {
  const pairs = Object.entries(properties).map(([key, value]) => `${key}=${escapeProperty(value)}`);
  return `::${name}${pairs.length > 0 ? ` ${pairs.join(",")}` : ""}::${escapeData(message)}\n`;
}

function escapeData(text: string): string {
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}

/**
 * `text` without anything that the runner takes for a command: `::name::` at the start of a line, blanks apart,
 * and the older `##[name]` anywhere.
 *
 * @see https://github.com/actions/runner/blob/main/src/Runner.Common/ActionCommand.cs (read 2026-11-25)
 */
export function defang(text: string): string {
  return text.replace(/(^|[\r\n\u0085\u2028\u2029])([\s\u0085]*):(?=:)/g, "$1$2: ").replaceAll("##[", "# #[");
}
