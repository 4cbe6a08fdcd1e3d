import { UsageError } from "../../core/errors.ts";
import type { CliContext } from "../context.ts";
import { inFolder } from "../paths.ts";
import { leadsOutside } from "./real_path.ts";
import { besideSet } from "./beside_set.ts";

/**
 * Refuses to use a file that may not be used, or that a symbolic link leads to from inside an allowed folder.
 *
 * @param label as the person knows it: `".env"`, `--config "run.json"`
 * @throws {UsageError}
 */
export async function requireFile(
  path: string,
  { kind, label, context, otherwise = "" }: {
    kind: "read" | "write";
    label: string;
    context: Pick<CliContext, "cwd" | "rights">;
    /** How to do without it. */
    otherwise?: string;
  },
): Promise<void> {
  const file = inFolder(context.cwd, path);
  if (!context.rights.has({ kind, value: file })) {
    throw new UsageError(`Cannot ${kind} ${label}: the program was started without this right`, {
      option: `allow-${kind}`,
      value: path,
      hint: `add --allow-${kind}=${path}${otherwise}; ${besideSet()}`,
    });
  }
  await refuseWayOut(file, { kind, label, context });
}

/**
 * Refuses a file or folder that a symbolic link leads to from inside an allowed folder.
 *
 * @throws {UsageError}
 */
export async function refuseWayOut(
  path: string,
  { kind, label, context }: { kind: "read" | "write"; label: string; context: Pick<CliContext, "rights"> },
): Promise<void> {
  const real = await leadsOutside(path, kind, context.rights);
  if (real === undefined) return;
  throw new UsageError(`Cannot ${kind} ${label}: it is a symbolic link to "${real}", which is not allowed`, {
    option: `allow-${kind}`,
    value: path,
    hint: `name what it leads to, or add --allow-${kind}=${path}`,
  });
}
