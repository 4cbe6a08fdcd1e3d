import { problem } from "./_problem.ts";
import { type Token, tokenize } from "./_tokens.ts";

/** How a field is compared with values. */
export type Operator = "=" | "!=" | "<" | "<=" | ">" | ">=" | "~" | "!~" | "in" | "not in";

/** An expression, read. Places (`at`) count from 0. */
export type Node =
  | { readonly kind: "and" | "or"; readonly left: Node; readonly right: Node }
  | { readonly kind: "not"; readonly inner: Node }
  | FlagNode
  | ComparisonNode;

/** A field that stands alone. */
export interface FlagNode {
  readonly kind: "flag";
  readonly field: Token;
  readonly orUnknown: boolean;
}

/** A field and what it is compared with. */
export interface ComparisonNode {
  readonly kind: "comparison";
  readonly field: Token;
  readonly operator: Operator;
  readonly values: readonly Token[];
  readonly orUnknown: boolean;
}

const keywords: readonly string[] = ["and", "or", "not", "in"];
const operators: readonly string[] = ["=", "!=", "<", "<=", ">", ">=", "~", "!~"];
const maxDepth = 100;

/**
 * Reads an expression: `or` of `and` of `not` of comparisons.
 *
 * @throws For the first mistake, with its place.
 */
export function parseExpression(source: string): Node {
  const parser = new Parser(source);
  return parser.whole();
}

class Parser {
  readonly #source: string;
  readonly #tokens: readonly Token[];
  #next = 0;
  #depth = 0;

  constructor(source: string) {
    this.#source = source;
    this.#tokens = tokenize(source);
  }

  whole(): Node {
    if (this.#peek().kind === "end") this.#fail("it is empty; write for example file_type = MP4");
    const node = this.#or();
    if (this.#peek().kind === "end") return node;
    if (this.#isSign(")")) this.#fail("there is no ( for this )");
    return this.#fail('expected "and", "or" or the end; a text with spaces needs quotes');
  }

  #or(): Node {
    let left = this.#and();
    while (this.#takeKeyword("or")) left = { kind: "or", left, right: this.#and() };
    return left;
  }

  #and(): Node {
    let left = this.#not();
    while (this.#takeKeyword("and")) left = { kind: "and", left, right: this.#not() };
    return left;
  }

  #not(): Node {
    if (++this.#depth > maxDepth) this.#fail(`more than ${maxDepth} parentheses and "not" within each other`);
    try {
      return this.#takeKeyword("not") ? { kind: "not", inner: this.#not() } : this.#primary();
    } finally {
      this.#depth--;
    }
  }

  #primary(): Node {
    if (!this.#takeSign("(")) return this.#comparison();
    const inner = this.#or();
    if (!this.#takeSign(")")) this.#fail('expected "and", "or" or the ) of this group');
    return inner;
  }

  #comparison(): Node {
    const field = this.#peek();
    if (field.kind !== "word" || isKeyword(field)) this.#fail("expected the name of a field");
    this.#next++;
    const early = this.#takeSign("?");
    const operator = this.#operator();
    if (operator === undefined) return { kind: "flag", field, orUnknown: early };
    const values = operator === "in" || operator === "not in" ? this.#list() : [this.#value(operator)];
    const late = this.#takeSign("?");
    return { kind: "comparison", field, operator, values, orUnknown: early || late };
  }

  #operator(): Operator | undefined {
    const { kind, value } = this.#peek();
    if (kind === "sign" && operators.includes(value)) {
      this.#next++;
      return value as Operator;
    }
    if (this.#takeKeyword("in")) return "in";
    if (!this.#takeKeyword("not")) return undefined;
    if (!this.#takeKeyword("in")) this.#fail('expected "in": field not in (A, B)');
    return "not in";
  }

  #list(): Token[] {
    if (!this.#takeSign("(")) this.#fail("expected a list: (A, B)");
    const values = [this.#value("in")];
    while (this.#takeSign(",")) values.push(this.#value("in"));
    if (!this.#takeSign(")")) this.#fail("expected , or ) in the list");
    return values;
  }

  #value(operator: Operator): Token {
    const token = this.#peek();
    const takesPattern = operator === "~" || operator === "!~";
    if (takesPattern && token.kind !== "pattern") this.#fail(`expected a pattern: ${operator} /standup/i`);
    if (!takesPattern && token.kind === "pattern") {
      this.#fail("a pattern goes with ~ or !~; a text that begins with / needs quotes");
    }
    if (token.kind === "end" || token.kind === "sign" || isKeyword(token)) this.#fail("expected a value");
    this.#next++;
    return token;
  }

  #peek(): Token {
    return this.#tokens[this.#next] ?? { kind: "end", value: "", at: this.#source.length };
  }

  #isSign(value: string): boolean {
    return this.#peek().kind === "sign" && this.#peek().value === value;
  }

  #takeSign(value: string): boolean {
    const isThere = this.#isSign(value);
    if (isThere) this.#next++;
    return isThere;
  }

  #takeKeyword(value: string): boolean {
    const isThere = this.#peek().kind === "word" && this.#peek().value.toLowerCase() === value;
    if (isThere) this.#next++;
    return isThere;
  }

  #fail(what: string): never {
    throw problem(this.#source, this.#peek().at, what);
  }
}

function isKeyword({ kind, value }: Token): boolean {
  return kind === "word" && keywords.includes(value.toLowerCase());
}
