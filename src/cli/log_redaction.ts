import type { LogRecord, Sink } from "@logtape/logtape";
import { redactByField } from "@logtape/redaction";
import { redactText, redactUrl } from "../core/redact.ts";

/** Names of fields that hold secrets or addresses that grant access, in snake_case, camelCase and kebab-case. */
export const secretFieldPatterns: readonly RegExp[] = [
  /token$/i,
  /secret/i,
  /pass(?:code|word|phrase)/i,
  /^pwd$/i,
  /^zak$/i,
  /authorization/i,
  /(?:download|play|share)[_-]?url$/i,
  /^signature$/i,
  /^policy$/i,
  /key[_-]?pair[_-]?id/i,
];

/** A sink whose records hold no secret: neither in a field of a telling name nor anywhere in a text. */
export function withoutSecrets(sink: Sink): Sink {
  const redactTexts: Sink = (record) => {
    const properties = redactDeep(record.properties, 0) as Record<string, unknown>;
    sink({ ...record, message: [messageText(record)], properties });
  };
  return redactByField(redactTexts, { fieldPatterns: [...secretFieldPatterns], action: () => "…" });
}

/** The message with its values put in, on the level of text. */
function messageText(record: LogRecord): string {
  const text = record.message.map((part, index) => index % 2 === 0 ? String(part) : valueText(part)).join("");
  return redactText(text);
}

function valueText(value: unknown): string {
  if (value instanceof URL) return redactUrl(value);
  if (value instanceof Error) return `${value.name}: ${value.message}`;
  if (typeof value !== "object" || value === null) return String(value);
  return JSON.stringify(redactDeep(value, 0));
}

const maxDepth = 6;

function redactDeep(value: unknown, depth: number): unknown {
  if (typeof value === "string") return redactText(value);
  if (typeof value === "bigint") return String(value);
  if (typeof value !== "object" || value === null) return value;
  if (depth >= maxDepth) return "…";
  if (value instanceof URL) return redactUrl(value);
  if (value instanceof Date) return value.toJSON();
  if (value instanceof Error) return redactError(value, depth);
  if (Array.isArray(value)) return value.map((inner) => redactDeep(inner, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [name, redactDeep(inner, depth + 1)]),
  );
}

function redactError(error: Error, depth: number): Record<string, unknown> {
  return {
    name: error.name,
    message: redactText(error.message),
    ...("code" in error ? { code: redactDeep(error.code, depth + 1) } : {}),
    ...(error.stack === undefined ? {} : { stack: redactText(error.stack) }),
    ...(error.cause === undefined ? {} : { cause: redactDeep(error.cause, depth + 1) }),
  };
}
