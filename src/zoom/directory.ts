import { AppError, AuthError, DailyLimitError } from "../core/errors.ts";
import type { Listed } from "../core/listing.ts";
import type { User } from "../core/recording.ts";
import { roomLogger } from "../core/log.ts";
import { toAccessError, type ZoomApi } from "./api.ts";
import { endpoints } from "./endpoints.ts";
import { listUsers, type WalkedStatus } from "./list_users.ts";

const log = roomLogger("zoom");

/** All users of the account, listed when first needed and once per listing. */
export interface Directory {
  /**
   * Active users first, then inactive ones.
   *
   * @throws {AuthError} When the scope for it is missing.
   */
  users(): Promise<readonly User[]>;
  /** Tells about the users among `users` that it has not told about before. */
  announce(users: readonly User[]): Listed[];
  /** Warnings and failures not taken so far. */
  takeNotices(): Listed[];
}

/** @param range what the listing is about, for failures */
export function createDirectory(
  api: ZoomApi,
  options: { range: { from: string; to: string }; signal: AbortSignal },
): Directory {
  const { range, signal } = options;
  const notices: Listed[] = [];
  const announced = new Set<string>();
  let users: Promise<readonly User[]> | undefined;

  async function load(): Promise<readonly User[]> {
    const byId = new Map<string, User>();
    let listed = 0;
    let failure: unknown;
    for (const status of ["active", "inactive"] as WalkedStatus[]) {
      try {
        const list = await listUsers(api, { status, signal });
        for (const user of list.users) if (!byId.has(user.id)) byId.set(user.id, user);
        if (list.shortfall) {
          notices.push({ type: "failed", scope: `users/${status}`, range, error: list.shortfall });
        }
        listed++;
      } catch (error) {
        signal.throwIfAborted();
        const access = api.hasAnswered(endpoints.users) ? undefined : toAccessError(error, endpoints.users);
        if (access !== undefined) throw access;
        if (!(error instanceof AppError) || error instanceof AuthError) throw error;
        if (error instanceof DailyLimitError && listed === 0) throw error;
        failure = error;
        notices.push({ type: "failed", scope: `users/${status}`, range, error });
      }
    }
    if (listed === 0) throw failure;
    log.debug("{count} users", { count: byId.size });
    return [...byId.values()];
  }

  return {
    users: () => users ??= load(),
    announce(given) {
      const unknown = given.filter(({ id }) => !announced.has(id));
      for (const { id } of unknown) announced.add(id);
      return unknown.length === 0 ? [] : [{ type: "users", users: unknown }];
    },
    takeNotices: () => notices.splice(0),
  };
}
