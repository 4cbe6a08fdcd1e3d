import { createRandom, type Random } from "./_random.ts";

/** What a text is made from. */
export interface TextPlan {
  readonly seed: number;
  /** Exact length in UTF-8. */
  readonly sizeBytes: number;
  /** Zoom's file type, which tells a timeline from a summary. */
  readonly fileType: string;
}

/** A transcript, chat, timeline, summary or poll of exactly the asked size, valid in its format. */
export function textOf(extension: "vtt" | "txt" | "json" | "csv", plan: TextPlan): Uint8Array<ArrayBuffer> {
  const random = createRandom(plan.seed);
  switch (extension) {
    case "vtt":
      return captions(random, plan);
    case "txt":
      return chat(random, plan.sizeBytes);
    case "csv":
      return poll(random, plan.sizeBytes);
    case "json":
      return json(random, plan);
  }
}

const encoder = new TextEncoder();

const speakers = [
  "Ana Žižek",
  "Bo Lindqvist",
  "陈美玲",
  "Олена Коваль",
  "Amadou Diallo",
  "Priya Raman",
] as const;
const sentences = [
  "Good morning everybody, can you hear me all right?",
  "Let me share my screen for a moment.",
  "The numbers for last week look better than we thought.",
  "I would rather ship the small version first and see what people say.",
  "Danke, das ist genau der Punkt, den ich meinte.",
  "We still need someone to write to the customer before Friday.",
  "Sorry, I was on mute.",
  "私は賛成です。来週もう一度確認しましょう。",
  "Could you put the link into the chat, please?",
  "That leaves the budget, and then we are done.",
  "Eh bien, on en reparle demain matin.",
  "I will take that as an action item.",
] as const;

/** WebVTT: cues while they fit, the rest as a NOTE, which readers skip (W3C WebVTT, 4.1). */
function captions(random: Random, plan: TextPlan): Uint8Array<ArrayBuffer> {
  const isCaption = plan.fileType === "CC";
  let startMs = random.int(1000, 8000);
  const lines = joinWhileFits("WEBVTT\n\n", plan.sizeBytes, (ordinal) => {
    const endMs = startMs + random.int(1500, 6000);
    const text = random.pick(sentences);
    const spoken = isCaption ? text : `${random.pick(speakers)}: ${text}`;
    const cue = `${ordinal}\n${vttTime(startMs)} --> ${vttTime(endMs)}\n${spoken}\n\n`;
    startMs = endMs + random.int(0, 2500);
    return cue;
  });
  const spareBytes = plan.sizeBytes - lines.length;
  return padded(lines, plan.sizeBytes, spareBytes > 6 ? `NOTE ${".".repeat(spareBytes - 6)}\n` : "");
}

/** In-meeting chat as Zoom saves it: time, tab, name, tab, colon, text. */
function chat(random: Random, sizeBytes: number): Uint8Array<ArrayBuffer> {
  let seconds = random.int(5, 60);
  const lines = joinWhileFits("", sizeBytes, () => {
    const line = `${clockTime(seconds)}\t ${random.pick(speakers)} : ${random.pick(sentences)}\r\n`;
    seconds += random.int(3, 240);
    return line;
  });
  const last = `${clockTime(seconds)}\t ${speakers[1]} : `;
  const spareBytes = sizeBytes - lines.length - encoder.encode(last).length - 2;
  return padded(lines, sizeBytes, spareBytes > 0 ? `${last}${"+".repeat(spareBytes)}\r\n` : "");
}

function poll(random: Random, sizeBytes: number): Uint8Array<ArrayBuffer> {
  const head = '"#","User Name","Submitted Date/Time","Question","Answer"\r\n';
  const lines = joinWhileFits(head, sizeBytes, (ordinal) => {
    const time = clockTime(random.int(0, 3600));
    return `"${ordinal}","${random.pick(speakers)}","${time}","Shall we go on?","${
      random.pick(["Yes", "No"])
    }"\r\n`;
  });
  const spareBytes = sizeBytes - lines.length - '"0","","","",""\r\n'.length;
  return padded(lines, sizeBytes, spareBytes >= 0 ? `"0","${"x".repeat(spareBytes)}","","",""\r\n` : "");
}

/** JSON grows by entries while they fit, then by white space, which parsers skip. */
function json(random: Random, plan: TextPlan): Uint8Array<ArrayBuffer> {
  const isTimeline = plan.fileType === "TIMELINE" || plan.fileType === "TB";
  const [open, close] = isTimeline
    ? ['{"timeline":[', "]}"]
    : [`{"summary_title":${JSON.stringify(random.pick(sentences))},"items":[`, "]}"];
  const body = joinWhileFits(open, plan.sizeBytes - close.length, (ordinal) => {
    const entry = isTimeline
      ? { ts: vttTime(ordinal * 7000), users: [{ username: random.pick(speakers), user_id: ordinal }] }
      : { label: `Item ${ordinal}`, text: random.pick(sentences) };
    return `${ordinal > 1 ? "," : ""}${JSON.stringify(entry)}`;
  });
  const whole = concat(body, encoder.encode(close));
  return whole.length <= plan.sizeBytes ? padded(whole, plan.sizeBytes, "") : smallJson(plan.sizeBytes);
}

function smallJson(sizeBytes: number): Uint8Array<ArrayBuffer> {
  return padded(encoder.encode(sizeBytes >= 2 ? "{}" : ""), sizeBytes, "");
}

/** The head, then pieces until the next one would not fit. */
function joinWhileFits(
  head: string,
  sizeBytes: number,
  next: (ordinal: number) => string,
): Uint8Array<ArrayBuffer> {
  const parts = [encoder.encode(head)];
  let total = parts[0]?.length ?? 0;
  for (let ordinal = 1;; ordinal++) {
    const part = encoder.encode(next(ordinal));
    if (total + part.length > sizeBytes) break;
    parts.push(part);
    total += part.length;
  }
  const joined = new Uint8Array(total);
  let offset = 0;
  for (const part of parts) {
    joined.set(part, offset);
    offset += part.length;
  }
  return joined;
}

/** `text`, then `tail`, then spaces, cut or filled to `sizeBytes`. */
function padded(text: Uint8Array, sizeBytes: number, tail: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(sizeBytes).fill(0x0a);
  bytes.set(text.subarray(0, sizeBytes));
  bytes.set(
    encoder.encode(tail).subarray(0, Math.max(0, sizeBytes - text.length)),
    Math.min(text.length, sizeBytes),
  );
  return bytes;
}

function concat(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  const joined = new Uint8Array(a.length + b.length);
  joined.set(a);
  joined.set(b, a.length);
  return joined;
}

function clockTime(seconds: number): string {
  return vttTime(seconds * 1000).slice(0, 8);
}

function vttTime(ms: number): string {
  const two = (value: number) => String(Math.floor(value)).padStart(2, "0");
  const seconds = ms / 1000;
  const fraction = String(ms % 1000).padStart(3, "0");
  return `${two(seconds / 3600)}:${two((seconds / 60) % 60)}:${two(seconds % 60)}.${fraction}`;
}
