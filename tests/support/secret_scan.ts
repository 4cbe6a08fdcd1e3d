import { Buffer } from "node:buffer";

const leastLength = 8;

/** Finds any of many secrets, in each of the forms in which a text may hold it, in one pass over bytes. */
export class SecretScan {
  readonly #byStart = new Map<number, Uint8Array[]>();
  readonly #known = new Set<string>();
  /** One bit per hash of a first word: most places in a file need no more than this look. */
  readonly #starts = new Uint8Array(1 << 20);

  /** Number of secrets, forms apart. */
  get size(): number {
    return this.#known.size;
  }

  add(secrets: Iterable<string>): void {
    for (const secret of secrets) {
      if (secret.length < leastLength || this.#known.has(secret)) continue;
      this.#known.add(secret);
      for (const form of formsOf(secret)) this.#addForm(Buffer.from(form));
    }
  }

  #addForm(form: Uint8Array): void {
    const start = wordAt(form, 0);
    this.#starts[hashOf(start)] = 1;
    const others = this.#byStart.get(start);
    if (others) others.push(form);
    else this.#byStart.set(start, [form]);
  }

  /** The first secret in `bytes`, in the form in which it stands there. */
  find(bytes: Uint8Array): string | undefined {
    let word = wordAt(bytes, 0) << 8;
    for (let at = 0; at + 4 <= bytes.length; at++) {
      word = (word >>> 8) | ((bytes[at + 3] ?? 0) << 24);
      if (this.#starts[hashOf(word)] === 0) continue;
      for (const form of this.#byStart.get(word) ?? []) {
        if (startsWith(bytes, at, form)) return new TextDecoder().decode(form);
      }
    }
    return undefined;
  }

  /** All secrets known. */
  [Symbol.iterator](): Iterator<string> {
    return this.#known.values();
  }
}

/** Plain, in an address, in JSON, in JSON within JSON, and in base64 whatever stands before it, as after `client:`. */
function formsOf(secret: string): Iterable<string> {
  const base64 = [0, 1, 2].flatMap((shift) => {
    const text = Buffer.from(" ".repeat(shift) + secret).toString("base64").replace(/=+$/, "");
    // The first and last letters hold bits of the neighbours too.
    const whole = text.slice(shift === 0 ? 0 : shift + 1, (shift + secret.length) % 3 === 0 ? undefined : -1);
    return [whole, whole.replaceAll("+", "-").replaceAll("/", "_")];
  });
  const inJson = JSON.stringify(secret).slice(1, -1);
  const inInnerJson = JSON.stringify(inJson).slice(1, -1);
  return new Set([secret, encodeURIComponent(secret), inJson, inInnerJson, ...base64]);
}

function wordAt(bytes: Uint8Array, at: number): number {
  return (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16) |
    ((bytes[at + 3] ?? 0) << 24);
}

function hashOf(word: number): number {
  return Math.imul(word, 0x9e3779b1) >>> 12;
}

function startsWith(bytes: Uint8Array, at: number, form: Uint8Array): boolean {
  if (at + form.length > bytes.length) return false;
  for (let i = 0; i < form.length; i++) if (bytes[at + i] !== form[i]) return false;
  return true;
}
