import { type Answer, apiError, invalidField, type SimRequest } from "./_answer.ts";
import type { Occasion } from "./quirks.ts";
import type { World } from "./_world.ts";

/** One page of a list. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly pageSize: number;
  readonly pageCount: number;
  readonly totalRecords: number;
  /** `""` on the last page. */
  readonly nextPageToken: string;
}

/** How a list is paged. */
export interface PagingOptions {
  readonly maxPageSize: number;
  /** Oddities that concern this list. */
  readonly repeatingPage?: Occasion;
  readonly lackingItem?: Occasion;
}

/** The page that the request asks for, or the error answer: 400 with code 300 for a bad token or size. */
export function takePage<T>(
  world: World,
  request: SimRequest,
  list: { readonly items: readonly T[]; readonly totalRecords?: number } & PagingOptions,
): Page<T> | Answer {
  const pageSize = readPageSize(world, request, list.maxPageSize);
  if (typeof pageSize !== "number") return pageSize;
  const key = listKey(request);
  const token = request.query.get("next_page_token") ?? "";
  const position = token === ""
    ? { key, offset: 0, pass: world.pages.begin(key) }
    : world.pages.redeem(token, key);
  if (!position) return apiError(400, 300, "The next page token is either invalid or has expired.");
  const totalRecords = list.totalRecords ?? list.items.length;
  const items = isDue(list.lackingItem, position.pass) ? list.items.slice(0, -1) : list.items;
  const isRepeated = position.offset > 0 && isDue(list.repeatingPage, position.pass);
  const offset = isRepeated ? 0 : position.offset;
  const end = offset + pageSize;
  const hasMore = end < items.length;
  return {
    items: items.slice(offset, end),
    pageSize,
    pageCount: Math.ceil(totalRecords / pageSize),
    totalRecords,
    nextPageToken: isRepeated ? token : hasMore ? world.pages.issue({ ...position, offset: end }) : "",
  };
}

/** True for a {@linkcode Page}, false for the error answer in its place. */
export function isPage<T>(page: Page<T> | Answer): page is Page<T> {
  return "items" in page;
}

function readPageSize(world: World, request: SimRequest, maxPageSize: number): number | Answer {
  const text = request.query.get("page_size") ?? "30";
  if (!/^\d+$/.test(text) || Number(text) < 1) {
    return invalidField("page_size", "Invalid field.");
  }
  return world.settings.quirks.pageSizeIgnored ? 30 : Math.min(Number(text), maxPageSize);
}

function listKey(request: SimRequest): string {
  const parameters = [...request.query].filter(([name]) => name !== "next_page_token").sort();
  return `${request.path}?${new URLSearchParams(parameters)}`;
}

function isDue(occasion: Occasion | undefined, pass: number): boolean {
  return occasion === "always" || (occasion === "first" && pass === 1);
}
