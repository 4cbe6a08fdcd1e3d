/** One thing that was said. */
export interface Cue {
  readonly startMs: number;
  readonly endMs: number;
  /** `""` when the cue names nobody. */
  readonly speaker: string;
  readonly text: string;
}

const timing = /((?:\d+:)?\d{1,2}:\d{2}[.,]\d{3})\s*-->\s*((?:\d+:)?\d{1,2}:\d{2}[.,]\d{3})/;

/**
 * The cues of a WebVTT document (W3C WebVTT, 4), in order. What is no cue (header, notes, styles, damaged timings) is
 * passed over. Zoom writes the speaker in front of what was said: `Ana Žižek: Good morning`.
 */
export function parseVtt(document: string): Cue[] {
  const blocks = document.replace(/^\uFEFF/, "").replace(/\r\n?/g, "\n").split(/\n{2,}/);
  return blocks.flatMap((block) => {
    const lines = block.split("\n");
    const at = lines.findIndex((line) => timing.test(line));
    const match = timing.exec(lines[at] ?? "");
    const isNote = /^(?:NOTE|STYLE|REGION)\b/.test(lines[0] ?? "");
    if (!match || isNote) return [];
    const said = lines.slice(at + 1).map(plainText).filter((line) => line !== "").join("\n");
    if (said === "") return [];
    const { speaker, text } = splitSpeaker(said);
    return [{ startMs: toMs(match[1] ?? ""), endMs: toMs(match[2] ?? ""), speaker, text }];
  });
}

/** Without tags; a voice tag names the speaker as Zoom does. */
function plainText(line: string): string {
  return line.replace(/<v(?:\.[^\s>]*)?\s+([^>]+)>/g, "$1: ").replace(/<[^>]*>/g, "")
    .replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&nbsp;", " ").replaceAll("&amp;", "&")
    .trim();
}

/** Names are short and hold no sentence: `Note: …` in the middle of one stays text. */
function splitSpeaker(said: string): { speaker: string; text: string } {
  const match = /^([^:\n.?!]{1,80}):\s+([\s\S]+)$/.exec(said);
  return match ? { speaker: match[1]?.trim() ?? "", text: match[2] ?? "" } : { speaker: "", text: said };
}

function toMs(time: string): number {
  const [seconds = "0", minutes = "0", hours = "0"] = time.replace(",", ".").split(":").reverse();
  return Math.round((Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)) * 1000);
}

/** SubRip: numbered, comma before the milliseconds. */
export function renderSrt(cues: readonly Cue[]): string {
  return cues.map(({ startMs, endMs, speaker, text }, index) => {
    const said = speaker === "" ? text : `${speaker}: ${text}`;
    return `${index + 1}\n${clock(startMs, ",")} --> ${clock(endMs, ",")}\n${said}\n\n`;
  }).join("");
}

/** Plain text to read: a paragraph per speaker, with the time at which it begins. */
export function renderText(cues: readonly Cue[]): string {
  const paragraphs: { startMs: number; speaker: string; texts: string[] }[] = [];
  for (const { startMs, speaker, text } of cues) {
    const last = paragraphs.at(-1);
    const said = text.replaceAll("\n", " ");
    if (last && last.speaker === speaker) last.texts.push(said);
    else paragraphs.push({ startMs, speaker, texts: [said] });
  }
  return paragraphs.map(({ startMs, speaker, texts }) => {
    const who = speaker === "" ? "" : ` ${speaker}`;
    return `[${clock(startMs, ".").slice(0, 8)}]${who}\n${texts.join(" ")}\n`;
  }).join("\n");
}

/** JSON for programs: times in milliseconds. */
export function renderJson(cues: readonly Cue[]): string {
  const speakers = [...new Set(cues.map(({ speaker }) => speaker).filter((speaker) => speaker !== ""))];
  const entries = cues.map(({ startMs, endMs, speaker, text }) => ({
    start_ms: startMs,
    end_ms: endMs,
    speaker,
    text,
  }));
  return `${JSON.stringify({ speakers, cues: entries }, null, 2)}\n`;
}

function clock(ms: number, separator: "," | "."): string {
  const two = (value: number) => String(Math.floor(value)).padStart(2, "0");
  const seconds = Math.floor(ms / 1000);
  const fraction = String(ms % 1000).padStart(3, "0");
  return `${two(seconds / 3600)}:${two(seconds / 60 % 60)}:${two(seconds % 60)}${separator}${fraction}`;
}
