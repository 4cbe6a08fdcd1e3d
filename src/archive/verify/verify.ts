import type { Inventory } from "../../inventory/mod.ts";
import { letOthersRun } from "../../storage/mod.ts";
import { checkExtra } from "./_check_extra.ts";
import { checkFiles } from "./_check_files.ts";
import { checkSidecars } from "./_check_sidecars.ts";
import type { Subset } from "./subset.ts";

/** `=` held, `-` missing, `*` different, `+` not in the inventory, `!` unreadable. */
export type Mark = "=" | "-" | "*" | "+" | "!";

/** What a finding is about: a recording, a file that a plugin put in its place, a sidecar, or anything else. */
export type FindingKind = "recording" | "made" | "sidecar" | "extra";

/** What was found at one path. */
export interface Finding {
  readonly mark: Mark;
  readonly kind: FindingKind;
  /** Relative, `/`-separated; of an extra file as it stands on disk, so that it may hold any character. */
  readonly path: string;
  /** Key of the file, or of the file that it is made of. */
  readonly fileKey?: string;
  readonly meetingUuid?: string;
  /** What is the matter, in words; absent where all is well. */
  readonly detail?: string;
  readonly expected?: { readonly sizeBytes?: number; readonly sha256?: string };
  readonly found?: { readonly sizeBytes?: number; readonly sha256?: string };
  /** True for a file that was lost once: it need not be held by its row to be there. */
  readonly isOpen?: boolean;
  /** Of an extra file: the path in the inventory from which it differs in case or Unicode form only. */
  readonly twinOf?: string;
}

/** What checking an archive needs. It writes nothing. */
export interface VerifyParts {
  /** Absolute path of the archive. */
  readonly root: string;
  readonly inventory: Pick<Inventory, "heldFiles" | "files" | "hookRuns" | "meetings">;
  /** Reads files back and holds their digests against the inventory. */
  readonly deep: boolean;
  /** Which files are read back; all when absent. */
  readonly subset?: Subset | undefined;
  readonly signal: AbortSignal;
  /** Bytes that were read back. */
  readonly onBytes?: (sizeBytes: number) => void;
}

/**
 * Holds what is on disk against what the inventory says, page by page: first the sidecars, then every file that has to be
 * there, then whatever else lies in the archive. In this order a repair may note down what is to be done while the check
 * goes on: files that are to be fetched make their sidecars due, and what is due is not looked at.
 *
 * It may run beside a run that changes the archive: what does not look right is looked at again, with its row read anew,
 * before it is told.
 *
 * @returns findings in the order in which they are made, a page at a time
 */
export async function* verifyArchive(parts: VerifyParts): AsyncGenerator<readonly Finding[]> {
  for (const check of [checkSidecars, checkFiles, checkExtra]) {
    for await (const page of check(parts)) {
      yield page;
      await letOthersRun();
    }
  }
}
