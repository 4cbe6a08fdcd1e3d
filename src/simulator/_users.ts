import type { SimUser } from "./account.ts";
import { type Answer, apiError, invalidField, jsonAnswer, type SimRequest } from "./_answer.ts";
import { isPage, takePage } from "./_paging.ts";
import { hash32 } from "./_random.ts";
import { findUser, type World } from "./_world.ts";

/** `GET /users`: one status per call (Zoom API reference, list users). */
export function listUsers(world: World, request: SimRequest): Answer {
  const status = request.query.get("status") ?? "active";
  if (!["active", "inactive", "pending"].includes(status)) return invalidField("status", "Invalid field.");
  const items = world.settings.account.users.filter((user) => user.status === status);
  const { repeatingPage } = world.settings.quirks;
  const page = takePage(world, request, {
    items,
    maxPageSize: 2000,
    // Users that can never be listed would end every run before it begins.
    repeatingPage: repeatingPage === "always" ? "never" : repeatingPage,
  });
  if (!isPage(page)) return page;
  return jsonAnswer(200, {
    page_count: page.pageCount,
    page_number: 1,
    page_size: page.pageSize,
    total_records: page.totalRecords,
    next_page_token: page.nextPageToken,
    users: page.items.map(userJson),
  });
}

/** `GET /users/{userId}` by id, e-mail address or `me`. */
export function getUser(world: World, _request: SimRequest, key: string): Answer {
  const user = findUser(world, key);
  return user ? jsonAnswer(200, userJson(user)) : userMissing(key);
}

/** 404 with code 1001. */
export function userMissing(key: string): Answer {
  return apiError(404, 1001, `User does not exist: ${key}.`);
}

function userJson(user: SimUser): Record<string, unknown> {
  const { id, email, type, status, timezone, dept, createdAt } = user;
  const isPending = status === "pending";
  return {
    ...(id === undefined ? {} : { id }),
    ...(user.firstName === undefined ? {} : { first_name: user.firstName }),
    ...(user.lastName === undefined ? {} : { last_name: user.lastName }),
    ...(user.displayName === undefined ? {} : { display_name: user.displayName }),
    email,
    type,
    status,
    role_id: "2",
    ...(isPending ? {} : { pmi: 1_000_000_000 + hash32("pmi", email) }),
    ...(timezone === undefined ? {} : { timezone }),
    ...(dept === undefined ? {} : { dept }),
    ...(createdAt === undefined ? {} : { created_at: createdAt, user_created_at: createdAt }),
  };
}
