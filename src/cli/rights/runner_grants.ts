import type { Grant } from "../../core/grants.ts";

/** Variables in which a runner of GitHub Actions names itself and its files. */
export const runnerVariables: readonly string[] = ["GITHUB_ACTIONS", "GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY"];

/** What telling a runner needs: its variables, and the files that they name now. */
export function runnerGrants(env: (name: string) => string | undefined): Grant[] {
  const files = runnerVariables.slice(1).flatMap((name) => env(name) || []);
  return [
    ...runnerVariables.map((value): Grant => ({ kind: "env", value, why: "--ci" })),
    ...files.flatMap((value): Grant[] => [
      { kind: "read", value, why: "--ci: how much the file holds already" },
      { kind: "write", value, why: "--ci: outputs and job summary" },
    ]),
  ];
}
