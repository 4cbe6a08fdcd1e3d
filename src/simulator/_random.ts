/** Repeatable chance. */
export interface Random {
  /** Uniform in [0, 1). */
  next(): number;
  /** Uniform among the whole numbers from `min` to `max`, both included. */
  int(min: number, max: number): number;
  pick<T>(list: readonly [T, ...T[]]): T;
  chance(probability: number): boolean;
}

/** Mulberry32: small, quick, and good enough for test data. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  const int = (min: number, max: number) => min + Math.floor(next() * (max - min + 1));
  return {
    next,
    int,
    pick: (list) => list[int(0, list.length - 1)] ?? list[0],
    chance: (probability) => next() < probability,
  };
}

/**
 * 256 bits derived from the parts, equal for equal parts. Quick and not cryptographic: large accounts take
 * several for every file, and nothing here is worth attacking.
 */
export function digestOf(...parts: readonly (string | number)[]): Uint32Array {
  const text = JSON.stringify(parts);
  let [a, b, c, d] = [0x9e3779b9, 0x243f6a88, 0xb7e15162, 0x85a308d3];
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    a = b ^ Math.imul(a ^ code, 597399067);
    b = c ^ Math.imul(b ^ code, 2869860233);
    c = d ^ Math.imul(c ^ code, 951274213);
    d = a ^ Math.imul(d ^ code, 2716044179);
  }
  return Uint32Array.of(mix(a), mix(b), mix(c), mix(d), mix(a ^ c), mix(b ^ d), mix(c ^ ~b), mix(d ^ ~a));
}

/** 32 bits of {@linkcode digestOf}. */
export function hash32(...parts: readonly (string | number)[]): number {
  return digestOf(...parts)[0] ?? 0;
}

/** 64 lower-case hexadecimal digits of {@linkcode digestOf}. */
export function hexOf(...parts: readonly (string | number)[]): string {
  let hex = "";
  for (const word of digestOf(...parts)) hex += word.toString(16).padStart(8, "0");
  return hex;
}

/** `length` characters of the URL-safe base64 alphabet, derived from the parts; at most 43. */
export function opaque(length: number, ...parts: readonly (string | number)[]): string {
  return base64(digestOf(...parts)).replaceAll("+", "-").replaceAll("/", "_").slice(0, length);
}

/** An upper-case UUID derived from the parts. */
export function guid(...parts: readonly (string | number)[]): string {
  const hex = hexOf(...parts).toUpperCase();
  return [[0, 8], [8, 12], [12, 16], [16, 20], [20, 32]].map(([from, to]) => hex.slice(from, to)).join("-");
}

/** A meeting uuid as Zoom writes them: base64 of 16 bytes, so `/`, `+` and `=` occur. */
export function meetingUuid(...parts: readonly (string | number)[]): string {
  return base64(digestOf(...parts).subarray(0, 4));
}

function base64(words: Uint32Array): string {
  return new Uint8Array(words.buffer, 0, words.byteLength).toBase64();
}

/** The finishing step of MurmurHash3. */
function mix(word: number): number {
  let mixed = word ^ (word >>> 16);
  mixed = Math.imul(mixed, 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
