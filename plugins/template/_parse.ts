import { type Field, fields } from "./_fields.ts";
import { type Format, parseFormat } from "./_format.ts";
import { nearest } from "../_nearest.ts";
import { problem } from "./_problem.ts";

/** A part of a template; a text may hold `/`, which separates folders. */
export type Part = string | Hole;

/** What stands in braces. */
export interface Hole {
  /** The first that is known counts. */
  readonly fields: readonly FieldUse[];
  /** Written in place of the value where one is known. */
  readonly then: readonly Part[] | undefined;
  /** Written where none is known. */
  readonly otherwise: readonly Part[] | undefined;
}

/** A field and how it is written. */
export interface FieldUse {
  readonly name: string;
  readonly field: Field;
  readonly format: Format;
}

const maxSegments = 32;
const maxDepth = 20;

/**
 * Reads a template.
 *
 * @throws For the first mistake, with its place.
 */
export function parseTemplate(source: string): readonly Part[] {
  const parts = new Parser(source).whole();
  checkFolders(source);
  return dropExtension(parts);
}

class Parser {
  readonly #source: string;
  #at = 0;
  #depth = 0;

  constructor(source: string) {
    this.#source = source;
  }

  whole(): Part[] {
    if (this.#source.trim() === "") this.#fail("it is empty; write for example {topic}/{file_type}");
    const parts = this.#parts();
    if (this.#at < this.#source.length) this.#fail("there is no { for this; a brace itself is written }}");
    return parts;
  }

  /** Text and holes up to the end, or to what ends the hole that this is in. */
  #parts(): Part[] {
    const parts: Part[] = [];
    let text = "";
    while (this.#at < this.#source.length) {
      const two = this.#source.slice(this.#at, this.#at + 2);
      const one = two[0] ?? "";
      const closesHole = one === "}" && this.#depth > 0;
      if (two === "{{" || (two === "}}" && !closesHole) || (two === "||" && this.#depth > 0)) {
        text += one;
        this.#at += 2;
      } else if (one === "{") {
        parts.push(text, this.#hole());
        text = "";
      } else if (one === "}" || (one === "|" && this.#depth > 0)) break;
      else if (one === "\\") this.#fail("folders are separated by /");
      else {
        text += one;
        this.#at++;
      }
    }
    return [...parts, text].filter((part) => part !== "");
  }

  #hole(): Hole {
    const start = this.#at;
    if (++this.#depth > maxDepth) this.#fail(`more than ${maxDepth} braces within each other`);
    this.#at++;
    const uses = [this.#use()];
    while (this.#take(",")) uses.push(this.#use());
    const then = this.#take("&") ? this.#parts() : undefined;
    const otherwise = this.#take("|") ? this.#parts() : undefined;
    if (!this.#take("}")) {
      if (this.#at < this.#source.length) {
        this.#fail("expected }; there is one | in a pair of braces, a bar itself is ||");
      }
      this.#at = start;
      this.#fail("this { is never closed; a brace itself is written {{");
    }
    this.#depth--;
    return { fields: uses, then, otherwise };
  }

  #use(): FieldUse {
    const at = this.#at;
    const written = this.#until(/[^:,&|{}]*/y);
    const name = written.trim();
    const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (field === undefined) throw problem(this.#source, at, unknownField(name));
    const formatAt = this.#at + 1;
    const format = parseFormat(this.#take(":") ? this.#until(/[^,&|{}]*/y) : undefined, name, field);
    if (typeof format === "string") throw problem(this.#source, formatAt, format);
    return { name, field, format };
  }

  #until(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const text = pattern.exec(this.#source)?.[0] ?? "";
    this.#at += text.length;
    return text;
  }

  #take(character: string): boolean {
    const isThere = this.#source[this.#at] === character;
    if (isThere) this.#at++;
    return isThere;
  }

  #fail(what: string): never {
    throw problem(this.#source, this.#at, what);
  }
}

function unknownField(name: string): string {
  const names = Object.keys(fields);
  const meant = nearest(name, names);
  const hint = meant === undefined ? ";" : `, did you mean ${meant}?`;
  const what = name === "" ? "expected the name of a field;" : `there is no field "${name}"${hint}`;
  return `${what} there are ${names.join(", ")}`;
}

/** What is a mistake in any path: an absolute one, a folder without a name, one that goes up, too many. */
function checkFolders(source: string): void {
  let at = 0;
  const names = source.split("/");
  for (const [index, name] of names.entries()) {
    if (name === "" && index === 0) {
      throw problem(source, at, "paths begin below the archive: leave the / out");
    }
    if (name === "" && index === names.length - 1) {
      throw problem(source, at, "the name of the file is missing");
    }
    if (name === "") throw problem(source, at, "a folder between two / has no name");
    if (name === "." || name === "..") throw problem(source, at, `"${name}" is no name of a folder`);
    at += name.length + 1;
  }
  if (names.length > maxSegments) {
    throw problem(source, 0, `it has ${names.length} folders and names, more than ${maxSegments}`);
  }
}

/** A final `.{ext}` stands for the extension that the archive adds. */
function dropExtension(parts: readonly Part[]): readonly Part[] {
  const last = parts.at(-1);
  const before = parts.at(-2);
  if (typeof last !== "object" || typeof before !== "string" || !before.endsWith(".")) return parts;
  const isExtension = last.fields.length === 1 && last.fields[0]?.name === "ext" && last.then === undefined;
  return isExtension ? [...parts.slice(0, -2), before.slice(0, -1)] : parts;
}
