/** A time that a name tells. */
export interface TimeClue {
  /** What the name says, read as if it were UTC; seconds since the epoch. */
  readonly wallS: number;
  /** Seconds east of UTC; `"unknown"` where the name does not say. */
  readonly zone: number | "unknown";
  /** 1 where the name tells the second, 60 where it ends at the minute. */
  readonly spanS: 1 | 60;
}

/** What a name says about the kind of file; nothing where both are absent. */
export interface KindClue {
  /** Zoom's `file_type`s it may be. */
  readonly fileTypes?: readonly string[];
  /** Zoom's `recording_type`s it may be. */
  readonly recordingTypes?: readonly string[];
}

/** What the path of a found file tells about the recording in it. */
export interface NameClues {
  /** Lower case, without a dot. */
  readonly extension: string;
  /** True for names of downloads that did not end. */
  readonly isUnfinished: boolean;
  /** Those of the file's own name, else those of its folders. */
  readonly times: readonly TimeClue[];
  /** What may be Zoom's id of the file, best first. */
  readonly ids: readonly string[];
  /** True when one of `ids` has the form of Zoom's ids: the file is of that recording or of none. */
  readonly bearsId: boolean;
  /** What may be the number of the meeting. */
  readonly meetingIds: readonly string[];
  /** What may be the uuid of the occurrence, reduced to letters and digits. */
  readonly uuidSlugs: readonly string[];
  readonly kind: KindClue;
}

const unfinished: ReadonlySet<string> = new Set(
  ["part", "partial", "tmp", "temp", "crdownload", "download", "opdownload", "aria2", "ytdl", "filepart"],
);

/** Reads a path, as the tools that download recordings, Zoom's web portal and this program itself form them. */
export function readName(segments: readonly string[]): NameClues {
  const name = (segments.at(-1) ?? "").normalize("NFKC");
  const folders = segments.slice(0, -1).map((segment) => segment.normalize("NFKC"));
  const dot = name.lastIndexOf(".");
  const extension = dot > 0 ? name.slice(dot + 1).toLowerCase() : "";
  const stem = (dot > 0 ? name.slice(0, dot) : name).replace(/\s*\(\d{1,3}\)$/, "");
  const ownTimes = timesIn(name);
  const all = [...folders, stem];
  return {
    extension,
    isUnfinished: unfinished.has(extension),
    times: ownTimes.length > 0 ? ownTimes : folders.slice(-2).flatMap(timesIn),
    ids: idsIn(stem),
    bearsId: guid.test(stem),
    meetingIds: distinct(all.flatMap((text) => text.match(/(?<![\d.])\d{9,11}(?![\d.])/g) ?? [])),
    uuidSlugs: distinct(all.flatMap(uuidsIn)),
    kind: kindIn(stem, extension),
  };
}

const guid = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/i;
const guids = new RegExp(guid, "gi");

/** A GUID anywhere, or what follows the last separator: where tools put Zoom's id. */
function idsIn(stem: string): string[] {
  const last = /(?:^| - |_|\s)([^\s_]{8,})$/.exec(stem)?.[1];
  const dashed = stem.split(" - ").at(-1) ?? "";
  return distinct(
    [...(stem.match(guids) ?? []), ...(last === undefined ? [] : [last]), dashed].filter((id) =>
      id.length >= 8
    ),
  );
}

/** Zoom's uuids are 16 bytes in Base64, now and then percent-encoded once or twice. */
function uuidsIn(text: string): string[] {
  let decoded = text;
  for (let times = 0; times < 2 && /%[0-9a-f]{2}/i.test(decoded); times++) {
    try {
      decoded = decodeURIComponent(decoded);
    } catch {
      break;
    }
  }
  const tokens = decoded.match(/(?<![A-Za-z0-9+/=])[A-Za-z0-9+/_-]{22}(?:==)?(?![A-Za-z0-9+/=])/g) ?? [];
  return tokens.map((token) => token.replace(/[^A-Za-z0-9]/g, ""));
}

/**
 * A date and a time of day in one of the ways that names write them. Between the two anything short; after them neither a
 * digit nor an `x`, which would make a picture's size of it.
 */
const timePattern = new RegExp(
  String.raw`(?<mark>GMT)?(?<![\d])(?<y>20\d{2})(?<d>[-._]?)(?<mo>\d{2})\k<d>(?<da>\d{2})` +
    String.raw`(?:\s*[-–_T]\s*|\s+(?:at\s+)?)(?<h>\d{2})[-:.h_]?(?<mi>\d{2})` +
    String.raw`(?:[-:.m_]?(?<s>\d{2})(?:\.\d{3})?)?s?(?!\d|x\d)` +
    String.raw`\s*(?<half>[AP]M)?\s*(?<zone>UTC|GMT|Z(?![A-Za-z])|[+-]\d{2}:?\d{2}(?!\d))?`,
  "gi",
);

function timesIn(text: string): TimeClue[] {
  return [...text.matchAll(timePattern)].flatMap(({ groups = {} }) => readTime(groups) ?? []);
}

function readTime(groups: Readonly<Record<string, string | undefined>>): TimeClue | undefined {
  const number = (name: string) => Number(groups[name] ?? 0);
  const half = groups["half"]?.toUpperCase();
  let hour = number("h");
  if (half !== undefined) {
    if (hour < 1 || hour > 12) return undefined;
    hour = hour % 12 + (half === "PM" ? 12 : 0);
  }
  const [year, month, day] = [number("y"), number("mo"), number("da")];
  const [minute, second] = [number("mi"), number("s")];
  if (year < 2011 || hour > 23 || minute > 59 || second > 60) return undefined;
  const midnight = new Date(Date.UTC(year, month - 1, day));
  if (midnight.getUTCMonth() !== month - 1 || midnight.getUTCDate() !== day) return undefined;
  return {
    wallS: midnight.getTime() / 1000 + hour * 3600 + minute * 60 + second,
    zone: groups["mark"] === undefined ? readZone(groups["zone"]) : 0,
    spanS: groups["s"] === undefined ? 60 : 1,
  };
}

function readZone(text: string | undefined): number | "unknown" {
  if (text === undefined) return "unknown";
  const offset = /^([+-])(\d{2}):?(\d{2})$/.exec(text);
  if (!offset) return 0;
  const seconds = Number(offset[2]) * 3600 + Number(offset[3]) * 60;
  return offset[1] === "-" ? -seconds : seconds;
}

const views: readonly (readonly [word: string, types: readonly string[]])[] = [
  "shared_screen_with_speaker_view",
  "shared_screen_with_gallery_view",
  "active_speaker",
  "speaker_view",
  "gallery_view",
  "shared_screen",
  "audio_only",
  "audio_transcript",
  "audio_interpretation",
  "chat_file",
  "host_video",
  "closed_caption",
  "production_studio",
  "sign_interpretation",
  "summary_next_steps",
  "summary_smart_chapters",
].map((type) => [type, [type]] as const);

/** Words that end a name, or stand after its time, and what they say. */
const words: readonly (readonly [pattern: RegExp, clue: KindClue])[] = [
  // Zoom's own web portal: GMT20240502-223010_Recording_gallery_1920x1080.mp4
  [/_recording_gallery_\d+x\d+$/, {
    recordingTypes: ["shared_screen_with_gallery_view", "gallery_view"],
  }],
  [/_recording_gvo_\d+x\d+$/, { recordingTypes: ["gallery_view"] }],
  [/_recording_as_\d+x\d+$/, { recordingTypes: ["active_speaker", "speaker_view"] }],
  [/recording\.?transcript$|[._]transcript$/, { fileTypes: ["TRANSCRIPT"] }],
  [/recording\.?cc$|[._]cc$/, { fileTypes: ["CC"] }],
  [/recording\.?(?:new)?chat$|[._]chat$/, { fileTypes: ["CHAT", "CHAT_MESSAGE"] }],
  [/[._]timeline$/, { fileTypes: ["TIMELINE", "TB"] }],
  [/[._]summary$/, { fileTypes: ["SUMMARY"] }],
];

/** A view counts where it ends the name, or where only an id or a size follows it. */
function kindIn(stem: string, extension: string): KindClue {
  const slug = stem.toLowerCase().replace(/\s*-\s+|\s+/g, "_").replace(/_+/g, "_");
  for (const [pattern, clue] of words) if (pattern.test(slug)) return clue;
  for (const [word, recordingTypes] of views) {
    const at = new RegExp(`(?:^|_)${word}(?:_?\\(?cc\\)?)?(?:_[0-9a-f-]{8,}|_\\d+x\\d+)?$`);
    if (at.test(slug)) return { recordingTypes };
  }
  return extension === "m4a" ? { fileTypes: ["M4A"] } : {};
}

function distinct(values: readonly string[]): string[] {
  return [...new Set(values)];
}
