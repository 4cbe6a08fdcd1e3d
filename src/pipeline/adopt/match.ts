import { isCancellation, toError, TransferError } from "../../core/errors.ts";
import { formatCount } from "../../core/units.ts";
import { type AdoptSheet, type FoundRow, mediaExtensions, type SheetRow } from "../../inventory/adopt/mod.ts";
import type { ForeignFile } from "../../storage/upkeep/mod.ts";
import { checkContent, headSizeBytes } from "../../transfer/mod.ts";
import { type Answer, type AskContext, askZoom, readAt } from "./ask.ts";
import { type NameClues, readName } from "./name.ts";
import { compareSize, kindFits, slackFor, startsWhen, tiers, unusable, windowOf } from "./rules.ts";

/** What matching works with. */
export interface MatchContext {
  readonly sheet: AdoptSheet;
  /** The file behind a row of the sheet. */
  readonly fileOf: (row: FoundRow) => ForeignFile;
  /** IANA name of this machine's zone. */
  readonly localZone: string;
  readonly ask: AskContext;
}

type Verdict = Parameters<AdoptSheet["judge"]>[1];

/** Recordings that a name points to, and how. */
interface Named {
  readonly rows: readonly SheetRow[];
  readonly proof: keyof typeof tiers;
  /** Why there is none. */
  readonly why?: string;
}

/** Most of the time goes into waiting for Zoom's storage. */
const judgedAtOnce = 8;

/** More recordings than one question each is good for. */
const mostAsked = 8;

/** Judges every file that was found, and leaves at most one matched per recording. */
export async function matchFound(context: MatchContext): Promise<void> {
  const { sheet, ask } = context;
  for (let after = 0;;) {
    const rows = sheet.found("found", after, 200);
    const last = rows.at(-1);
    if (!last) break;
    after = last.id;
    const verdicts: Verdict[] = [];
    for (let start = 0; start < rows.length; start += judgedAtOnce) {
      ask.signal.throwIfAborted();
      const some = rows.slice(start, start + judgedAtOnce);
      verdicts.push(...await Promise.all(some.map((row) => judge(row, context))));
    }
    sheet.transaction(() =>
      rows.forEach(({ id }, i) => sheet.judge(id, verdicts[i] ?? { status: "unmatched" }))
    );
  }
  sheet.settleRivals();
}

async function judge(found: FoundRow, context: MatchContext): Promise<Verdict> {
  const clues = readName(found.path.split("/"));
  if (clues.isUnfinished) return unmatched("a download that did not end");
  if (found.size === 0) return unmatched("it is empty");
  const named = pointedTo(found, clues, context);
  const [first] = named.rows;
  if (!first) return unmatched(named.why ?? "no recording fits its name");
  try {
    const page = await contentRefusal(found, first, context);
    if (page !== undefined) return { status: "refused", why: page };
    return await weigh(found, named, context);
  } catch (error) {
    if (isCancellation(error, context.ask.signal)) throw error;
    return { status: "unmatched", why: toError(error).message };
  }
}

function unmatched(why: string, key?: string): Verdict {
  return { status: "unmatched", why, ...(key === undefined ? {} : { key }) };
}

/** The recordings that the name, or a former archive, points to, sizes apart. */
function pointedTo(found: FoundRow, clues: NameClues, context: MatchContext): Named {
  const { sheet } = context;
  if (found.stated_key !== null) {
    const row = sheet.listed(found.stated_key);
    const rows = row ? [row] : [];
    return { rows, proof: "archive", why: "Zoom lists no recording with the key that its meta.json states" };
  }
  for (const id of clues.ids) {
    const row = sheet.byId(id);
    if (row === undefined) continue;
    const fits = row.file_extension === clues.extension;
    const why = `it bears the id of a ${row.file_type} recording and ends in ".${clues.extension}"`;
    return { rows: fits ? [row] : [], proof: "id", why };
  }
  if (clues.bearsId) return { rows: [], proof: "id", why: "Zoom lists no recording with the id in its name" };
  return byTime(found, clues, context);
}

function byTime({ size }: FoundRow, clues: NameClues, { sheet, localZone }: MatchContext): Named {
  const none = (why: string): Named => ({ rows: [], proof: "time", why });
  if (clues.times.length === 0) return none("its name tells neither a time of day nor an id");
  const rows = new Map<string, SheetRow>();
  for (const clue of clues.times) {
    const { fromS, toS } = windowOf(clue);
    // A day's recordings are too many to look at for their time alone.
    const near = clue.zone === "unknown" ? { size, slack: slackFor(size) } : undefined;
    for (const row of sheet.startingWithin(fromS, toS, near)) {
      if (startsWhen(clue, row, localZone)) rows.set(row.file_key, row);
    }
  }
  if (rows.size === 0) return none("no recording of that size starts when its name says");
  const alike = [...rows.values()].filter((row) => row.file_extension === clues.extension);
  if (alike.length === 0) return none(`no recording that starts then is a .${clues.extension}`);
  const here = inMeeting(alike, clues, sheet);
  if (here.length === 0) return none("the recordings that start then are of another meeting");
  const kinds = here.filter((row) => kindFits(clues.kind, row) !== "no");
  if (kinds.length === 0) return none("no recording that starts then is of the kind that its name says");
  const isSaid = kinds.every((row) => kindFits(clues.kind, row) === "yes");
  return { rows: kinds, proof: isSaid ? "kind" : "time" };
}

/** A number or uuid of a known meeting in the path binds the file to that meeting. */
function inMeeting(rows: readonly SheetRow[], clues: NameClues, sheet: AdoptSheet): readonly SheetRow[] {
  const occurrences = new Set(
    clues.uuidSlugs.flatMap((slug) => sheet.byUuidSlug(slug).map((row) => row.meeting_uuid)),
  );
  if (occurrences.size > 0) return rows.filter((row) => occurrences.has(row.meeting_uuid));
  const numbers = clues.meetingIds.filter((id) => sheet.hasMeetingId(id));
  return numbers.length === 0 ? rows : rows.filter((row) => numbers.includes(row.meeting_id));
}

/** A page or an error that another tool saved in place of the recording. */
async function contentRefusal(
  found: FoundRow,
  { file_type, file_extension, size }: SheetRow,
  { fileOf }: MatchContext,
): Promise<string | undefined> {
  const head = await readAt(fileOf(found), 0, Math.min(headSizeBytes, found.size));
  const file = {
    fileType: file_type,
    fileExtension: file_extension,
    ...(size === null ? {} : { listedSizeBytes: size }),
  };
  try {
    checkContent(head, file, { isWhole: found.size <= headSizeBytes, contentType: "" });
    return undefined;
  } catch (error) {
    if (!(error instanceof TransferError)) throw error;
    return `${error.received} instead of ${error.expected}`;
  }
}

/** Sizes decide, and Zoom's storage where they cannot. */
async function weigh(found: FoundRow, { rows, proof }: Named, context: MatchContext): Promise<Verdict> {
  const sized = rows.map((row) => ({ row, size: compareSize(found.size, row.size) }));
  const stated = proof === "archive" && found.sha256 !== null;
  const viable = sized.filter(({ size }) => stated || size !== "wrong");
  const [only] = viable;
  if (!only) return wrongSize(found, rows);
  if (viable.length > mostAsked) return unmatched(`it fits ${formatCount(viable.length)} recordings`);
  if (viable.length === 1) return await settleOne(found, { ...only, proof, stated }, context);
  const same: SheetRow[] = [];
  let why = "";
  for (const { row } of viable) {
    const answer = await askAbout(row, found, { thorough: true, context });
    if (answer.verdict === "unclear") return unmatched(`it fits ${viable.length} recordings; ${answer.why}`);
    if (answer.verdict === "same") same.push(row);
    else why = answer.why;
  }
  const [single, another] = same;
  if (!single) return { status: "refused", why: `none of ${viable.length} recordings that fit: ${why}` };
  if (another) return unmatched(`it fits ${same.length} recordings with the same bytes`);
  return accept(single, proof);
}

function wrongSize(found: FoundRow, rows: readonly SheetRow[]): Verdict {
  const [first] = rows;
  const bytes = formatCount(found.size);
  if (rows.length > 1) {
    return unmatched(`none of ${rows.length} recordings that start then has ${bytes} bytes`);
  }
  const why = `${bytes} bytes, and the recording has ${formatCount(first?.size ?? 0)}`;
  return { status: "refused", why };
}

async function settleOne(
  found: FoundRow,
  { row, size, proof, stated }: {
    row: SheetRow;
    size: ReturnType<typeof compareSize>;
    proof: keyof typeof tiers;
    stated: boolean;
  },
  context: MatchContext,
): Promise<Verdict> {
  if (row.status === "completed" || unusable(row) !== undefined) return accept(row, proof);
  const isMedium = mediaExtensions.includes(row.file_extension);
  const hasTwin = context.sheet.hasTwin(row);
  // Texts are small and alike: comparing one costs what fetching it would, and no name is believed for it.
  const isDoubtful = !isMedium || hasTwin || await endsInZeros(found, context);
  const mustAsk = size !== "exact" || (!stated && isDoubtful);
  if (!mustAsk) return accept(row, proof);
  const answer = await askAbout(row, found, { thorough: hasTwin, context });
  if (answer.verdict === "same") return accept(row, proof);
  return { status: answer.verdict === "other" ? "refused" : "unmatched", why: answer.why };
}

function askAbout(
  row: SheetRow,
  found: FoundRow,
  { thorough, context }: { thorough: boolean; context: MatchContext },
): Promise<Answer> {
  return askZoom(row, context.fileOf(found), { thorough, context: context.ask });
}

/** Tools that reserve a file's size and stop early leave zeros. */
async function endsInZeros(found: FoundRow, { fileOf }: MatchContext): Promise<boolean> {
  const length = Math.min(4096, found.size);
  return (await readAt(fileOf(found), found.size - length, length)).every((byte) => byte === 0);
}

const proofTexts: Readonly<Record<keyof typeof tiers, string>> = {
  archive: "key and digest of a former archive",
  id: "id in its name, and size",
  kind: "start, kind and size",
  time: "start and size",
};

function accept(row: SheetRow, proof: keyof typeof tiers): Verdict {
  const { file_key: key, status } = row;
  if (status === "completed") return { status: "held", key };
  const why = unusable(row);
  if (why !== undefined) return unmatched(why, key);
  return { status: "matched", key, tier: tiers[proof], proof: proofTexts[proof] };
}
