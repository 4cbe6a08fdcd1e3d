import { data, Evaluator, Lexer, Parser } from "@actions/expressions";

/** What expressions of an action see. */
export type Contexts = Readonly<Record<string, unknown>>;

/** How the steps before went. */
export interface JobState {
  readonly failed: boolean;
  readonly cancelled: boolean;
}

const statusFunctions = ["always", "success", "failure", "cancelled"] as const;

/** `text` with each `${{ … }}` replaced by its value, by GitHub's own evaluator. */
export function fillIn(text: string, contexts: Contexts): string {
  return text.replace(/\$\{\{([^]*?)\}\}/g, (_, expression) => evaluate(expression, contexts).coerceString());
}

/** Whether a step with the condition `text` runs: without a status function only where all went well. */
export function holds(text: string | undefined, contexts: Contexts, state: JobState): boolean {
  const expression = (text ?? "success()").trim().replace(/^\$\{\{([^]*)\}\}$/, "$1");
  const asksForStatus = statusFunctions.some((name) => expression.includes(`${name}()`));
  const whole = asksForStatus ? expression : `success() && (${expression})`;
  const value = evaluate(whole, contexts, state);
  return !["", "false", "0"].includes(value.coerceString());
}

function evaluate(
  expression: string,
  contexts: Contexts,
  { failed, cancelled }: JobState = { failed: false, cancelled: false },
): data.ExpressionData {
  const answers = { always: true, success: !failed && !cancelled, failure: failed && !cancelled, cancelled };
  const functions = statusFunctions.map((name) => ({
    name,
    minArgs: 0,
    maxArgs: 0,
    call: () => new data.BooleanData(answers[name]),
  }));
  const { tokens } = new Lexer(expression.trim()).lex();
  const tree = new Parser(tokens, Object.keys(contexts), functions).parse();
  const context = JSON.parse(JSON.stringify(contexts), data.reviver) as data.Dictionary;
  return new Evaluator(tree, context, new Map(functions.map((one) => [one.name, one]))).evaluate();
}
