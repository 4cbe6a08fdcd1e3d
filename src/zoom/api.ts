import { ApiError, AuthError } from "../core/errors.ts";
import type { HttpClient } from "../http/mod.ts";
import { chooseApiBase } from "./api_base.ts";
import { type Endpoint, scopeHint } from "./endpoints.ts";
import type { TokenSource } from "./token_source.ts";

/** One call of the API. */
export interface ApiCall<T> {
  readonly endpoint: Endpoint;
  /** Below the base, encoded: `/users/abc/recordings`. */
  readonly path: string;
  readonly query: Readonly<Record<string, string | undefined>>;
  /** What it is for, to complete "Cannot …" in messages. */
  readonly action: string;
  /** Turns the answer's JSON into data; a ResponseError makes the call be tried again. */
  parse(data: unknown): T;
  readonly signal: AbortSignal;
}

/** Calls of the API with the account's token. */
export interface ZoomApi {
  /**
   * Makes the call; a refused token is replaced once.
   *
   * @throws {ApiError} With a hint when a scope is missing; {@linkcode toAccessError} makes it fatal.
   * @throws {AuthError} When Zoom refuses the credentials themselves.
   */
  get<T>(call: ApiCall<T>): Promise<T>;
  /** True once any endpoint has answered well. */
  readonly hasSucceeded: boolean;
  /** True once `endpoint` has answered well. */
  hasAnswered(endpoint: Endpoint): boolean;
}

/** @param options.apiUrl base of the API, `/v2` included */
export function createZoomApi(
  options: { http: HttpClient; tokens: TokenSource; apiUrl: string },
): ZoomApi {
  const { http, tokens } = options;
  const answered = new Set<string>();
  let chosenFor: string | undefined;
  let base = options.apiUrl.replace(/\/+$/, "");

  async function attempt<T>(
    call: ApiCall<T>,
    replaceToken: boolean,
  ): Promise<{ result: T } | { refused: ApiError }> {
    const token = await tokens.get(call.signal);
    if (token.apiUrl !== chosenFor) base = chooseApiBase(options.apiUrl, chosenFor = token.apiUrl);
    const url = new URL(`${base}${call.path}`);
    for (const [name, value] of Object.entries(call.query)) {
      if (value !== undefined) url.searchParams.set(name, value);
    }
    const { action, endpoint, signal } = call;
    const headers = { authorization: `Bearer ${token.accessToken}`, accept: "application/json" };
    try {
      const result = await http.json({ action, url, headers, label: endpoint.label, signal }, call.parse);
      answered.add(endpoint.name);
      return { result };
    } catch (error) {
      if (!isTokenRefusal(error)) throw error;
      // A token that was just given is not at fault: the other calls keep it.
      if (replaceToken) tokens.reject(token);
      return { refused: error };
    }
  }

  return {
    async get(call) {
      try {
        const first = await attempt(call, true);
        if ("result" in first) return first.result;
        const second = await attempt(call, false);
        if ("result" in second) return second.result;
        throw second.refused;
      } catch (error) {
        throw isScopeRefusal(error) ? withScopeHint(error, call.endpoint) : error;
      }
    },
    get hasSucceeded() {
      return answered.size > 0;
    },
    hasAnswered: (endpoint) => answered.has(endpoint.name),
  };
}

/** Tells whether Zoom refuses the token itself: 401, or code 124 under whatever status. */
export function isTokenRefusal(error: unknown): error is ApiError {
  return error instanceof ApiError && (error.status === 401 || error.zoomCode === 124);
}

/** Tells whether the token lacks a scope: HTTP 400 with code 4711. */
export function isScopeRefusal(error: unknown): error is ApiError {
  return error instanceof ApiError && error.zoomCode === 4711;
}

/**
 * A refusal of scope or of a fresh token as the AuthError that ends a run; `undefined` for all other errors.
 * Only right while the endpoint has never answered: later it is about one user or meeting.
 */
export function toAccessError(error: unknown, endpoint: Endpoint): AuthError | undefined {
  if (isScopeRefusal(error)) {
    return new AuthError(error.message, {
      missingScopes: [endpoint.granularScope, endpoint.classicScope],
      hint: scopeHint(endpoint),
      cause: error,
    });
  }
  if (isTokenRefusal(error)) {
    return new AuthError(`${error.message}: Zoom refuses a token it has just given`, {
      hint: "check that the app is activated and that its owner may use the API",
      cause: error,
    });
  }
  return undefined;
}

function withScopeHint(error: ApiError, endpoint: Endpoint): ApiError {
  const { status, url, zoomCode, requestId, message } = error;
  return new ApiError(message, { status, url, zoomCode, requestId, hint: scopeHint(endpoint) });
}
