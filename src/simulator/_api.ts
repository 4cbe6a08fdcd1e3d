import { type Answer, apiError, type SimRequest } from "./_answer.ts";
import type { RateLimiter } from "./_rate_limits.ts";
import { scopeMissing } from "./_recording_lists.ts";
import { findRoute } from "./_routes.ts";
import type { World } from "./_world.ts";

/** Answers a request to Zoom's own host: token, API, download redirects. */
export async function answerApi(world: World, request: SimRequest, limiter: RateLimiter): Promise<Answer> {
  const found = findRoute(request);
  const isApi = request.path.startsWith("/v2/");
  const refusal = isApi ? checkBearer(world, request) : undefined;
  if (refusal) return refusal;
  if (!found) return apiError(404, 2300, `This API endpoint is not recognized: ${request.path}.`);
  const { route, segments } = found;
  if (!route.access) return await route.handle(world, request, ...segments);
  const allowance = limiter.take(route.access.label);
  if ("refusal" in allowance) return allowance.refusal;
  const granted = world.tokens.find(bearerOf(request) ?? "")?.scopes ?? [];
  const answer = route.access.scopes.some((scope) => granted.includes(scope))
    ? await route.handle(world, request, ...segments)
    : scopeMissing(route.access.scopes);
  return { ...answer, headers: { ...answer.headers, ...allowance.headers } };
}

/** 401 with code 124 without a valid access token in the header; query tokens are refused since February 2023. */
function checkBearer(world: World, request: SimRequest): Answer | undefined {
  if (request.query.has("access_token")) {
    return apiError(401, 124, "This API does not support an access token as a query parameter.");
  }
  const text = bearerOf(request);
  if (text === undefined) return apiError(401, 124, "Invalid access token.");
  const token = world.tokens.find(text);
  if (!token) return apiError(401, 124, "Access token is expired.");
  return token.meetingUuid === undefined ? undefined : apiError(401, 124, "Invalid access token.");
}

/** The bearer token of a request. */
export function bearerOf(request: Pick<SimRequest, "headers">): string | undefined {
  return /^Bearer\s+(\S+)$/i.exec(request.headers["authorization"] ?? "")?.[1];
}
