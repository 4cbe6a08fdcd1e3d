import { createHash } from "node:crypto";
import { AppError, toError } from "../../core/errors.ts";
import type { Sink } from "../../core/sink.ts";
import type { FileRow } from "../../inventory/mod.ts";
import type { StagedFile } from "../../inventory/upkeep/mod.ts";
import { containedPath, foldKey, reservedFileNames, reservedRootNames } from "../../storage/mod.ts";
import type { ReadFile } from "../read_sidecars.ts";
import type { OddityTally } from "./report.ts";

/** What judging files needs. */
export interface JudgeParts {
  readonly sink: Pick<Sink, "stat" | "read">;
  readonly root: string;
  /** Digest every file again. */
  readonly deep: boolean;
  readonly oddities: OddityTally;
  readonly signal: AbortSignal;
}

/** The part of a row that depends on what is on disk. */
export type Judged = Pick<
  FileRow,
  "status" | "file_size" | "sha256" | "reason" | "error_code" | "error" | "completed_at"
>;

/** A size and a digest that a file was stored with. */
interface Receipt {
  readonly size: number;
  readonly sha256: string;
}

/** Whether a relative path can be a recording's: inside the archive, and no name of the program's own. */
export function isRecordingPath(root: string, path: string): boolean {
  const segments = path.split("/");
  const [first = ""] = segments;
  const name = foldKey(segments.at(-1) ?? "");
  if (reservedRootNames.some((own) => foldKey(own) === foldKey(first))) return false;
  if (reservedFileNames.some((own) => foldKey(own) === name) || /\.(?:part|tmp)$/.test(name)) return false;
  // deno-lint-ignore no-control-regex -- these are what is looked for
  if (path !== path.normalize("NFC") || /[\x00-\x1f\x7f]/.test(path)) return false;
  try {
    return containedPath(root, segments) !== "";
  } catch (error) {
    if (error instanceof AppError) return false;
    throw error;
  }
}

/**
 * What becomes of a file, judged by what its sidecar and the journal say and by what is on disk. A digest is believed
 * where the size is right, unless all are to be made again.
 */
export async function judgeFile(
  entry: Pick<ReadFile, "status" | "reason" | "size" | "sha256" | "replaced_by">,
  { path, staged }: { path: string | null; staged: StagedFile | undefined },
  parts: JudgeParts,
): Promise<Judged> {
  const wasHeld = entry.status === "completed" || staged?.status === "completed";
  if (!wasHeld) return asTold(entry, staged);
  if (staged?.status === "failed" && staged.errorCode === "plugin_rejected") return asTold(entry, staged);
  const receipts = receiptsOf(entry, staged);
  const completed_at = staged?.completedAt ?? null;
  const [stored] = receipts;
  const asStored = { file_size: stored?.size ?? null, sha256: stored?.sha256 ?? null, completed_at };
  if (entry.replaced_by !== undefined) return { ...notHeld, status: "completed", ...asStored };
  const receipt = path === null ? undefined : await findHeld(path, receipts, parts);
  // What is known of it stays: it is missed until it is there again, and proven by its digest when it is.
  if (!receipt) return { ...notHeld, status: "pending", ...asStored };
  return { ...notHeld, status: "completed", file_size: receipt.size, sha256: receipt.sha256, completed_at };
}

/** Of a file that is still to come. */
export const notHeld: Judged = {
  status: "pending",
  file_size: null,
  sha256: null,
  reason: null,
  error_code: null,
  error: null,
  completed_at: null,
};

/** A file that was not held is as the sidecar says, or, where that was waiting, as the journal says. */
function asTold(entry: Pick<ReadFile, "status" | "reason">, staged: StagedFile | undefined): Judged {
  const isOpen = ["pending", "active", "completed"].includes(entry.status);
  const told = isOpen && staged ? staged.status : entry.status;
  const [reason, code] = isOpen ? [staged?.reason, staged?.errorCode] : [entry.reason, entry.reason];
  switch (told) {
    case "failed":
      return { ...notHeld, status: told, error_code: code ?? null, error: staged?.error ?? null };
    case "skipped":
      return { ...notHeld, status: told, reason: reason ?? null };
    case "not_ready":
    case "in_trash":
      return { ...notHeld, status: told };
    case "gone":
      return { ...notHeld, status: told, error_code: code ?? null, error: staged?.error ?? null };
    default:
      return notHeld;
  }
}

function receiptsOf(entry: Pick<ReadFile, "size" | "sha256">, staged: StagedFile | undefined): Receipt[] {
  const told = [entry, { size: staged?.sizeBytes, sha256: staged?.sha256 }];
  return told.flatMap(({ size, sha256 }) =>
    size === undefined || sha256 === undefined ? [] : [{ size, sha256 }]
  );
}

/** The receipt that the file on disk fits. */
async function findHeld(
  path: string,
  receipts: readonly Receipt[],
  { sink, deep, oddities, signal }: JudgeParts,
): Promise<Receipt | undefined> {
  let onDisk: { readonly sizeBytes: number } | undefined;
  try {
    onDisk = await sink.stat(path.split("/"));
  } catch (error) {
    oddities.add("unreadable", path, toError(error).message);
    return undefined;
  }
  if (onDisk === undefined) {
    oddities.add("missing", path, "it is not on disk");
    return undefined;
  }
  const fitting = receipts.filter(({ size }) => size === onDisk.sizeBytes);
  const [first] = fitting;
  if (first === undefined) {
    const wanted = receipts[0];
    oddities.add(
      "differs",
      path,
      wanted ? `${onDisk.sizeBytes} bytes instead of ${wanted.size}` : "nothing tells its digest",
    );
    return undefined;
  }
  if (!deep) return first;
  const hash = createHash("sha256");
  try {
    for await (const bytes of sink.read(path.split("/"))) {
      signal.throwIfAborted();
      hash.update(bytes);
    }
  } catch (error) {
    signal.throwIfAborted();
    // One bad sector is no reason to have no inventory at all.
    oddities.add("differs", path, `it cannot be read: ${toError(error).message}`);
    return undefined;
  }
  const digest = hash.digest("hex");
  const found = fitting.find(({ sha256 }) => sha256 === digest);
  if (!found) oddities.add("differs", path, "its SHA-256 is another than the one it was stored with");
  return found;
}
