import { type ApiError, AppError, AuthError } from "../core/errors.ts";
import { disposition } from "../core/retry.ts";

/** A refusal of the token endpoint, by its words or by Zoom's OAuth codes (47xx). */
interface Refusal {
  readonly pattern: RegExp;
  readonly codes: readonly number[];
  readonly state: string;
  readonly hint: string;
}

const page = "the app's credentials page on marketplace.zoom.us";

const refusals: readonly Refusal[] = [
  {
    pattern: /invalid_client|invalid client/i,
    codes: [4702, 4704, 4706],
    state: "Zoom does not know this client id and secret",
    hint: `check ZOOM_CLIENT_ID and ZOOM_CLIENT_SECRET against ${page}`,
  },
  {
    pattern: /unsupported_grant_type|unsupported grant/i,
    codes: [4705],
    state: "the app is not of the Server-to-Server OAuth type",
    hint: "create a Server-to-Server OAuth app on marketplace.zoom.us and use its credentials",
  },
  {
    pattern: /not activated|deactivated|disabled|revoked/i,
    codes: [4717, 4735, 4738, 4741],
    state: "the app is not activated",
    hint:
      "activate the Server-to-Server OAuth app on marketplace.zoom.us, and check that its owner is still active",
  },
  {
    pattern: /invalid_request|invalid_grant|account/i,
    codes: [],
    state: "Zoom does not know this account id",
    hint: `check ZOOM_ACCOUNT_ID against ${page} (it is not the account number)`,
  },
];

/** A refused token request as an AuthError that names the cause; what may pass by itself stays as it is. */
export function credentialError(error: ApiError): AppError {
  // A server that is down, or busy, says nothing about the credentials.
  if (error.exhausted || error.code === "daily_limit" || disposition(error) === "retry") return error;
  if (error.status >= 500 || error.status === 429) return error;
  const found =
    refusals.find(({ pattern, codes }) =>
      pattern.test(error.message) || (error.zoomCode !== undefined && codes.includes(error.zoomCode))
    ) ?? fallback(error.status);
  return new AuthError(`${error.message}: ${found.state}`, { hint: found.hint, cause: error });
}

function fallback(status: number): Pick<Refusal, "state" | "hint"> {
  if (status === 401) return refusals[0] as Refusal;
  if (status === 403) return refusals[2] as Refusal;
  if (status === 404 || (status >= 300 && status < 400)) {
    return { state: "there is no token endpoint at this address", hint: "check ZOOM_OAUTH_URL" };
  }
  return {
    state: "Zoom refuses the credentials",
    hint: "check ZOOM_ACCOUNT_ID, ZOOM_CLIENT_ID and ZOOM_CLIENT_SECRET",
  };
}
