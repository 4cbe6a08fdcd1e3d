import { UsageError } from "../core/errors.ts";
import { inFolder } from "./paths.ts";
import type { ResolvedOptions } from "./resolve_options.ts";

/** Which archive is read, and what of it. */
export interface ArchiveScope {
  readonly outputDir: string;
  readonly userFilter: readonly string[];
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

/**
 * The scope of a command that reads an archive: everything, unless options narrow it.
 *
 * @throws {UsageError} When the last day comes before the first.
 */
export function archiveScope(options: ResolvedOptions, cwd: string): ArchiveScope {
  const from = options.text("from-date");
  const to = options.text("to-date");
  if (from !== undefined && to !== undefined && from > to) {
    throw new UsageError(
      `Cannot use ${options.label("from-date")} "${from}": after ${options.label("to-date")} "${to}"`,
      { option: "from-date", value: from, hint: "the first day comes first" },
    );
  }
  return {
    outputDir: inFolder(cwd, options.text("output-dir") ?? "./zoom_recordings"),
    userFilter: options.list("user-filter") ?? [],
    from,
    to,
  };
}
