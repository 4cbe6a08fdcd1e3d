import { type Answer, jsonAnswer, type SimRequest } from "./_answer.ts";
import type { World } from "./_world.ts";

/**
 * `POST /oauth/token` with `grant_type=account_credentials`; parameters in a form body or in the query
 * (Zoom developer guide, "Server-to-Server OAuth"). Errors have `reason` and `error` where the API has `message`.
 */
export async function issueToken(world: World, request: SimRequest): Promise<Answer> {
  const { credentials, quirks, scopes, tokenLifetimeSeconds, now } = world.settings;
  const fields = await readParameters(request);
  if (readBasic(request) !== `${credentials.clientId}:${credentials.clientSecret}`) {
    return refusal("Invalid client_id or client_secret", "invalid_client");
  }
  if (fields?.get("grant_type") !== "account_credentials") {
    return refusal("unsupported grant type", "unsupported_grant_type");
  }
  if (fields.get("account_id") !== credentials.accountId) return refusal("Bad Request", "invalid_request");
  const token = world.tokens.issue({ expiresAtMs: now() + tokenLifetimeSeconds * 1000, scopes });
  return jsonAnswer(200, {
    access_token: token,
    token_type: "bearer",
    // Zoom counts the second in which the token was made: 3599 is what clients see.
    expires_in: Math.max(0, tokenLifetimeSeconds - 1),
    scope: scopes.join(" "),
    ...(quirks.foreignApiUrl ? { api_url: "https://api.zoom.us.invalid" } : {}),
  });
}

function refusal(reason: string, error: string): Answer {
  return jsonAnswer(400, { reason, error });
}

/** Undefined for a body that is no form: a JSON body hides the grant type, also from a query beside it. */
async function readParameters(request: SimRequest): Promise<URLSearchParams | undefined> {
  const type = request.headers["content-type"] ?? "";
  const body = await request.text();
  if (type.startsWith("application/json")) return undefined;
  return new URLSearchParams([...request.query, ...new URLSearchParams(body)]);
}

function readBasic(request: SimRequest): string {
  const [, encoded] = /^Basic\s+([A-Za-z0-9+/=]+)$/i.exec(request.headers["authorization"] ?? "") ?? [];
  try {
    return atob(encoded ?? "");
  } catch {
    return "";
  }
}
