import { join } from "node:path";
import { inTurns } from "../../core/in_turns.ts";
import { formatBytes, formatCount } from "../../core/units.ts";
import type { HeldRow } from "../../inventory/mod.ts";
import { digestOf } from "./_digest.ts";
import { createLook, type Look, type Standing, whyUnreadable } from "./_look.ts";
import { isInSubset } from "./subset.ts";
import type { Finding, VerifyParts } from "./verify.ts";

/** Rows per page: many where a look is all, few where files are read, so that findings come soon. */
const rowsPerPage = { fast: 500, deep: 16 };
/** Files read at once: enough to keep a disk and one core busy. */
const readsAtOnce = 4;

/** Checks every file that has to be there. */
export async function* checkFiles(parts: VerifyParts): AsyncGenerator<readonly Finding[]> {
  const { heldFiles } = parts.inventory;
  const limit = parts.deep ? rowsPerPage.deep : rowsPerPage.fast;
  for (let after = "";;) {
    parts.signal.throwIfAborted();
    const rows = heldFiles.page(after, limit);
    const last = rows.at(-1);
    if (!last) return;
    after = last.path_key;
    const look = createLook(parts.root);
    const found = await inTurns(rows, parts.deep ? readsAtOnce : limit, async (row) => {
      const finding = await checkRow(row, look, parts);
      return finding.mark === "=" ? finding : await checkAgain(row.file_key, parts);
    });
    yield found.filter((finding) => finding !== undefined);
  }
}

/** Something may have happened between reading the row and looking at the disk. */
async function checkAgain(key: string, parts: VerifyParts): Promise<Finding | undefined> {
  const row = parts.inventory.heldFiles.get(key);
  return row && await checkRow(row, createLook(parts.root), parts);
}

/** Tells whether a file is, to the byte, what its row says. */
export async function isIntact(row: HeldRow, parts: Pick<VerifyParts, "root" | "signal">): Promise<boolean> {
  const standing = await createLook(parts.root)(row.path);
  if (standing.kind !== "file" || standing.info.size !== row.file_size || row.sha256 === null) return false;
  const read = digestOf(parts.root, { path: row.path, seen: standing.info }, parts).catch(() => undefined);
  return await read === row.sha256;
}

async function checkRow(row: HeldRow, look: Look, parts: VerifyParts): Promise<Finding> {
  const { replaced_by: replacement, file_key: fileKey, meeting_uuid: meetingUuid } = row;
  const isReplaced = row.status === "completed" && replacement !== null;
  const path = isReplaced ? replacement : row.path;
  const about = {
    path,
    kind: isReplaced ? "made" as const : "recording" as const,
    fileKey,
    meetingUuid,
    ...(row.status === "completed" ? {} : { isOpen: true }),
  };
  const standing = await look(path);
  const wrong = standing.kind === "file"
    ? isReplaced ? undefined : await checkContent(row, standing.info, parts)
    : whatIsWrong(standing, isReplaced);
  if (wrong === undefined) return { ...about, mark: "=" };
  const more = afterthought[row.status];
  const { sha256, file_size: sizeBytes } = row;
  const expected = isReplaced ? {} : {
    ...(sizeBytes === null ? {} : { sizeBytes }),
    ...(sha256 === null ? {} : { sha256 }),
  };
  return { ...about, expected, ...wrong, detail: more ? `${wrong.detail}; ${more}` : wrong.detail };
}

/** What goes with the detail of a file whose row no longer says that it is held. */
const afterthought: Partial<Record<HeldRow["status"], string>> = {
  pending: "to be fetched again",
  active: "being fetched again",
  failed: "fetching it again failed",
  gone: "Zoom no longer has it",
  in_trash: "it lies in Zoom's trash",
};

type Wrong = Pick<Finding, "mark" | "found"> & { readonly detail: string };

function whatIsWrong(standing: Exclude<Standing, { kind: "file" }>, isReplaced: boolean): Wrong {
  switch (standing.kind) {
    case "absent":
      return {
        mark: "-",
        detail: standing.why ?? (isReplaced ? "a plugin put it there; missing" : "missing"),
      };
    case "other":
      return { mark: "*", detail: `${standing.what} stands there` };
    case "unreadable":
      return { mark: "!", detail: standing.why };
  }
}

async function checkContent(
  row: HeldRow,
  info: Deno.FileInfo,
  { root, deep, subset, signal, onBytes }: VerifyParts,
): Promise<Wrong | undefined> {
  const { path, file_size: size, sha256 } = row;
  if (size !== null && info.size !== size) {
    return { mark: "*", detail: sizes(info.size, size), found: { sizeBytes: info.size } };
  }
  const isAsked = deep && (subset === undefined || isInSubset(row.file_key, subset));
  // What was lost once is few, and a size says little about it.
  const isRead = sha256 !== null && (isAsked || row.status !== "completed");
  try {
    if (!isRead) return void await probe(root, path, info);
    const digest = await digestOf(root, { path, seen: info }, { signal, onBytes });
    if (digest === sha256) return undefined;
    return {
      mark: "*",
      detail: "its size is right, its content is not",
      found: { sizeBytes: info.size, sha256: digest },
    };
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof Deno.errors.NotFound) return { mark: "-", detail: "missing" };
    return { mark: "!", detail: whyUnreadable(error) };
  }
}

/** A file that its mode lets nobody read is opened, which tells; all others are left unopened. */
async function probe(root: string, path: string, info: Deno.FileInfo): Promise<void> {
  if (info.mode === null || (info.mode & 0o444) !== 0) return;
  (await Deno.open(join(root, ...path.split("/")))).close();
}

/** `1.2 KiB instead of 5.6 KiB`, to the byte where that would look the same. */
function sizes(foundBytes: number, wantedBytes: number): string {
  const [found, wanted] = [formatBytes(foundBytes), formatBytes(wantedBytes)];
  if (found !== wanted) return `${found} instead of ${wanted}`;
  return `${formatCount(foundBytes)} bytes instead of ${formatCount(wantedBytes)}`;
}
