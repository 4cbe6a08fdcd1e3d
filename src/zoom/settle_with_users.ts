import { AppError, DailyLimitError } from "../core/errors.ts";
import type { Listed, ListRequest } from "../core/listing.ts";
import type { ListContext } from "./list_context.ts";
import type { UnprovenWindow } from "./list_window.ts";
import { walkUsers } from "./walk_users.ts";

/**
 * Asks the users for a window the account list could not prove. The union counts: with as many distinct
 * meetings as Zoom states for the account the window is proven after all, whoever could not be asked. Otherwise
 * it stays unproven, and those users are told about.
 *
 * @returns true when a daily limit ended it
 */
export async function* settleWithUsers(
  context: ListContext,
  request: ListRequest,
  unproven: UnprovenWindow,
): AsyncGenerator<Listed, boolean> {
  const { proof, seen } = unproven;
  const shortfalls: Listed[] = [];
  const walked = new Set<string>();
  let hasEnded = false;
  const walk = walkEverybody(context, request, unproven);
  try {
    let step = await walk.next();
    for (; !step.done; step = await walk.next()) {
      const listed = step.value;
      if (listed.type === "meetings") { for (const { uuid } of listed.meetings) walked.add(uuid); }
      if (isShortfall(listed)) shortfalls.push(listed);
      else yield listed;
    }
    hasEnded = step.value;
  } catch (error) {
    request.signal.throwIfAborted();
    if (!(error instanceof AppError)) throw error;
    const hint = error.hint === undefined ? {} : { hint: error.hint };
    yield { type: "warning", code: "users", message: `The users were not asked: ${error.message}`, ...hint };
    hasEnded = error instanceof DailyLimitError;
  } finally {
    // A consumer who leaves must not leave the calls of the walk behind.
    await walk.return(false);
  }
  for (const uuid of walked) seen.add(uuid);
  const isComplete = unproven.incomplete === undefined || shortfalls.length === 0;
  const counted = unproven.incomplete === undefined ? seen : walked;
  const isProven = proof.totalRecords !== undefined && counted.size >= proof.totalRecords && isComplete;
  if (!isProven) yield* shortfalls;
  const settled = { ...proof, seen: seen.size, proven: isProven };
  yield { type: "window", proof: isProven ? { ...settled, reason: undefined } : settled };
  return hasEnded;
}

/** A user's list that did not do its part; no loss where the union has everything all the same. */
function isShortfall(listed: Listed): boolean {
  return listed.type === "failed" || (listed.type === "window" && !listed.proof.proven);
}

async function* walkEverybody(
  context: ListContext,
  request: ListRequest,
  { proof }: UnprovenWindow,
): AsyncGenerator<Listed, boolean> {
  const users = (await context.directory.users()).filter((user) => request.userFilter.matches(user));
  yield* context.directory.takeNotices();
  yield* context.directory.announce(users);
  // Also what earlier runs have proven of a user: the union is of what is seen now.
  const everything: ListRequest = { ...request, uncovered: (_scope, range) => [range] };
  return yield* walkUsers(context, everything, { users, ranges: [proof.asked], trash: false });
}
