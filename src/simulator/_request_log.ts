import { matchesPattern, withoutVersion } from "./_path_pattern.ts";
import type { SimRequest } from "./_answer.ts";

/** A request that reached the simulator. */
export interface RecordedRequest {
  /** Which of the two hosts. */
  readonly origin: "api" | "storage";
  /** Upper case. */
  readonly method: string;
  /** As sent, undecoded, without the query. */
  readonly path: string;
  /** The endpoint, without `/v2` and with stars: `/meetings/*`, `/rec/download/*`; `""` when unknown. */
  readonly route: string;
  /** Decoded; of a repeated parameter the last value. */
  readonly query: Readonly<Record<string, string>>;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** Of the answer; 0 before it is known, and when there was none. */
  readonly status: number;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** The requests so far, in order of arrival. */
export interface RequestLog {
  /** The latest ones, at most `keptRequests`. */
  readonly requests: readonly RecordedRequest[];
  /** Those that took a credential to the storage host: the first `keptMisdirected`. */
  readonly misdirected: readonly RecordedRequest[];
  /** Notes a request; call the result with the answer's status. */
  record(
    request: SimRequest,
    options: { readonly route: string; readonly at: number },
  ): (status: number) => void;
  /** How many matched the pattern, those included that are no longer kept. */
  count(pattern?: string): number;
  reset(): void;
}

/** Beyond this many, the oldest are only counted. */
export const keptRequests = 200_000;
const keptMisdirected = 100;

export function createRequestLog(): RequestLog {
  const requests: RecordedRequest[] = [];
  const misdirected: RecordedRequest[] = [];
  const forgotten = new Map<string, number>();
  return {
    requests,
    misdirected,
    record(request, { route, at }) {
      const { origin, method, path, headers } = request;
      const query = Object.fromEntries(request.query);
      const entry = { origin, method, path, route, query, headers, status: 0, at };
      requests.push(entry);
      if (isMisdirected(entry) && misdirected.length < keptMisdirected) misdirected.push(entry);
      if (requests.length > keptRequests) forget(requests.splice(0, keptRequests / 10), forgotten);
      return (status) => void (entry.status = status);
    },
    count(pattern = "*") {
      const kept = requests.filter((request) => matchesPattern(pattern, request)).length;
      const earlier = [...forgotten].filter(([key]) => {
        const [origin = "", path = ""] = key.split(" ");
        return matchesPattern(pattern, { origin: origin === "storage" ? "storage" : "api", path });
      });
      return earlier.reduce((sum, [, count]) => sum + count, kept);
    },
    reset() {
      requests.length = 0;
      forgotten.clear();
    },
  };
}

function isMisdirected({ origin, headers, query }: RecordedRequest): boolean {
  return origin === "storage" && (headers["authorization"] !== undefined || "access_token" in query);
}

function forget(old: readonly RecordedRequest[], forgotten: Map<string, number>): void {
  for (const { origin, path, route } of old) {
    const versioned = path.startsWith("/v2/") ? `/v2${route}` : route;
    const key = `${origin} ${route === "" ? withoutVersion(path) : versioned}`;
    forgotten.set(key, (forgotten.get(key) ?? 0) + 1);
  }
}
