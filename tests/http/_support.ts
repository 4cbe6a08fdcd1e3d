import type { Clock } from "../../src/core/clock.ts";
import { createHttp, type HttpClient, type HttpClientOptions, type HttpRequest } from "../../src/http/mod.ts";
import { type FaultRule, type Simulator, startSimulator } from "../../src/simulator/mod.ts";

/** A clock that stands still until somebody sleeps, and then jumps ahead; it remembers every sleep. */
export interface TestClock extends Clock {
  readonly sleeps: number[];
  advance(ms: number): void;
}

/** 2024-05-02T12:00:00Z */
export const startMs = Date.UTC(2024, 4, 2, 12);

/** @param random what every draw gives */
export function testClock(random = 0.5): TestClock {
  let nowMs = startMs;
  const sleeps: number[] = [];
  return {
    sleeps,
    now: () => nowMs,
    random: () => random,
    advance: (ms) => void (nowMs += ms),
    async sleep(ms, signal) {
      signal?.throwIfAborted();
      sleeps.push(ms);
      nowMs += ms;
      await Promise.resolve();
      signal?.throwIfAborted();
    },
  };
}

/** What a scripted endpoint answers, one effect per request; the last one stays. */
export type Script =
  readonly (FaultRule extends infer R ? R extends { on: string } ? Omit<R, "on"> : never : never)[];

/** A good answer. */
export const good = { do: "status", code: 200, body: { users: [] } } as const;

/** A client and one endpoint of a simulated account that follows a script. */
export interface Scripted extends AsyncDisposable {
  readonly zoom: Simulator;
  readonly http: HttpClient;
  readonly clock: TestClock;
  /** Calls the scripted endpoint. */
  call(request?: Partial<HttpRequest>): Promise<unknown>;
  /** Requests that arrived there. */
  readonly arrived: number;
}

/** Starts a scripted endpoint, `/users`, and a client with a clock of its own. */
export async function scripted(
  script: Script,
  options: { random?: number; client?: Partial<HttpClientOptions> } = {},
): Promise<Scripted> {
  const clock = testClock(options.random);
  const faults = script.map((effect, index) => ({
    on: "/users",
    ...(index < script.length - 1 ? { times: 1 } : {}),
    ...effect,
  })) as FaultRule[];
  const zoom = await startSimulator({ faults, now: clock.now });
  const http = createHttp({ clock, plan: "business", ...options.client });
  return {
    zoom,
    http,
    clock,
    call: (request) =>
      http.json({
        action: "list users",
        url: new URL(`${zoom.apiUrl}/users`),
        signal: new AbortController().signal,
        ...request,
      }, (data) => data),
    get arrived() {
      return zoom.count("/users");
    },
    [Symbol.asyncDispose]: () => zoom[Symbol.asyncDispose](),
  };
}
