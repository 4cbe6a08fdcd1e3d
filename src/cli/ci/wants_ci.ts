import type { CliContext } from "../context.ts";

/** True when a runner of GitHub Actions reads along, or `--ci` says so. */
export function wantsCi(args: readonly string[], context: Pick<CliContext, "env">): boolean {
  const end = args.indexOf("--");
  const options = end === -1 ? args : args.slice(0, end);
  if (options.includes("--no-ci")) return false;
  return options.includes("--ci") || context.env("GITHUB_ACTIONS") === "true";
}
