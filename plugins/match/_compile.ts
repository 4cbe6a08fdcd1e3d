import { type Field, fields, type Subject, type Value } from "./_fields.ts";
import { accepted, type OrderedKind, readLiteral, type Span } from "./_kinds.ts";
import { nearest } from "../_nearest.ts";
import type { ComparisonNode, FlagNode, Node, Operator } from "./_parse.ts";
import { problem } from "./_problem.ts";
import type { Token } from "./_tokens.ts";

/** What stands around an expression. */
export interface CompileOptions {
  /** The expression as written, for messages. */
  readonly source: string;
  /** Time of the run: `today` and ages hang on it. */
  readonly nowMs: number;
}

/** Yes, no, or unknown. */
type Truth = boolean | undefined;
type Rule = (subject: Subject) => Truth;
type Test = (value: Exclude<Value, undefined>) => boolean;

/**
 * Makes a rule of an expression. Everything that can be wrong is found here, and patterns are made here, from the
 * expression alone.
 *
 * @throws For an unknown field, or a value that does not go with its field, with its place.
 */
export function compileExpression(node: Node, options: CompileOptions): (subject: Subject) => boolean {
  const rule = compile(node, options);
  return (subject) => rule(subject) === true;
}

function compile(node: Node, options: CompileOptions): Rule {
  switch (node.kind) {
    case "not": {
      const inner = compile(node.inner, options);
      return (subject) => negate(inner(subject));
    }
    case "and":
    case "or":
      return join(node.kind, compile(node.left, options), compile(node.right, options));
    case "flag":
      return compileFlag(node, options);
    case "comparison":
      return compileComparison(node, options);
  }
}

function negate(truth: Truth): Truth {
  return truth === undefined ? undefined : !truth;
}

/** What decides alone (`false` for and, `true` for or) wins over the unknown. */
function join(kind: "and" | "or", left: Rule, right: Rule): Rule {
  const decisive = kind === "or";
  return (subject) => {
    const first = left(subject);
    if (first === decisive) return first;
    const second = right(subject);
    if (second === decisive) return second;
    return first === undefined || second === undefined ? undefined : !decisive;
  };
}

function compileFlag({ field, orUnknown }: FlagNode, options: CompileOptions): Rule {
  const { kind, read } = findField(field, options);
  if (kind !== "flag") {
    const example = kind === "text" || kind === "word" ? `${field.value} != ""` : `${field.value} > …`;
    throw problem(options.source, field.at, `${field.value} is ${accepted[kind]}: compare it (${example})`);
  }
  return (subject) => {
    const value = read(subject, options.nowMs);
    return value === undefined ? orUnknown || undefined : value === true;
  };
}

function compileComparison(node: ComparisonNode, options: CompileOptions): Rule {
  const { operator, orUnknown, values } = node;
  const field = findField(node.field, options);
  const isNegative = operator === "!=" || operator === "!~" || operator === "not in";
  const asksUnknown = values.some(isEmptyText);
  const tests = values.filter((value) => !isEmptyText(value)).map((value) =>
    compileTest({ value, operator, field, name: node.field.value }, options)
  );
  if (asksUnknown && !["=", "!=", "in", "not in"].includes(operator)) {
    throw problem(
      options.source,
      node.field.at,
      `"" stands for an unknown field: it goes with = and != only`,
    );
  }
  return (subject) => {
    const value = field.read(subject, options.nowMs);
    if (value !== undefined) return tests.some((test) => test(value)) !== isNegative;
    if (orUnknown) return true;
    return asksUnknown ? !isNegative : undefined;
  };
}

function isEmptyText({ kind, value }: Token): boolean {
  return kind === "text" && value === "";
}

function findField({ value: name, at }: Token, { source }: CompileOptions): Field {
  const wanted = name.toLowerCase();
  const field = Object.hasOwn(fields, wanted) ? fields[wanted] : undefined;
  if (field !== undefined) return field;
  const names = Object.keys(fields);
  const meant = nearest(name, names);
  const hint = meant === undefined ? ";" : `, did you mean ${meant}?`;
  throw problem(source, at, `there is no field "${name}"${hint} there are ${names.join(", ")}`);
}

interface TestRequest {
  readonly value: Token;
  readonly operator: Operator;
  readonly field: Field;
  readonly name: string;
}

/** The positive form: `!=`, `!~` and `not in` are turned round by the caller. */
function compileTest({ value, operator, field: { kind }, name }: TestRequest, options: CompileOptions): Test {
  const fail = (what: string): never => {
    throw problem(options.source, value.at, what);
  };
  const isOrder = /^[<>]/.test(operator);
  if (kind === "text" || kind === "word") {
    if (value.kind === "pattern") return compilePattern(value, options);
    if (isOrder) fail(`${name} has no order: use =, !=, in or ~`);
    const fold = kind === "word" ? (text: string) => text.toLowerCase() : (text: string) => text;
    const wanted = fold(value.value.normalize("NFC"));
    return (actual) => fold(String(actual)) === wanted;
  }
  if (value.kind === "pattern") fail(`${name} is no text: a pattern cannot be looked for in it`);
  if (kind === "flag") {
    const word = value.value.toLowerCase();
    if (isOrder || (word !== "true" && word !== "false")) fail(`${name} is ${accepted.flag}`);
    return (actual) => String(actual) === word;
  }
  return compileOrder(operator, readSpan(kind, { value, name }, options));
}

function compilePattern({ value, flags = "", at }: Token, { source }: CompileOptions): Test {
  const odd = [...flags].find((flag) => !"imsu".includes(flag));
  if (odd !== undefined) {
    throw problem(source, at, `"${odd}" is no flag of a pattern; there are i, m, s and u`);
  }
  try {
    const pattern = new RegExp(value, flags);
    return (actual) => pattern.test(String(actual));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw problem(source, at, `the pattern cannot be used: ${reason}`);
  }
}

function readSpan(
  kind: OrderedKind,
  { value, name }: { value: Token; name: string },
  { source, nowMs }: CompileOptions,
): Span {
  const span = readLiteral(kind, value.value, nowMs);
  if (span === undefined) {
    throw problem(source, value.at, `"${value.value}" does not go with ${name}: write ${accepted[kind]}`);
  }
  return span;
}

function compileOrder(operator: Operator, { first, last }: Span): Test {
  switch (operator) {
    case "<":
      return (actual) => Number(actual) < first;
    case "<=":
      return (actual) => Number(actual) <= last;
    case ">":
      return (actual) => Number(actual) > last;
    case ">=":
      return (actual) => Number(actual) >= first;
    default:
      return (actual) => Number(actual) >= first && Number(actual) <= last;
  }
}
