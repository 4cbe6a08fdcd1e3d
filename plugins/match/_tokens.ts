import { problem } from "./_problem.ts";

/** A piece of an expression and where it begins. */
export interface Token {
  readonly kind: "word" | "text" | "pattern" | "sign" | "end";
  /** A word or sign as written, a text without its quotes, the source of a pattern. */
  readonly value: string;
  /** Flags of a pattern. */
  readonly flags?: string;
  readonly at: number;
}

const word = /[^\s()=!<>~,"'?&|;]+/y;
const sign = /==|!=|!~|<=|>=|[=<>~(),?]/y;

/**
 * The pieces of an expression, the last of them its end.
 *
 * @throws For a character that means nothing, or a quote or pattern that never ends.
 */
export function tokenize(source: string): Token[] {
  const tokens: Token[] = [];
  for (let at = skipSpace(source, 0); at < source.length; at = skipSpace(source, at)) {
    const [token, end] = readToken(source, at);
    tokens.push(token);
    at = end;
  }
  return [...tokens, { kind: "end", value: "", at: source.length }];
}

function skipSpace(source: string, from: number): number {
  return from + (/^\s*/.exec(source.slice(from))?.[0].length ?? 0);
}

function readToken(source: string, at: number): [Token, number] {
  const first = source[at] ?? "";
  if (first === '"' || first === "'") return readText(source, at, first);
  if (first === "/") return readPattern(source, at);
  const found = match(sign, source, at);
  if (found !== undefined) {
    return [{ kind: "sign", value: found === "==" ? "=" : found, at }, at + found.length];
  }
  const letters = match(word, source, at);
  if (letters !== undefined) return [{ kind: "word", value: letters, at }, at + letters.length];
  const instead: Record<string, string> = { "&": '"and"', "|": '"or"', "!": '"not", "!=" or "!~"' };
  const hint = instead[first] === undefined ? "" : `; write ${instead[first]}`;
  throw problem(source, at, `"${first}" means nothing here${hint}`);
}

/** In quotes, `\` makes the next character an ordinary one. */
function readText(source: string, at: number, quote: string): [Token, number] {
  let value = "";
  for (let i = at + 1; i < source.length; i++) {
    if (source[i] === quote) return [{ kind: "text", value, at }, i + 1];
    if (source[i] === "\\" && i + 1 < source.length) i++;
    value += source[i];
  }
  throw problem(source, at, "the quote is never closed");
}

/** As in JavaScript: a `/` in brackets or behind `\` does not end it. */
function readPattern(source: string, at: number): [Token, number] {
  let inBrackets = false;
  for (let i = at + 1; i < source.length; i++) {
    const character = source[i];
    if (character === "\\") i++;
    else if (character === "[") inBrackets = true;
    else if (character === "]") inBrackets = false;
    else if (character === "/" && !inBrackets) {
      const flags = match(/[A-Za-z]*/y, source, i + 1) ?? "";
      return [{ kind: "pattern", value: source.slice(at + 1, i), flags, at }, i + 1 + flags.length];
    }
  }
  throw problem(source, at, "the pattern is never closed; it ends with /, and a / inside it is written \\/");
}

function match(pattern: RegExp, source: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(source)?.[0];
}
