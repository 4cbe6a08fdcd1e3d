/**
 * Secrets known by their value. A message that repeats one bare, as a careless server's may, shows no shape by which
 * a pattern could find it: only who was told the secret can take it out.
 *
 * The values stay in this process, are never handed out again, and are bounded in number: the latest ones count.
 */
import type { Credentials } from "./config.ts";

/** Shorter values would be found in ordinary words. */
const leastLength = 6;
/** Shorter values count only where no letter or digit stands beside them. */
const wordLength = 12;
/** This much of a value at the end of a text counts as well: the text may have been cut off within it. */
const cutLength = 8;
/** Letters that the index looks at, as one number; different letters may share it. */
const gramLength = 4;
const gramCount = 1 << 16;

/** Text values of which the latest are found, and removed, wherever they stand. */
export class SecretValues {
  readonly #capacity: number;
  /** In the order in which they came. */
  readonly #values = new Set<string>();
  readonly #byGram = new Map<number, Set<string>>();
  /** How many values begin with each gram: most places in a text need no more than this look. */
  readonly #starts = new Uint16Array(gramCount);

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** How many are known; at most the capacity. */
  get size(): number {
    return this.#values.size;
  }

  /** What is empty, or too short to tell from a word, is not taken. */
  remember(value: string): void {
    if (value.length < leastLength) return;
    if (this.#values.delete(value)) return void this.#values.add(value);
    this.#values.add(value);
    const gram = gramOf(value);
    this.#starts[gram] = (this.#starts[gram] ?? 0) + 1;
    const others = this.#byGram.get(gram);
    if (others) others.add(value);
    else this.#byGram.set(gram, new Set([value]));
    if (this.#values.size > this.#capacity) this.#forgetOldest();
  }

  /** The text with an ellipsis in place of each value. */
  hide(text: string): string {
    if (this.#values.size === 0 || text.length < leastLength) return text;
    let safe = "";
    let copied = 0;
    let gram = 0;
    for (let next = 0; next < text.length; next++) {
      gram = nextGram(gram, text.charCodeAt(next));
      const at = next + 1 - gramLength;
      if (this.#starts[gram] === 0 || at < copied) continue;
      const length = this.#lengthAt(text, at, gram);
      if (length === 0) continue;
      safe += `${text.slice(copied, at)}…`;
      copied = at + length;
    }
    return copied === 0 ? text : safe + text.slice(copied);
  }

  /** Length of the longest value that stands at `at`; 0 for none. */
  #lengthAt(text: string, at: number, gram: number): number {
    let longest = 0;
    for (const value of this.#byGram.get(gram) ?? []) {
      const length = Math.min(value.length, text.length - at);
      if (length <= longest || length < Math.min(value.length, cutLength)) continue;
      if (!text.startsWith(value.slice(0, length), at)) continue;
      if (value.length < wordLength && isWithinWord(text, at, at + length)) continue;
      longest = length;
    }
    return longest;
  }

  #forgetOldest(): void {
    const [oldest = ""] = this.#values;
    this.#values.delete(oldest);
    const gram = gramOf(oldest);
    this.#starts[gram] = (this.#starts[gram] ?? 1) - 1;
    const others = this.#byGram.get(gram);
    others?.delete(oldest);
    if (others?.size === 0) this.#byGram.delete(gram);
  }
}

/** The gram after one letter more: it depends on the last four letters, as each moves out of its sixteen bits. */
function nextGram(gram: number, letter: number): number {
  return ((gram << 4) ^ letter) & (gramCount - 1);
}

/** The gram with which a value begins. */
function gramOf(value: string): number {
  let gram = 0;
  for (let i = 0; i < gramLength; i++) gram = nextGram(gram, value.charCodeAt(i));
  return gram;
}

function isWithinWord(text: string, start: number, end: number): boolean {
  return /[\p{L}\p{N}]$/u.test(text.slice(Math.max(0, start - 2), start)) ||
    /^[\p{L}\p{N}]/u.test(text.slice(end, end + 2));
}

/** The client secret and access tokens: few, and good for the whole account. */
const accountSecrets = new SecretValues(64);
/** What opens single meetings and files: as many as a run ever has in its hands at once. */
const passingSecrets = new SecretValues(1_024);
/** Passcodes come with every listing, and must not push the others out. */
const passcodes = new SecretValues(512);

/** From now on the client secret, alone and as Basic authentication sends it, is in no text that is redacted. */
export function rememberCredentials({ clientId, clientSecret }: Credentials): void {
  for (const form of formsOf(clientSecret)) accountSecrets.remember(form);
  accountSecrets.remember(new TextEncoder().encode(`${clientId}:${clientSecret}`).toBase64());
}

/** The same for an access token. */
export function rememberToken(token: string): void {
  for (const form of formsOf(token)) accountSecrets.remember(form);
}

/** The same for a token that opens one meeting. */
export function rememberMeetingToken(token: string): void {
  passingSecrets.remember(token);
}

/** The same for the passcode of a meeting or a recording. */
export function rememberPasscode(passcode: string): void {
  for (const form of formsOf(passcode)) passcodes.remember(form);
}

/** The same for what of a download address grants access: the opaque end of its path, and its query's values. */
export function rememberAddress({ pathname, searchParams }: URL): void {
  const opaque = opaquePath.exec(pathname)?.[1] ?? "";
  passingSecrets.remember(opaque);
  passingSecrets.remember(opaque.replace(/\.[^.]*$/, ""));
  for (const value of searchParams.values()) {
    if (value.length < leastTicketLength) continue;
    for (const form of formsOf(value)) passingSecrets.remember(form);
  }
}

const opaquePath = /\/(?:rec|recording)\/(?:[a-z_]+\/)*?(?:download|play|share|webhook_download)\/(.+)$/i;
/** Shorter values of a query are parameters, such as a date. */
const leastTicketLength = 16;

/** A value as it stands in plain text, in an address and in JSON. */
function formsOf(value: string): Iterable<string> {
  return new Set([value, encodeURIComponent(value), JSON.stringify(value).slice(1, -1)]);
}

/** The text without any secret value that is known. */
export function hideSecretValues(text: string): string {
  return passcodes.hide(passingSecrets.hide(accountSecrets.hide(text)));
}

/** The text without secrets of the account; what comes out depends on nothing else of the run. */
export function hideAccountSecrets(text: string): string {
  return accountSecrets.hide(text);
}
