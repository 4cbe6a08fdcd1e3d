import type { Listed, ListRequest } from "../core/listing.ts";
import { ApiError, AppError, AuthError, DailyLimitError } from "../core/errors.ts";
import type { User } from "../core/recording.ts";
import { accountScope, listAccount } from "./list_account.ts";
import type { ListContext } from "./list_context.ts";
import { walkUsers } from "./walk_users.ts";
import type { DateRange } from "../core/date_range.ts";

/**
 * Lists an account: by the account-wide list, user by user, or, in `auto`, by the former where Zoom allows it
 * and by the latter where it is refused or does not add up.
 *
 * @throws {AuthError} When a scope without which nothing can be listed is missing.
 * @throws {NetworkError} When nothing ever answered.
 */
export async function* listRecordings(context: ListContext, request: ListRequest): AsyncGenerator<Listed> {
  if (request.discovery === "users") {
    yield { type: "discovery", mode: "users", reason: "asked for" };
    yield* listByUsers(context, request, [request.range]);
    return;
  }
  const fallBack = request.discovery === "auto";
  const ranges = request.uncovered(accountScope(request), request.range);
  if (ranges.length === 0) {
    yield { type: "discovery", mode: "account", reason: "earlier runs have proven the whole range" };
  }
  const outcome = yield* listAccount(context, request, { ranges, fallBack });
  if (outcome.type === "refused") {
    yield { type: "discovery", mode: "users", reason: outcome.reason };
    yield* listByUsers(context, request, outcome.ranges);
    return;
  }
  // What earlier runs have proven was not listed again, so nothing is known about who is in it.
  const isWhole = ranges.length === 1 && ranges[0]?.from === request.range.from &&
    ranges[0]?.to === request.range.to;
  if (outcome.type === "done" && isWhole) yield* unmatchedWarnings(request, "recordings");
  if (outcome.type === "done" && request.includeTrash) yield* listAccountTrash(context, request);
}

async function* listByUsers(
  context: ListContext,
  request: ListRequest,
  ranges: readonly DateRange[],
): AsyncGenerator<Listed> {
  let everybody: readonly User[];
  try {
    everybody = await context.directory.users();
  } catch (error) {
    if (!(error instanceof DailyLimitError)) throw error;
    yield { type: "failed", scope: "users", range: request.range, error };
    return;
  }
  yield* context.directory.takeNotices();
  const users = everybody.filter((user) => request.userFilter.matches(user));
  yield { type: "users", users };
  if (users.length === 0) yield* nobodyMatches(request, everybody.length);
  else yield* unmatchedWarnings(request, "users");
  yield* walkUsers(context, request, { users, ranges, trash: request.includeTrash });
}

/** The trash is listed per user only, so the account-wide list does not spare the list of users here. */
async function* listAccountTrash(context: ListContext, request: ListRequest): AsyncGenerator<Listed> {
  try {
    const users = (await context.directory.users()).filter((user) => request.userFilter.matches(user));
    yield* context.directory.takeNotices();
    yield* context.directory.announce(users);
    yield* walkUsers(context, request, { users, ranges: [], trash: true });
  } catch (error) {
    request.signal.throwIfAborted();
    if (!(error instanceof AppError)) throw error;
    const known = error instanceof AuthError && error.hint !== undefined ? { hint: error.hint } : {};
    yield { type: "warning", code: "trash", message: `The trash was not listed: ${error.message}`, ...known };
    yield { type: "failed", scope: "account/trash", range: { from: "", to: "" }, error };
  }
}

/** Nothing that was asked for is there to be listed: that is no success, and only the list of users could tell. */
function* nobodyMatches(request: ListRequest, among: number): Generator<Listed> {
  for (const pattern of request.userFilter.unmatched()) {
    const error = new ApiError(`none of ${among} users matches "${pattern}" of --user-filter`, {
      status: 404,
      code: "no_user",
      url: "",
      hint: "give e-mail addresses or user ids, with * for any characters",
    });
    yield { type: "failed", scope: "users", range: { from: "", to: "" }, error };
  }
}

function* unmatchedWarnings(request: ListRequest, of: "users" | "recordings"): Generator<Listed> {
  if (request.userFilter.matchesAll) return;
  for (const pattern of request.userFilter.unmatched()) {
    yield {
      type: "warning",
      code: "user_filter",
      message: of === "users"
        ? `No user matches "${pattern}" of --user-filter`
        : `No recording in the range belongs to "${pattern}" of --user-filter`,
    };
  }
}
