import { ApiError, AppError, DailyLimitError, NetworkError, ResponseError } from "../core/errors.ts";
import { isTokenRefusal, toAccessError, type ZoomApi } from "./api.ts";
import type { Endpoint } from "./endpoints.ts";

/**
 * How far the failure of one window reaches: `window` (go on with the next), `scope` (nothing more of this
 * user), `end` (nothing more today).
 */
export type FailureReach = "window" | "scope" | "end";

/**
 * Judges a failed call.
 *
 * @throws the error itself when it ends the run: a mistake of ours, refused credentials, or nothing has ever
 *   answered.
 */
export function failureReach(error: unknown, api: ZoomApi): FailureReach {
  if (error instanceof DailyLimitError) return "end";
  if (error instanceof NetworkError || error instanceof ResponseError) {
    if (!api.hasSucceeded) throw error;
    return error.code === "network_down" ? "scope" : "window";
  }
  if (!(error instanceof ApiError)) throw error;
  if (isServerTrouble(error)) {
    if (!api.hasSucceeded) throw error;
    return "window";
  }
  return "scope";
}

/** Tells whether Zoom means "not for you": neither trouble of its own nor a refused token. */
export function isListRefusal(error: unknown): error is ApiError {
  return error instanceof ApiError && !(error instanceof DailyLimitError) && !isServerTrouble(error) &&
    !(isTokenRefusal(error) && error.zoomCode !== 200);
}

/** Users refused for scope or token, and none served, after which it is not about single users. */
const fatalRefusals = 3;

/** Tells a missing scope, which ends the run, from a user that is refused for reasons of its own. */
export interface AccessJudge {
  /**
   * @param subject who was refused: one user's many refusals count once
   * @throws {AuthError} When an endpoint that has never answered keeps refusing.
   */
  judge(error: unknown, subject: string): void;
}

/** @param scopes how many users there are to be refused */
export function createAccessJudge(api: ZoomApi, endpoint: Endpoint, scopes: number): AccessJudge {
  const refused = new Set<string>();
  return {
    judge(error, subject) {
      const access = api.hasAnswered(endpoint) ? undefined : toAccessError(error, endpoint);
      if (access === undefined) return;
      refused.add(subject);
      if (refused.size >= Math.min(fatalRefusals, scopes)) throw access;
    },
  };
}

/** Any failure as one that a listing can tell about. */
export function asAppError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  throw error;
}

/** Tells whether Zoom has trouble of its own, or wants to be asked later. */
export function isServerTrouble(error: unknown): boolean {
  return error instanceof ApiError && (error.exhausted || error.status >= 500 || error.status === 429);
}
