import { redactText } from "../core/redact.ts";

/** What an error body says, whichever of Zoom's families it belongs to. */
export interface ErrorBody {
  readonly zoomCode?: number;
  /** Redacted, on one line, at most 300 characters; `""` when the body says nothing. */
  readonly message: string;
}

/**
 * Reads an error body: `code`/`message` (API), `errorCode`/`errorMessage` (download hosts), `reason`/`error`
 * (token endpoint). `undefined` when `data` is none of these.
 */
export function parseErrorBody(data: unknown): ErrorBody | undefined {
  if (typeof data !== "object" || data === null || Array.isArray(data)) return undefined;
  const body = data as Record<string, unknown>;
  const code = toCode(body.code) ?? toCode(body.errorCode);
  const texts = [body.message, body.errorMessage, body.reason, body.error_description, body.error].filter(
    isText,
  );
  if (code === undefined && !isText(body.reason) && !isText(body.error)) return undefined;
  // The token endpoint puts the cause into `error` and words for it into `reason`: both are wanted.
  const cause = isText(body.reason) && isText(body.error) ? ` (${body.error})` : "";
  const message = oneLine(
    [`${texts[0] ?? ""}${cause}`, ...fieldMessages(body.errors)].filter(Boolean).join("; "),
  );
  return { message, ...(code === undefined ? {} : { zoomCode: code }) };
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}

/** {@linkcode parseErrorBody} of text that may be anything, HTML included. */
export function parseErrorText(text: string): ErrorBody {
  try {
    return parseErrorBody(JSON.parse(text)) ?? { message: "" };
  } catch {
    return { message: looksLikeHtml(text) ? "an HTML page came instead of JSON" : oneLine(text) };
  }
}

/** Tells whether text begins as an HTML page does. */
export function looksLikeHtml(text: string): boolean {
  return /^\uFEFF?\s*<(!doctype|html|head|body)\b/i.test(text);
}

function toCode(value: unknown): number | undefined {
  if (typeof value === "number" && Number.isInteger(value)) return value;
  if (typeof value === "string" && /^\d{1,9}$/.test(value)) return Number(value);
  return undefined;
}

function fieldMessages(errors: unknown): string[] {
  if (!Array.isArray(errors)) return [];
  return errors.slice(0, 5).flatMap((item) => {
    const { field, message } = (item ?? {}) as { field?: unknown; message?: unknown };
    return typeof message === "string" ? [typeof field === "string" ? `${field}: ${message}` : message] : [];
  });
}

function oneLine(text: string): string {
  return redactText(text.slice(0, 8_192)).replace(/\s+/g, " ").trim().slice(0, 300).replace(/\.$/, "");
}
