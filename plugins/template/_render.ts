import type { Candidate } from "zoom-extract";
import type { FieldUse, Hole, Part } from "./_parse.ts";
import { applyFormat } from "./_format.ts";
import { byteLength, cleanText, cutToBytes, isBlank, maxSegmentBytes } from "./_text.ts";
import { readTime } from "./_time.ts";

/** What a template is filled with. */
export interface RenderInput {
  readonly candidate: Candidate;
  /** IANA name of the zone of times. */
  readonly zone: string;
}

/** A piece of a rendered path. */
interface Piece {
  readonly text: string;
  /** Text of the template: its `/` separate folders. */
  readonly isTemplate: boolean;
  /** May be shortened. */
  readonly isFree: boolean;
}

/** The path of a candidate: folders and, last, the file's name. Never an empty one, never more than the template has. */
export function renderTemplate(template: readonly Part[], input: RenderInput): [string, ...string[]] {
  const segments = splitSegments(template.flatMap((part) => renderPart(part, input)));
  const names = segments.map(fitSegment);
  const file = names.pop() ?? "";
  const [first, ...rest] = [...names.filter((name) => !isBlank(name)), isBlank(file) ? "untitled" : file];
  return [first ?? "untitled", ...rest];
}

function renderPart(part: Part, input: RenderInput): Piece[] {
  return typeof part === "string" ? [literal(part)] : renderHole(part, input);
}

function renderHole({ fields, then, otherwise }: Hole, input: RenderInput): Piece[] {
  for (const use of fields) {
    const value = readField(use, input.candidate);
    if (value === "") continue;
    return then?.flatMap((part) => renderPart(part, input)) ?? [renderValue(value, use, input)];
  }
  if (otherwise !== undefined) return otherwise.flatMap((part) => renderPart(part, input));
  return then === undefined ? [literal("unknown")] : [];
}

/** The cleaned value; `""` when unknown. */
function readField({ field }: FieldUse, candidate: Candidate): string {
  const raw = field.read(candidate);
  if (field.kind === "time") return readTime(raw) === undefined ? "" : raw;
  const value = cleanText(raw);
  return isBlank(value) ? "" : value;
}

function renderValue(value: string, { field, format }: FieldUse, { zone }: RenderInput): Piece {
  const text = applyFormat(value, format, zone);
  return { text, isTemplate: field.kind === "time", isFree: field.kind === "free" };
}

function literal(text: string): Piece {
  return { text, isTemplate: true, isFree: false };
}

function splitSegments(pieces: readonly Piece[]): Piece[][] {
  let current: Piece[] = [];
  const segments = [current];
  for (const piece of pieces) {
    const [first = "", ...others] = piece.isTemplate ? piece.text.split("/") : [piece.text];
    current.push({ ...piece, text: first });
    for (const text of others) {
      current = [{ ...piece, text }];
      segments.push(current);
    }
  }
  return segments;
}

/** Shortens free texts, the longest first, until the name fits. */
function fitSegment(pieces: readonly Piece[]): string {
  const texts = pieces.map(({ text }) => text);
  let excess = byteLength(texts.join("")) - maxSegmentBytes;
  const free = pieces.flatMap(({ text, isFree }, index) => isFree ? [{ index, size: byteLength(text) }] : []);
  for (const { index, size } of free.sort((a, b) => b.size - a.size || a.index - b.index)) {
    if (excess <= 0) break;
    const kept = cutToBytes(texts[index] ?? "", Math.max(0, size - excess)).trimEnd();
    excess -= size - byteLength(kept);
    texts[index] = kept;
  }
  return cutToBytes(texts.join(""), maxSegmentBytes);
}
