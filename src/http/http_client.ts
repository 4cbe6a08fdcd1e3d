import type { Clock } from "../core/clock.ts";
import type { ApiPlan } from "../core/config.ts";
import { type AppError, NetworkError } from "../core/errors.ts";
import { requireGranted } from "../core/grants.ts";
import { roomLogger } from "../core/log.ts";
import { redactUrl } from "../core/redact.ts";
import { type Backoff, defaultBackoff } from "../core/retry.ts";
import { toApiError } from "./api_error.ts";
import { type CircuitBreakerOptions, createCircuitBreaker } from "./circuit_breaker.ts";
import { createDailyLimits, dailyLimitEndMs, isDailyLimit } from "./daily_limit.ts";
import { startDeadline } from "./deadline.ts";
import { type ErrorBody, parseErrorBody, parseErrorText } from "./error_body.ts";
import { timeoutError, toNetworkError } from "./network_error.ts";
import { parseJson } from "./parse_json.ts";
import { createPacing } from "./pacing.ts";
import { readHead } from "./read_head.ts";
import type { HttpRequest, StreamRequest } from "./request.ts";
import { parseRetryAfter } from "./retry_after.ts";
import { retryRing } from "./retry_ring.ts";

const log = roomLogger("http");

/** Requests that retry, pace themselves and fail with the errors of this program. */
export interface HttpClient {
  /**
   * Makes an API call and gives what `parse` makes of its JSON. Retried: 408, 425, 429, 5xx, network
   * failures, and answers that are no JSON or that `parse` refuses with a ResponseError.
   *
   * @throws {ApiError} For error statuses, redirects, and error bodies that come with status 200.
   * @throws {DailyLimitError} At once, without a request, while the label's daily quota is used up.
   * @throws {NetworkError} When nothing answered.
   */
  json<T>(request: HttpRequest, parse: (data: unknown) => T): Promise<T>;
  /**
   * Opens a stream of bytes; redirects come back as they are. The headers have a time limit, the body has
   * none. The caller consumes or cancels the body.
   *
   * @throws {ApiError} For statuses of 400 and more that `accept` does not name.
   * @throws {NetworkError} When nothing answered.
   */
  open(request: StreamRequest): Promise<Response>;
  /**
   * Does something more with an opened answer within the time limit, such as a look at its first bytes. `work`
   * has to heed its signal.
   *
   * @throws {NetworkError} When the time is over or the connection breaks.
   */
  withinTime<T>(
    request: Pick<HttpRequest, "action" | "url" | "signal">,
    work: (signal: AbortSignal) => Promise<T>,
  ): Promise<T>;
  /** API calls sent so far, retries included. */
  readonly requestCount: number;
  /** Download requests sent so far, retries and redirects included. */
  readonly downloadRequestCount: number;
  /** True once anything answered, whatever it said. */
  readonly answered: boolean;
}

/** How requests are made. */
export interface HttpClientOptions {
  readonly clock: Clock;
  readonly plan: ApiPlan;
  /** @default {globalThis.fetch} */
  readonly fetch?: typeof fetch | undefined;
  /** Connection pool of requests that bring none of their own. @default {the runtime's, which lives as long as the process} */
  readonly client?: () => Deno.HttpClient;
  /** For the whole of an API call, and for the headers of a download. @default {60_000} */
  readonly timeoutMs?: number;
  /** @default {five tries, half a second doubling up to half a minute} */
  readonly backoff?: Backoff;
  readonly breaker?: CircuitBreakerOptions;
}

/** While nothing ever answered the address is probably wrong: a few quick tries, within two seconds. */
const firstContactBackoff: Backoff = { tries: 4, baseMs: 200, maxMs: 1000 };

/** @see {@linkcode HttpClient} */
export function createHttp(options: HttpClientOptions): HttpClient {
  const { clock, timeoutMs = 60_000, backoff = defaultBackoff } = options;
  const send = options.fetch ?? grantedFetch;
  const pacing = createPacing(options.plan, clock);
  const daily = createDailyLimits(() => clock.now());
  const breaker = createCircuitBreaker(() => clock.now(), options.breaker);
  let requestCount = 0;
  let downloadRequestCount = 0;
  let answered = false;

  const ring = <T>(request: HttpRequest, attempt: () => Promise<T>): Promise<T> =>
    retryRing(attempt, {
      clock,
      signal: request.signal,
      backoff: (error) => error instanceof NetworkError && !answered ? firstContactBackoff : backoff,
      onExhausted: (error) => {
        if (error instanceof NetworkError) breaker.failed();
      },
    });

  const clientOf = ({ client = options.client?.() }: StreamRequest) => client === undefined ? {} : { client };

  /** One request and what `read` takes from its answer, within the time limit. */
  async function exchange<T>(request: StreamRequest, read: (response: Response) => Promise<T>): Promise<T> {
    return await withinTime(request, async (signal) => {
      const response = await send(request.url, {
        method: request.method ?? "GET",
        headers: { "user-agent": "zoom-extract", ...request.headers },
        redirect: "manual",
        signal,
        ...(request.body === undefined ? {} : { body: request.body }),
        ...clientOf(request),
      });
      answered = true;
      breaker.succeeded();
      log.debug("{method} {url}: {status}, tracking id {trackingId}", {
        method: request.method ?? "GET",
        url: redactUrl(request.url),
        status: response.status,
        // Zoom's support asks for it.
        trackingId: response.headers.get("x-zm-trackingid") ?? "none",
      });
      return await read(response);
    });
  }

  /** Runs `work` within the time limit and turns what breaks it into a NetworkError. */
  async function withinTime<T>(
    request: Pick<HttpRequest, "action" | "url" | "signal">,
    work: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const deadline = startDeadline(timeoutMs, request.signal);
    try {
      return await work(deadline.signal);
    } catch (error) {
      request.signal.throwIfAborted();
      if (deadline.expired) throw timeoutError(timeoutMs, request);
      throw isFetchFailure(error) ? toNetworkError(error, request) : error;
    } finally {
      deadline.clear();
    }
  }

  /** Waits until a request under this label may go. */
  async function admit(request: HttpRequest): Promise<void> {
    daily.check(request.label, request);
    await pacing.wait(request.label, request.signal);
    // The quota may have run out while this one was waiting for its slot.
    daily.check(request.label, request);
  }

  /** The error for an answer that is one, after telling pacing and daily limits about it. */
  function refusal(request: HttpRequest, response: Response, body: ErrorBody): AppError {
    const nowMs = clock.now();
    const requestId = response.headers.get("x-zm-trackingid") ?? undefined;
    const isRateLimit = response.status === 429 || body.zoomCode === 429;
    if (isRateLimit && isDailyLimit(response.headers, body.message)) {
      return daily.exceeded(request.label, {
        ...request,
        requestId,
        resumesAtMs: dailyLimitEndMs(response.headers, nowMs),
      });
    }
    const retryAfterMs = parseRetryAfter(response.headers.get("retry-after"), nowMs);
    if (isRateLimit) pacing.refused(request.label, retryAfterMs);
    return toApiError(request, response, { ...body, requestId, retryAfterMs });
  }

  return {
    json(request, parse) {
      return ring(request, async () => {
        await admit(request);
        if (!breaker.allows()) throw brokenCircuit(request);
        requestCount++;
        const { response, text } = await exchange(request, async (response) => {
          return { response, text: await response.text() };
        });
        pacing.observe(request.label, response);
        if (!response.ok) throw refusal(request, response, parseErrorText(text));
        const data = parseJson(text, request);
        const body = parseErrorBody(data);
        if (body?.zoomCode !== undefined) throw refusal(request, response, body);
        return parse(data);
      });
    },
    open(request) {
      return ring(request, async () => {
        if (!breaker.allows()) throw brokenCircuit(request);
        downloadRequestCount++;
        const { response, text } = await exchange(request, async (response) => {
          if (response.status < 400 || request.accept?.includes(response.status)) {
            return { response, text: "" };
          }
          return { response, text: await readHead(response.body, 4096) };
        });
        if (response.status < 400 || request.accept?.includes(response.status)) return response;
        throw refusal(request, response, parseErrorText(text));
      });
    },
    withinTime,
    get requestCount() {
      return requestCount;
    },
    get downloadRequestCount() {
      return downloadRequestCount;
    },
    get answered() {
      return answered;
    },
  };
}

/** The runtime takes its time to tell. `cli/rights` gives up other rights in the course of a run, never this one. */
const grantedHosts = new Set<string>();

/** `fetch`, which would ask somebody at a terminal about a host that is not granted. */
export async function grantedFetch(address: URL | RequestInfo, init?: RequestInit): Promise<Response> {
  const url = new URL(address instanceof Request ? address.url : address);
  const port = url.port || (url.protocol === "https:" ? "443" : "80");
  const host = `${url.hostname}:${port}`;
  if (!grantedHosts.has(host)) {
    requireGranted({ kind: "net", value: host });
    grantedHosts.add(host);
  }
  return await globalThis.fetch(address, init);
}

function isFetchFailure(error: unknown): boolean {
  return error instanceof TypeError || error instanceof Deno.errors.NotCapable;
}

function brokenCircuit({ action, url }: HttpRequest): NetworkError {
  return new NetworkError(
    `Cannot ${action}: "${url.host}" was not asked, as nothing has answered for a while`,
    {
      code: "network_down",
      hint: "check the network connection; the next run goes on from here",
      exhausted: true,
    },
  );
}
