import { ApiError, ResponseError } from "../core/errors.ts";
import * as v from "valibot";
import { isRecord, pageSchema } from "./schema.ts";
import { leadingDay } from "./time.ts";

/** One page of any list. */
export interface Page {
  readonly items: readonly unknown[];
  /** `""` on the last page. */
  readonly nextPageToken: string;
  readonly totalRecords?: number;
  /** True for an error that means "no recording", which is no list at all. */
  readonly saysNone?: boolean;
  /** Days the answer is about, as far as it says. */
  readonly from?: string;
  readonly to?: string;
}

/** Tells whether Zoom no longer knows the page token that was sent: they are good for 15 minutes. */
export function isExpiredPageToken(error: unknown): boolean {
  return error instanceof ApiError && error.status === 400 && error.zoomCode === 300;
}

/**
 * Reads a page of a list. One without the list itself is no empty page: only a total of zero may leave it out.
 *
 * @param key where the items are: `meetings` or `users`
 * @throws {ResponseError} When the list is missing.
 */
export function parsePage(data: unknown, key: string, action: string): Page {
  const body = isRecord(data) ? data : {};
  const { from, to, next_page_token, total_records } = v.parse(pageSchema, body);
  const items = body[key] ?? (total_records === 0 ? [] : undefined);
  if (!Array.isArray(items)) {
    throw new ResponseError(`Cannot ${action}: the answer holds no list`, { path: key, expected: "a list" });
  }
  const [first, last] = [leadingDay(from), leadingDay(to)];
  return {
    items,
    nextPageToken: next_page_token,
    ...(total_records === undefined ? {} : { totalRecords: total_records }),
    ...(first === undefined ? {} : { from: first }),
    ...(last === undefined ? {} : { to: last }),
  };
}
