import { Buffer } from "node:buffer";
import type { Clock } from "../core/clock.ts";
import type { Credentials } from "../core/config.ts";
import { roomLogger } from "../core/log.ts";
import { rememberCredentials, rememberToken } from "../core/secret_values.ts";
import { ApiError, ResponseError } from "../core/errors.ts";
import type { HttpClient } from "../http/mod.ts";
import * as v from "valibot";
import { credentialError } from "./credential_error.ts";
import { createSharedCall } from "./shared_call.ts";

const log = roomLogger("zoom");

/** An access token and what came with it. */
export interface Token {
  readonly accessToken: string;
  /** From when on a new one is fetched ahead of time, milliseconds since the epoch. */
  readonly renewAtMs: number;
  /** Granted scopes; empty when Zoom does not say. */
  readonly scopes: readonly string[];
  /** Base of the account's region, without `/v2`. */
  readonly apiUrl?: string;
}

/** Gives access tokens, kept in memory only. */
export interface TokenSource {
  /**
   * A token that is not about to expire.
   *
   * @throws {AuthError} When Zoom refuses the credentials.
   */
  get(signal: AbortSignal): Promise<Token>;
  /** Says that Zoom refused `token`: unless it was replaced already, the next `get` fetches a new one. */
  reject(token: Token): void;
}

const renewAheadMs = 300_000;

const tokenAnswer = v.object({
  access_token: v.pipe(v.string(), v.minLength(1)),
  expires_in: v.fallback(v.pipe(v.union([v.number(), v.string()]), v.transform(Number), v.finite()), 3600),
  scope: v.fallback(v.string(), ""),
  api_url: v.fallback(v.optional(v.string()), undefined),
});

/** Tokens by Server-to-Server OAuth. Calls at the same time share one request. */
export function createTokenSource(
  options: { http: HttpClient; clock: Clock; oauthUrl: string; credentials: Credentials },
): TokenSource {
  const { http, clock, credentials } = options;
  const url = new URL(options.oauthUrl);
  let current: Token | undefined;

  const call = createSharedCall(async (signal) => {
    const askedAtMs = clock.now();
    // Each time, as only the latest secrets are kept.
    rememberCredentials(credentials);
    try {
      current = await http.json({
        action: "get an access token",
        url,
        method: "POST",
        // Parameters in the query have been answered with 400 for some clients; the form always works.
        headers: {
          authorization: `Basic ${
            Buffer.from(`${credentials.clientId}:${credentials.clientSecret}`).toString("base64")
          }`,
          "content-type": "application/x-www-form-urlencoded",
        },
        body: new URLSearchParams({
          grant_type: "account_credentials",
          account_id: credentials.accountId,
        }).toString(),
        signal,
      }, (data) => parseToken(data, askedAtMs));
    } catch (error) {
      throw error instanceof ApiError ? credentialError(error) : error;
    }
    log.debug("new access token with {count} scopes", { count: current.scopes.length });
    return current;
  });

  return {
    async get(signal) {
      if (current !== undefined && clock.now() < current.renewAtMs) return current;
      return await call.join(signal);
    },
    reject(token) {
      if (current?.accessToken === token.accessToken) current = undefined;
    },
  };
}

function parseToken(data: unknown, askedAtMs: number): Token {
  const parsed = v.safeParse(tokenAnswer, data);
  if (!parsed.success) {
    throw new ResponseError("Cannot get an access token: the answer holds none", {
      path: "access_token",
      expected: "a text",
    });
  }
  const { access_token, expires_in, scope, api_url } = parsed.output;
  rememberToken(access_token);
  const lifetimeMs = Math.max(0, expires_in) * 1000;
  return {
    accessToken: access_token,
    renewAtMs: askedAtMs + lifetimeMs - Math.min(renewAheadMs, lifetimeMs / 2),
    scopes: scope.split(/[\s,]+/).filter(Boolean),
    ...(api_url === undefined ? {} : { apiUrl: api_url }),
  };
}
