import type { DateRange } from "../core/date_range.ts";

/** What a question to the inventory is about; everything where nothing is given. */
export interface Narrowing {
  /** Ids of the hosts. */
  readonly userIds?: readonly string[] | undefined;
  /** Days of the meetings; those without a date belong to every range. */
  readonly range?: DateRange | undefined;
}

/** The narrowing as SQL conditions on the columns of `inventory` (alias `i`), each after an `AND`, with what they bind. */
export function narrowed({ userIds, range }: Narrowing): { sql: string; values: Record<string, string> } {
  const users = userIds === undefined ? "" : " AND i.user_id IN (SELECT value FROM json_each(:users))";
  const days = range === undefined
    ? ""
    : " AND (i.meeting_start = '' OR (i.meeting_start >= :from AND i.meeting_start < :until))";
  return {
    sql: users + days,
    values: {
      ...(userIds === undefined ? {} : { users: JSON.stringify(userIds) }),
      ...(range === undefined ? {} : { from: range.from, until: `${range.to}T99` }),
    },
  };
}
