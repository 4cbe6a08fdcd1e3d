import type { Clock } from "../core/clock.ts";
import { ApiError, TransferError } from "../core/errors.ts";
import type { FileRef } from "../core/listing.ts";
import type { ListedFile } from "../core/recording.ts";
import type { OpenedFile, OpenOptions } from "../core/source.ts";
import type { HttpClient } from "../http/mod.ts";
import { isScopeRefusal, isTokenRefusal } from "./api.ts";
import { followRedirects } from "./follow_redirects.ts";
import type { ZoomHosts } from "./hosts.ts";
import type { MeetingAnswer, Meetings } from "./meetings.ts";
import { readOpened } from "./read_opened.ts";
import type { TokenSource } from "./token_source.ts";

/** What opening files needs. */
export interface OpenFileContext {
  readonly http: HttpClient;
  readonly tokens: TokenSource;
  readonly meetings: Meetings;
  readonly hosts: ZoomHosts;
  readonly clock: Clock;
  /** Connection pool of downloads. */
  client(): Deno.HttpClient;
  /** True to put the token into the query when nothing else works. */
  readonly allowQueryToken: boolean;
}

/** How long Zoom may say "no recording" while it still processes one (code 3301). */
const processingMs = 2 * 86_400_000;

/**
 * Opens a file of a meeting.
 *
 * @throws {TransferError} When what comes is not the file; `gone` when Zoom positively no longer has it.
 * @throws {ApiError} When Zoom or its storage refuses.
 */
export async function openFile(
  context: OpenFileContext,
  file: FileRef,
  options: OpenOptions,
): Promise<OpenedFile> {
  const action = `download the ${file.fileExtension || "unfinished"} file "${file.key}"`;
  const address = await locate(context, file, { ...options, action });
  const url = URL.parse(address.url);
  if (url === null) throw new TransferError(`Cannot ${action}: its address is no URL`, { code: "no_url" });
  const credentials = credentialsFor(context, address, options);
  for (const [index, credential] of credentials.entries()) {
    try {
      return await openWith(context, { file, options, action, url, credential });
    } catch (error) {
      const isLast = index === credentials.length - 1;
      if (isLast || !isRefusal(error)) throw error;
    }
  }
  throw new TypeError("no credential to try");
}

interface Address {
  readonly url: string;
  /** Opens this meeting's files, also where the account's token does not. */
  readonly downloadToken?: string | undefined;
}

/** Ways to authenticate, best first; beyond the first only after a refusal. */
type Credential = { readonly use: "account" | "query" } | {
  readonly use: "meeting";
  readonly bearer: string;
};

function credentialsFor(context: OpenFileContext, address: Address, options: OpenOptions): Credential[] {
  if (!options.refresh) return [{ use: "account" }];
  const { downloadToken } = address;
  return [
    { use: "account" },
    ...(downloadToken === undefined ? [] : [{ use: "meeting" as const, bearer: downloadToken }]),
    ...(context.allowQueryToken ? [{ use: "query" as const }] : []),
  ];
}

interface Opening {
  readonly file: FileRef;
  readonly options: OpenOptions;
  readonly action: string;
  readonly url: URL;
  readonly credential: Credential;
}

async function openWith(context: OpenFileContext, opening: Opening): Promise<OpenedFile> {
  const { file, options, action, credential } = opening;
  const token = credential.use === "meeting" ? undefined : await context.tokens.get(options.signal);
  const bearer = credential.use === "meeting"
    ? credential.bearer
    : credential.use === "account"
    ? token?.accessToken
    : undefined;
  const url = new URL(opening.url);
  if (credential.use === "query" && token !== undefined && context.hosts.has(url)) {
    url.searchParams.set("access_token", token.accessToken);
  }
  try {
    for (let offset = options.offset;; offset = 0) {
      const response = await followRedirects(context.http, context.hosts, {
        url,
        action,
        bearer,
        headers: rangeHeaders(offset, options),
        client: context.client(),
        signal: options.signal,
      });
      const { fileExtension } = file;
      const opened = await context.http.withinTime(
        { action, url, signal: options.signal },
        (signal) => readOpened(response, { action, offset, fileExtension, signal }),
      );
      if (opened !== "restart") return opened;
      if (offset === 0) {
        throw new TransferError(`Cannot ${action}: the whole file is refused as a range`, { code: "range" });
      }
    }
  } catch (error) {
    if (token !== undefined && saysTokenIsInvalid(error)) context.tokens.reject(token);
    throw error;
  }
}

function rangeHeaders(
  offset: number,
  { until, validator }: Pick<OpenOptions, "until" | "validator">,
): Record<string, string> {
  // Compressed on the way, a file has neither a size nor ranges that mean anything.
  const headers = { "accept-encoding": "identity" };
  if (offset === 0 && until === undefined) return headers;
  return {
    ...headers,
    range: `bytes=${offset}-${until === undefined ? "" : until - 1}`,
    ...(validator === undefined ? {} : { "if-range": validator }),
  };
}

/** Where to get the file now. */
async function locate(
  context: OpenFileContext,
  file: FileRef,
  options: OpenOptions & { action: string },
): Promise<Address> {
  const { refresh, signal, action } = options;
  if (!refresh && file.downloadUrl !== undefined) return { url: file.downloadUrl };
  let answer: MeetingAnswer;
  try {
    answer = await context.meetings.addresses(file.meetingUuid, { key: file.key, refresh, signal });
  } catch (error) {
    // Without that scope a fresh token and the address of the listing are all there is.
    if (isScopeRefusal(error) && file.downloadUrl !== undefined) return { url: file.downloadUrl };
    throw error;
  }
  if ("absent" in answer) throw absence(context.clock, file, { action, error: answer.absent });
  const found = findFile(answer.meeting.files, file);
  if (found === undefined) {
    const isPositive = file.id !== undefined && Array.isArray(answer.meeting.raw.recording_files) &&
      answer.meeting.files.every(({ id }) => id !== file.id);
    throw isPositive ? gone(action, "its meeting no longer lists it") : noAddress(action);
  }
  if (found.downloadUrl === undefined) throw noAddress(action);
  return { url: found.downloadUrl, downloadToken: answer.downloadToken };
}

/** By key, else by id; where two files have it, by what else is known of the file. Never any other file. */
function findFile(files: readonly ListedFile[], file: FileRef): ListedFile | undefined {
  const same = files.filter(({ id }) => file.id !== undefined && id === file.id);
  if (same.length > 1) {
    const exact = same.filter((other) =>
      other.fileType === file.fileType && other.recordingType === file.recordingType &&
      other.recordingStart === file.recordingStart && other.fileExtension === file.fileExtension
    );
    return exact.find(({ key }) => key === file.key) ?? exact[0];
  }
  return files.find(({ key }) => key === file.key) ?? same[0];
}

/**
 * "No recording" of a meeting that is still being processed, or that a list has just shown, says nothing; of an old
 * one that no list shows it says "gone" (Zoom API reference, "Meeting recordings": code 3301).
 */
function absence(clock: Clock, file: FileRef, { action, error }: { action: string; error: ApiError }): Error {
  if (file.isListed) return error;
  const ageMs = clock.now() - Date.parse(file.meetingStart);
  return ageMs > processingMs ? gone(action, "Zoom has no recording of its meeting any more") : error;
}

function gone(action: string, state: string): TransferError {
  return new TransferError(`Cannot ${action}: ${state}`, { code: "gone" });
}

function noAddress(action: string): TransferError {
  return new TransferError(`Cannot ${action}: Zoom gives no address for it`, {
    code: "no_url",
    hint: "files of on-premise recorders, and files in the trash, cannot be downloaded",
  });
}

/** Tells whether another way to authenticate may help. */
function isRefusal(error: unknown): boolean {
  if (error instanceof ApiError) return error.status === 403 || isTokenRefusal(error);
  return error instanceof TransferError && ["html", "json_error", "redirect"].includes(error.code);
}

function saysTokenIsInvalid(error: unknown): boolean {
  if (error instanceof TransferError) {
    return error.code === "json_error" && error.received === "errorCode 124";
  }
  return isTokenRefusal(error);
}
