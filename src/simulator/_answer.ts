import { bytesContent, type Content } from "./_content.ts";

/** An answer before it is written to a connection. */
export interface Answer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Content;
  /** False: chunked, so that the client cannot know the length. @default {true} */
  readonly announcesLength?: boolean;
  /** What `Content-Length` says instead of the body's size. */
  readonly announcedBytes?: number;
  /** How the connection fails; absent, it does not. */
  readonly failure?: Failure;
}

/** `reset` and `close` end the connection after so many bytes of the body, `stall` stops sending. */
export type Failure =
  | { readonly kind: "drop" }
  | { readonly kind: "reset" | "close" | "stall"; readonly afterBytes: number };

/** A request as the handlers see it. */
export interface SimRequest {
  readonly origin: "api" | "storage";
  readonly method: string;
  /** Undecoded, without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** The body as text; refused above 1 MiB. */
  text(): Promise<string>;
}

const encoder = new TextEncoder();
const emptyContent = bytesContent(new Uint8Array(0));

/** A JSON answer. */
export function jsonAnswer(status: number, value: unknown, headers: Record<string, string> = {}): Answer {
  return textAnswer(status, JSON.stringify(value), {
    "content-type": "application/json;charset=UTF-8",
    ...headers,
  });
}

/** A text answer; plain text unless the headers say otherwise. */
export function textAnswer(status: number, text: string, headers: Record<string, string> = {}): Answer {
  return {
    status,
    headers: { "content-type": "text/plain;charset=UTF-8", ...headers },
    body: bytesContent(encoder.encode(text)),
  };
}

/** An answer without a body. */
export function emptyAnswer(status: number, headers: Record<string, string> = {}): Answer {
  return { status, headers, body: emptyContent };
}

/** Zoom's error body, `{"code","message"}` (Zoom API reference, error definitions). */
export function apiError(status: number, code: number, message: string): Answer {
  return jsonAnswer(status, { code, message });
}

/** 400 with code 300 and the offending field. */
export function invalidField(field: string, message: string): Answer {
  return jsonAnswer(400, { code: 300, message: "Validation Failed.", errors: [{ field, message }] });
}

/** The sign-in page that downloads turn into when Zoom does not know who asks. */
export function signInPage(title = "Sign In"): Answer {
  return textAnswer(
    200,
    `<!DOCTYPE html>\n<html lang="en"><head><title>${title} | Zoom</title></head>` +
      `<body><h1>${title}</h1><form action="/signin" method="post"><input name="email"></form></body></html>\n`,
    { "content-type": "text/html;charset=utf-8" },
  );
}

/** The error object of the download host, which is not the API's. */
export function downloadError(status: number, errorCode: number, errorMessage: string): Answer {
  return jsonAnswer(status, { status: false, errorCode, errorMessage });
}
