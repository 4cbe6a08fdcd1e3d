/**
 * The errors of every room. Messages state the action, the quoted value and the current state, without a
 * final period; `hint` is the way out. None of them ever holds a secret: URLs come in redacted, and what else Zoom
 * may have repeated is taken out of every message.
 */
import { redactText } from "./redact.ts";

/** What an {@linkcode AppError} may carry besides its message. */
export interface AppErrorOptions {
  /** Stable machine-readable reason, stored as `error_code`. */
  readonly code?: string;
  /** What the person can do about it. */
  readonly hint?: string;
  /** What went wrong underneath. */
  readonly cause?: unknown;
}

/** Base of all expected failures. */
export class AppError extends Error {
  /** Name of the class. */
  override name = "AppError";
  /** Stable machine-readable reason. */
  readonly code: string;
  /** The way out. */
  readonly hint?: string;

  /** What cannot be done, about what, and why; no final period. */
  constructor(message: string, options: AppErrorOptions = {}) {
    super(redactText(message), options.cause === undefined ? undefined : { cause: options.cause });
    this.code = options.code ?? "error";
    if (options.hint !== undefined) this.hint = redactText(options.hint);
  }
}

/** An argument, configuration or plugin option is wrong. */
export class UsageError extends AppError {
  /** Name of the class. */
  override name = "UsageError";
  /** As the person wrote it: `--from-date`, `ZOOM_FROM`. */
  readonly option?: string;
  /** The value that cannot be used. */
  readonly value?: string;

  /** What cannot be done, about what, and why; no final period. */
  constructor(message: string, options: AppErrorOptions & { option?: string; value?: string } = {}) {
    super(message, { code: "usage", ...options });
    if (options.option !== undefined) this.option = options.option;
    if (options.value !== undefined) this.value = options.value;
  }
}

/** Credentials were refused, or a scope is missing. */
export class AuthError extends AppError {
  /** Name of the class. */
  override name = "AuthError";
  /** Names of scopes, any of which would do. */
  readonly missingScopes: readonly string[];

  /** What cannot be done, about what, and why; no final period. */
  constructor(message: string, options: AppErrorOptions & { missingScopes?: readonly string[] } = {}) {
    super(message, { code: "auth", ...options });
    this.missingScopes = options.missingScopes ?? [];
  }
}

/** Zoom answered with an error. */
export class ApiError extends AppError {
  /** Name of the class. */
  override name = "ApiError";
  /** HTTP status. */
  readonly status: number;
  /** Zoom's `code` or `errorCode`, when the body had one. */
  readonly zoomCode?: number;
  /** Zoom's `x-zm-trackingid`, for support cases. */
  readonly requestId?: string;
  /** Redacted. */
  readonly url: string;
  /** How long Zoom asks to wait. */
  readonly retryAfterMs?: number;
  /** True when the request ring already spent its retries on it, so that outer rings do not multiply them. */
  readonly exhausted: boolean;

  /** What cannot be done, about what, and why; no final period. */
  constructor(
    message: string,
    options: AppErrorOptions & {
      status: number;
      url: string;
      zoomCode?: number | undefined;
      requestId?: string | undefined;
      retryAfterMs?: number | undefined;
      exhausted?: boolean;
    },
  ) {
    super(message, {
      code: options.zoomCode ? `zoom_${options.zoomCode}` : `http_${options.status}`,
      ...options,
    });
    this.status = options.status;
    this.url = options.url;
    this.exhausted = options.exhausted ?? false;
    if (options.zoomCode !== undefined) this.zoomCode = options.zoomCode;
    if (options.requestId !== undefined) this.requestId = options.requestId;
    if (options.retryAfterMs !== undefined) this.retryAfterMs = options.retryAfterMs;
  }
}

/** Zoom's daily limit for a rate label is used up until `resumesAt`. */
export class DailyLimitError extends ApiError {
  /** Name of the class. */
  override name = "DailyLimitError";
  readonly label: string;
  /** ISO date-time, UTC. */
  readonly resumesAt: string;

  /** What cannot be done, about what, and why; no final period. */
  constructor(
    message: string,
    options: AppErrorOptions & {
      url: string;
      label: string;
      resumesAt: string;
      requestId?: string | undefined;
    },
  ) {
    super(message, { code: "daily_limit", ...options, status: 429, zoomCode: 429 });
    this.label = options.label;
    this.resumesAt = options.resumesAt;
  }
}

/** Zoom's answer does not have the documented shape. */
export class ResponseError extends AppError {
  /** Name of the class. */
  override name = "ResponseError";
  /** Where in the answer: `meetings[3].uuid`, or the redacted URL. */
  readonly path: string;
  readonly expected: string;

  /** What cannot be done, about what, and why; no final period. */
  constructor(message: string, options: AppErrorOptions & { path: string; expected: string }) {
    super(message, { code: "response", ...options });
    this.path = options.path;
    this.expected = options.expected;
  }
}

/** No answer: name lookup, refused or reset connection, TLS, timeout. */
export class NetworkError extends AppError {
  /** Name of the class. */
  override name = "NetworkError";
  /** True when the request ring already spent its retries on it. */
  readonly exhausted: boolean;

  /** What cannot be done, about what, and why; no final period. */
  constructor(message: string, options: AppErrorOptions & { exhausted?: boolean } = {}) {
    super(message, { code: "network", ...options });
    this.exhausted = options.exhausted ?? false;
  }
}

/** The bytes of a file are not what they should be; `code` says how. */
export class TransferError extends AppError {
  /** Name of the class. */
  override name = "TransferError";
  readonly expected?: string;
  readonly received?: string;

  /** What cannot be done, about what, and why; no final period. */
  constructor(
    message: string,
    options: AppErrorOptions & { code: TransferErrorCode; expected?: string; received?: string },
  ) {
    super(message, options);
    if (options.expected !== undefined) this.expected = options.expected;
    if (options.received !== undefined) this.received = options.received;
  }
}

/** Why a transfer was refused. */
export type TransferErrorCode =
  /** Fewer or more bytes than announced. */
  | "truncated"
  /** No byte for longer than the idle timeout. */
  | "stalled"
  /** A range answer that does not continue where it should. */
  | "range"
  /** An HTML page, mostly a login or passcode page. */
  | "html"
  /** A JSON error object in place of the file. */
  | "json_error"
  /** First bytes that do not fit the kind of file. */
  | "content"
  /** Redirect to a sign-in page, to plain http, or too many hops. */
  | "redirect"
  /** The file has no download address, also after asking again. */
  | "no_url"
  /** A mistake in the program, or a failure nobody has thought of. */
  | "unexpected"
  /** Zoom positively no longer has the file. */
  | "gone";

/** The disk is full, forbidden, read-only, or a path would leave the archive. */
export class StorageError extends AppError {
  /** Name of the class. */
  override name = "StorageError";
  /** The file or folder it is about. */
  readonly path: string;

  /** What cannot be done, about what, and why; no final period. */
  constructor(message: string, options: AppErrorOptions & { path: string }) {
    super(message, { code: "storage", ...options });
    this.path = options.path;
  }
}

/** Another run holds the archive. */
export class LockedError extends AppError {
  /** Name of the class. */
  override name = "LockedError";

  /** What cannot be done, about what, and why; no final period. */
  constructor(message: string, options: AppErrorOptions = {}) {
    super(message, { code: "locked", ...options });
  }
}

/** The inventory database is locked, corrupt, or written by a newer version. */
export class InventoryError extends AppError {
  /** Name of the class. */
  override name = "InventoryError";

  /** What cannot be done, about what, and why; no final period. */
  constructor(message: string, options: AppErrorOptions = {}) {
    super(message, { code: "inventory", ...options });
  }
}

/** A plugin failed at loading, options, setup or in a hook. */
export class PluginError extends AppError {
  /** Name of the class. */
  override name = "PluginError";
  readonly plugin: string;
  readonly stage: string;

  /** What cannot be done, about what, and why; no final period. */
  constructor(message: string, options: AppErrorOptions & { plugin: string; stage: string }) {
    super(message, { code: "plugin", ...options });
    this.plugin = options.plugin;
    this.stage = options.stage;
  }
}

/** Any thrown value as an Error. */
export function toError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}

/** The stable code of any thrown value, for `error_code` and `--json`. */
export function errorCode(thrown: unknown): string {
  return thrown instanceof AppError ? thrown.code : "unexpected";
}

/** True when `thrown` is the cancellation of `signal` and no failure of its own. */
export function isCancellation(thrown: unknown, signal: AbortSignal): boolean {
  return signal.aborted &&
    (thrown === signal.reason || (thrown instanceof DOMException && thrown.name === "AbortError"));
}

/** True when a path does not exist, be it that a folder on the way to it does not. */
export function isAbsent(thrown: unknown): boolean {
  return thrown instanceof Deno.errors.NotFound || thrown instanceof Deno.errors.NotADirectory;
}
