import { type DateRange, mergeRanges } from "../core/date_range.ts";
import {
  ApiError,
  type AppError,
  AuthError,
  DailyLimitError,
  NetworkError,
  ResponseError,
} from "../core/errors.ts";
import type { Listed, ListRequest } from "../core/listing.ts";
import { shortHash } from "../core/recording.ts";
import { toAccessError } from "./api.ts";
import { endpoints } from "./endpoints.ts";
import type { ListContext } from "./list_context.ts";
import { asAppError, failureReach, isListRefusal } from "./list_failure.ts";
import { windowsOf } from "./list_ranges.ts";
import { listWindow } from "./list_window.ts";
import { createMeetingHosts, type MeetingHosts } from "./meeting_hosts.ts";
import type { RecordingList, RefinedMeetings } from "./recording_list.ts";
import { settleWithUsers } from "./settle_with_users.ts";

/** How the account list ended. */
export type AccountOutcome =
  | { readonly type: "done" }
  /** A daily limit ended it. */
  | { readonly type: "ended" }
  /** It is not to be had: the days that are still to be listed, and why. */
  | { readonly type: "refused"; readonly ranges: readonly DateRange[]; readonly reason: string };

/** How to settle what the account list leaves open. */
export interface AccountOptions {
  readonly ranges: readonly DateRange[];
  /** True to ask the users where the account list is refused or incomplete. */
  readonly fallBack: boolean;
}

/** Scope of the account list under a user filter, which decides what was seen. */
export function accountScope(request: Pick<ListRequest, "userFilter">): string {
  const { matchesAll, canonical } = request.userFilter;
  return matchesAll ? "account" : `account:${shortHash([canonical], 8)}`;
}

/** Lists the recordings of all users at once, departed ones included, window by window. */
export async function* listAccount(
  context: ListContext,
  request: ListRequest,
  options: AccountOptions,
): AsyncGenerator<Listed, AccountOutcome> {
  const { api, today } = context;
  const { signal } = request;
  const hosts = createMeetingHosts(context, request);
  const list = accountList(context, request, hosts);
  const windows = windowsOf(options.ranges, request.direction);
  let announced = false;
  const failed: { window: DateRange; error: AppError }[] = [];
  // A list that lacks the same meetings however it is asked is not asked day by day again.
  let split = true;
  for (const [index, window] of windows.entries()) {
    try {
      const steps = listWindow(api, list, { window, today, split, signal });
      let step = await steps.next();
      for (;; step = await steps.next()) {
        if (!announced && api.hasAnswered(endpoints.accountRecordings)) {
          announced = true;
          yield { type: "discovery", mode: "account", reason: reasonFor(options) };
        }
        yield* hosts.takeNews();
        if (step.done) break;
        yield step.value;
      }
      for (const unproven of step.value) {
        if (!options.fallBack) {
          for (const proof of unproven.parts) yield { type: "window", proof };
          continue;
        }
        split &&= unproven.splitHelped;
        if (yield* settleWithUsers(context, request, unproven)) return { type: "ended" };
      }
    } catch (error) {
      signal.throwIfAborted();
      const answered = api.hasAnswered(endpoints.accountRecordings);
      const rest = mergeRanges(windows.slice(index));
      if (!answered && !options.fallBack) throw fatalRefusal(error);
      if (options.fallBack && (isListRefusal(error) || (!answered && isUnusable(error, context)))) {
        return { type: "refused", ranges: rest, reason: error.message };
      }
      const reach = failureReach(error, api);
      if (reach === "window" && options.fallBack) {
        failed.push({ window, error: asAppError(error) });
        continue;
      }
      const lost = reach === "window" ? [window] : rest;
      for (const range of lost) yield { type: "failed", scope: list.scope, range, error: asAppError(error) };
      if (reach !== "window") return { type: reach === "end" ? "ended" : "done" };
    }
  }
  const [first] = failed;
  if (first === undefined) return { type: "done" };
  return {
    type: "refused",
    ranges: mergeRanges(failed.map(({ window }) => window)),
    reason: first.error.message,
  };
}

function reasonFor(options: AccountOptions): string {
  return options.fallBack ? "the account-wide list is allowed" : "asked for";
}

/**
 * Tells trouble of this one list, for which the users may still answer, from trouble that meets every call: a
 * daily limit, or a network on which nothing has ever answered.
 */
function isUnusable(error: unknown, { http }: ListContext): error is AppError {
  if (error instanceof DailyLimitError) return false;
  if (error instanceof NetworkError) return http.answered;
  return error instanceof ApiError || error instanceof ResponseError;
}

function fatalRefusal(error: unknown): unknown {
  if (!isListRefusal(error)) return toAccessError(error, endpoints.accountRecordings) ?? error;
  return toAccessError(error, endpoints.accountRecordings) ?? new AuthError(error.message, {
    hint: "the account-wide list is not open to this app: use --discovery users or auto",
    cause: error,
  });
}

function accountList(context: ListContext, request: ListRequest, hosts: MeetingHosts): RecordingList {
  return {
    scope: accountScope(request),
    endpoint: endpoints.accountRecordings,
    path: "/accounts/me/recordings",
    action: "list the recordings of the account",
    async refine(meetings, signal): Promise<RefinedMeetings> {
      const chosen = await hosts.choose(meetings);
      return await context.refine(chosen, signal);
    },
  };
}
