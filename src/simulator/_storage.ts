import { type Answer, type SimRequest, textAnswer } from "./_answer.ts";
import { contentOf } from "./_content.ts";
import { contentTypeOf, serveFile } from "./_file_body.ts";
import type { World } from "./_world.ts";

/**
 * A signed address on the storage host. Its query alone authorises: a foreign `Authorization` header is refused,
 * as signed-URL stores do.
 */
export function serveStored(world: World, request: SimRequest): Answer {
  if (request.headers["authorization"] !== undefined) {
    return storageError(400, "InvalidArgument", "Only one auth mechanism allowed");
  }
  if (request.method !== "GET" && request.method !== "HEAD") {
    return storageError(405, "MethodNotAllowed", "The specified method is not allowed");
  }
  const place = world.downloads.open(request.path, request.query);
  if (place === "forbidden") return storageError(403, "AccessDenied", "Access denied");
  if (place === "expired") return expiredAnswer();
  const { quirks } = world.settings;
  const body = contentOf(place.file, world.library);
  return serveFile(request, {
    file: place.file,
    body,
    contentType: contentTypeOf(place.file, quirks),
    quirks,
  });
}

/** 403 for a signed address whose time is over. */
export function expiredAnswer(): Answer {
  return storageError(403, "AccessDenied", "Request has expired");
}

function storageError(status: number, code: string, message: string): Answer {
  const xml =
    `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${message}</Message></Error>`;
  return textAnswer(status, xml, { "content-type": "application/xml" });
}
