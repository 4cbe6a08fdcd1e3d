import { systemClock } from "../core/clock.ts";
import type { Answer, SimRequest } from "./_answer.ts";
import { answerApi, bearerOf } from "./_api.ts";
import { earlyAnswer, spoil } from "./_fault_answers.ts";
import type { BodyFault, FaultBook, FaultSubject } from "./_fault_book.ts";
import { withoutVersion } from "./_path_pattern.ts";
import { guid } from "./_random.ts";
import { createRateLimiter } from "./_rate_limits.ts";
import type { RequestLog } from "./_request_log.ts";
import { findRoute } from "./_routes.ts";
import { serveStored } from "./_storage.ts";
import type { World } from "./_world.ts";

/** What stands before the handlers: the log, the latency and the faults. */
export interface Front {
  answer(request: SimRequest): Promise<Answer>;
}

export function createFront(
  world: World,
  options: { readonly log: RequestLog; readonly faults: FaultBook; readonly signal: AbortSignal },
): Front {
  const { log, faults, signal } = options;
  const { settings } = world;
  const limiter = createRateLimiter(settings);
  /** Body faults said of `/rec/*`, by the signature of the address that carries them. */
  const carried = new Map<string, BodyFault>();
  let ordinal = 0;

  /** The body fault of an answer that has a body; one that redirects to storage hands it on. */
  const takeBodyFault = (request: SimRequest, answer: Answer, subject: FaultSubject) => {
    if (answer.status === 302) {
      const location = answer.headers["location"] ?? "";
      if (!location.startsWith(world.downloads.storageOrigin)) return undefined;
      const fault = faults.takeBody(subject);
      if (fault) carried.set(new URL(location).searchParams.get("Signature") ?? "", fault);
      return undefined;
    }
    if (answer.status >= 300) return undefined;
    const signature = request.query.get("Signature") ?? "";
    const fault = carried.get(signature) ?? faults.takeBody(subject);
    carried.delete(signature);
    return fault;
  };

  const handle = (request: SimRequest) =>
    request.origin === "storage" ? serveStored(world, request) : answerApi(world, request, limiter);

  return {
    async answer(request) {
      const { origin, method, path } = request;
      const route = origin === "storage" ? undefined : findRoute(request)?.route;
      const name = origin === "storage" ? "/storage/*" : withoutVersion(route?.path ?? "");
      const note = log.record(request, { route: name, at: settings.now() });
      const { query, headers: { range } } = request;
      const subject = { origin, method, path, query, hasRange: range !== undefined };
      const { delayMs, fault, killsToken } = faults.takeEarly(subject);
      if (killsToken) world.tokens.revoke(bearerOf(request) ?? "");
      const latencyMs = origin === "api" ? settings.latencyMs : settings.storageLatencyMs;
      if (latencyMs + delayMs > 0) await systemClock.sleep(latencyMs + delayMs, signal);
      const label = route?.access?.label ?? "Light";
      let answer = fault
        ? earlyAnswer(fault, { nowMs: settings.now(), label, request })
        : await handle(request);
      const bodyFault = fault ? undefined : takeBodyFault(request, answer, subject);
      if (bodyFault) {
        answer = await spoil(bodyFault, answer, { request, again: handle });
      }
      note(answer.failure?.kind === "drop" ? 0 : answer.status);
      const trackingId = `v=2.0;clid=sim;rid=WEB_${guid(settings.seed, "tracking", ++ordinal).toLowerCase()}`;
      const headers = {
        ...(origin === "api" ? { "x-zm-trackingid": trackingId } : {}),
        // A request dropped on a reused connection is silently sent again by the client's runtime, so that nobody
        // would see the fault: while one may come, every request gets a connection of its own.
        ...(faults.hasDrops() ? { connection: "close" } : {}),
      };
      return { ...answer, headers: { ...answer.headers, ...headers } };
    },
  };
}
