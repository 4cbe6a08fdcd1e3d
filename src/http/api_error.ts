import { ApiError } from "../core/errors.ts";
import { redactUrl } from "../core/redact.ts";
import type { ErrorBody } from "./error_body.ts";

/** What is known about a refusal besides its status. */
export interface RefusalDetails extends ErrorBody {
  readonly requestId?: string | undefined;
  readonly retryAfterMs?: number | undefined;
}

/** An answer that is an error, as an ApiError: `Cannot list users: HTTP 404, code 1001, User does not exist`. */
export function toApiError(
  request: { action: string; url: URL },
  response: Pick<Response, "status">,
  details: RefusalDetails,
): ApiError {
  const { zoomCode, message, requestId, retryAfterMs } = details;
  // A rate limit may come dressed as a success.
  const status = zoomCode === 429 ? 429 : response.status;
  const isRedirect = status >= 300 && status < 400;
  const parts = [
    `HTTP ${status}`,
    ...(zoomCode === undefined || zoomCode === 429 ? [] : [`code ${zoomCode}`]),
    ...(isRedirect ? ["an unexpected redirect"] : []),
    ...(message === "" ? [] : [message]),
  ];
  return new ApiError(`Cannot ${request.action}: ${parts.join(", ")}`, {
    status,
    url: redactUrl(request.url),
    zoomCode,
    requestId,
    retryAfterMs,
  });
}
