import type { DateRange } from "../core/date_range.ts";
import type { Listed, ListRequest } from "../core/listing.ts";
import type { User } from "../core/recording.ts";
import { DailyLimitError } from "../core/errors.ts";
import type { ListContext } from "./list_context.ts";
import { endpoints } from "./endpoints.ts";
import { type AccessJudge, asAppError, createAccessJudge, failureReach } from "./list_failure.ts";
import { listRanges } from "./list_ranges.ts";
import { listTrashList } from "./list_window.ts";
import { mergeConcurrently } from "./merge.ts";
import type { RecordingList } from "./recording_list.ts";

/** What of the users is listed. */
export interface WalkOptions {
  readonly users: readonly User[];
  /** Days to list; none when only the trash is wanted. */
  readonly ranges: readonly DateRange[];
  readonly trash: boolean;
}

/** Users in flight; their calls share one pacer, whose 60 per second take this many at 250 ms per answer. */
const concurrency = 16;
/** Pages that may wait for the consumer. */
const capacity = 16;

/**
 * Lists users one by one, several at once, started in their order. What fails for one leaves the others alone;
 * a daily limit ends the walk.
 *
 * @returns true when a daily limit ended it
 */
export async function* walkUsers(
  context: ListContext,
  request: ListRequest,
  options: WalkOptions,
): AsyncGenerator<Listed, boolean> {
  const { users } = options;
  const judge = createAccessJudge(context.api, endpoints.userRecordings, users.length);
  let limit: DailyLimitError | undefined;
  let notStarted = 0;
  const merged = mergeConcurrently(
    users,
    { concurrency, capacity, signal: request.signal },
    async function* (user, signal) {
      if (limit !== undefined) {
        notStarted++;
        return;
      }
      for await (const listed of walkUser(context, request, { ...options, user, judge, signal })) {
        if (listed.type === "failed" && listed.error instanceof DailyLimitError) limit = listed.error;
        yield listed;
      }
    },
  );
  yield* merged;
  if (limit !== undefined && notStarted > 0) {
    yield { type: "failed", scope: `users (${notStarted} more)`, range: request.range, error: limit };
  }
  return limit !== undefined;
}

async function* walkUser(
  context: ListContext,
  request: ListRequest,
  options: WalkOptions & { user: User; judge: AccessJudge; signal: AbortSignal },
): AsyncGenerator<Listed> {
  const { user, judge, signal } = options;
  const list = userList(context, user);
  const ranges = options.ranges.flatMap((range) => request.uncovered(list.scope, range));
  const { direction } = request;
  const ended = yield* listRanges(context.api, list, {
    ranges,
    direction,
    today: context.today,
    judge,
    signal,
  });
  if (options.trash && !ended) yield* listTrash(context, user, { judge, signal });
}

function userList(context: ListContext, user: User): RecordingList {
  return {
    scope: `user:${user.id}`,
    endpoint: endpoints.userRecordings,
    path: `/users/${encodeURIComponent(user.id)}/recordings`,
    action: `list the recordings of "${user.email || user.id}"`,
    host: user,
    refine: context.refine,
  };
}

/** Both kinds of trash: whole meetings, and single files of meetings that still exist. */
async function* listTrash(
  context: ListContext,
  user: User,
  options: { judge: AccessJudge; signal: AbortSignal },
): AsyncGenerator<Listed> {
  const kinds = [
    { suffix: "trash", trashType: "meeting_recordings", whole: true },
    { suffix: "trash-files", trashType: "recording_file", whole: false },
  ];
  const { refine: _, ...base } = userList(context, user);
  for (const { suffix, trashType, whole } of kinds) {
    const list: RecordingList = {
      ...base,
      scope: `${base.scope}/${suffix}`,
      action: `list the trash of "${user.email || user.id}"`,
      query: { trash: "true", trash_type: trashType },
    };
    try {
      yield* listTrashList(context.api, list, { whole, signal: options.signal });
    } catch (error) {
      options.signal.throwIfAborted();
      options.judge.judge(error, base.scope);
      const reach = failureReach(error, context.api);
      yield { type: "failed", scope: list.scope, range: { from: "", to: "" }, error: asAppError(error) };
      if (reach === "end") return;
    }
  }
}
