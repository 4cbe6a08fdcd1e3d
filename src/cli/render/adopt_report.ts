import { formatBytes, formatCount } from "../../core/units.ts";
import type { AdoptedFile, AdoptTotals, CliContext } from "../context.ts";
import { countOf } from "./frame.ts";
import type { Style } from "./style.ts";
import { pad, printable } from "./text.ts";

/** How the files of an adoption are written. */
export type AdoptFormat = "text" | "json" | "csv";

/** Writes one file; false once nobody reads any more. */
export type AdoptWriter = (file: AdoptedFile) => boolean;

/** Writes files to stdout as they come. The CSV is RFC 4180, its cells are no formulas. */
export async function createAdoptWriter(format: AdoptFormat, { stdout }: CliContext): Promise<AdoptWriter> {
  if (format === "json") {
    return (file) => stdout.write(`${JSON.stringify({ type: "file", ...record(file) })}\n`);
  }
  if (format === "text") return (file) => stdout.write(`${textLines(file)}\n`);
  const { stringify } = await import("csv-stringify/sync");
  const line = (cells: unknown[]) =>
    stdout.write(stringify([cells], { escape_formulas: true, record_delimiter: "\r\n" }));
  let started = false;
  return (file) => {
    const cells = record(file);
    if (!started) line(Object.keys(cells));
    started = true;
    return line(Object.values(cells).map((value) => value ?? ""));
  };
}

function record(file: AdoptedFile): Record<string, string | number | null> {
  return {
    file: file.path,
    size: file.size,
    status: file.status,
    why: file.why,
    proof: file.proof,
    file_key: file.file_key,
    archive_path: file.archive_path,
  };
}

/** The file, and below it what it is or why it is nothing. */
function textLines({ path, size, status, why, proof, archive_path }: AdoptedFile): string {
  const second = archive_path !== null && why === null
    ? `→ ${archive_path}${proof === null ? "" : `  (${proof})`}`
    : why ?? "";
  const head = `${pad(statusText(status), 12)}${pad(formatBytes(size), 9, "left")}  ${printable(path)}`;
  return second === "" ? head : `${head}\n${" ".repeat(23)}${printable(second)}`;
}

function statusText(status: string): string {
  return status === "held" ? "held already" : status;
}

/** The totals, for people. */
export function renderAdoptTotals(
  totals: AdoptTotals,
  { style, dir, outputDir }: { style: Style; dir: string; outputDir: string },
): string {
  const { by, windows, still_to_fetch: rest } = totals;
  const asked = windows.proven + windows.unproven;
  const line = (label: string, key: "adopted" | "matched" | "held" | "unmatched" | "refused" | "failed") =>
    totals[key].files === 0 && key !== "matched"
      ? []
      : [`${label}: ${countOf(totals[key].files, "file")}, ${formatBytes(totals[key].bytes)}`];
  return [
    "",
    ...(by === undefined ? line("Matched", "matched") : [
      `Taken over: ${countOf(totals.adopted.files, "file")}, ${formatBytes(totals.adopted.bytes)}`,
      ...(totals.matched.files > 0 ? line("Matched, not taken over yet", "matched") : []),
    ]),
    ...line("Held already", "held"),
    ...line("Unmatched", "unmatched"),
    ...line("Refused", "refused").map(style.yellow),
    ...line("Failed", "failed").map(style.red),
    `Still to fetch: ${countOf(rest.files, "file")}, ${formatBytes(rest.bytes)}`,
    style.dim(`Questions to Zoom's storage: ${formatCount(totals.asked)}`),
    (windows.unproven > 0 ? style.red : style.green)(
      `Windows proven: ${formatCount(windows.proven)}/${formatCount(asked)}` +
        (windows.remembered > 0 ? ` (${formatCount(windows.remembered)} more from earlier runs)` : ""),
    ),
    "",
    verdict(totals, { style, dir, outputDir }),
  ].join("\n");
}

function verdict(
  { exit_code, by, matched, range }: AdoptTotals,
  { style, dir, outputDir }: { style: Style; dir: string; outputDir: string },
): string {
  if (exit_code === 130) return style.yellow("Interrupted: run it again to go on where it stopped");
  if (exit_code !== 0) {
    return style.red("Finished with failures: the listing is not complete, or files failed");
  }
  if (by !== undefined) {
    return style.green(
      `Done: fetch the rest with zoom-extract -o ${word(outputDir)} --from-date ${range.from}`,
    );
  }
  if (matched.files === 0) return style.green("Done: nothing to take over");
  const command = `zoom-extract adopt ${word(dir)} -o ${word(outputDir)} --by link`;
  return style.green(`Nothing was changed: ${command} takes over what matches`);
}

function word(path: string): string {
  const text = printable(path);
  return /^[\w./@:+~-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
