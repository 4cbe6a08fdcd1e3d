import { isFileOffered, isFileProcessing } from "./account.ts";
import { type Answer, downloadError, emptyAnswer, signInPage, type SimRequest } from "./_answer.ts";
import { contentOf } from "./_content.ts";
import { type FilePlace, storageName } from "./_download_book.ts";
import { contentTypeOf, serveFile } from "./_file_body.ts";
import type { World } from "./_world.ts";

/** `GET /rec/download/{opaque}`: a redirect to the storage host, once it is clear who asks. */
export function download(world: World, request: SimRequest, opaquePart: string): Answer {
  const place = world.downloads.find(opaquePart);
  const refusal = checkToken(world, request, place);
  if (refusal) return refusal;
  if (!place || !isHeld(world, place)) return downloadError(404, 3301, "This recording does not exist.");
  const { meeting, file } = place;
  if (isFileProcessing(file)) return downloadError(404, 3301, "This recording is being processed.");
  if (!isFileOffered(meeting, file, world.settings.now())) {
    return signInPage("This recording has been deleted");
  }
  const { quirks } = world.settings;
  if (quirks.directDownloads) {
    const name = storageName(meeting, file);
    const body = contentOf(file, world.library);
    return serveFile(request, { file, body, contentType: contentTypeOf(file, quirks), quirks }, {
      "content-disposition": `attachment; filename="${name}"`,
    });
  }
  if (quirks.relativeRedirect) return emptyAnswer(302, { location: `../forward/${opaquePart}` });
  return toStorage(world, place);
}

/** `GET /rec/forward/{opaque}`: where a relative redirect leads. */
export function forward(world: World, request: SimRequest, opaquePart: string): Answer {
  const place = world.downloads.find(opaquePart);
  const refusal = checkToken(world, request, place);
  if (refusal) return refusal;
  return place ? toStorage(world, place) : downloadError(404, 3301, "This recording does not exist.");
}

/** Pages for people: sign in first. */
export function personalPage(): Answer {
  return signInPage();
}

function toStorage(world: World, place: FilePlace): Answer {
  const { now, signedUrlLifetimeSeconds } = world.settings;
  const location = world.downloads.sign(place, now() + signedUrlLifetimeSeconds * 1000);
  return emptyAnswer(302, { location: location.href, "cache-control": "no-store" });
}

/** The answer that turns this request away; undefined when its token opens the file. */
function checkToken(world: World, request: SimRequest, place: FilePlace | undefined): Answer | undefined {
  const { quirks } = world.settings;
  const header = /^Bearer\s+(.+)$/i.exec(request.headers["authorization"] ?? "")?.[1];
  const inQuery = request.query.get("access_token") ?? undefined;
  const text = quirks.downloadAuth === "queryToken" ? inQuery : header ?? inQuery;
  if (text === undefined) return signInPage();
  const token = world.tokens.find(text);
  const isOther = token?.meetingUuid !== undefined && token.meetingUuid !== place?.meeting.uuid;
  const isTooWide = quirks.downloadAuth === "meetingToken" && token?.meetingUuid === undefined;
  if (token && !isOther && !isTooWide) return undefined;
  return downloadError(quirks.softDownloadErrors ? 200 : 401, 124, "Forbidden");
}

function isHeld(world: World, { meeting, file }: FilePlace): boolean {
  return world.settings.account.meetings.includes(meeting) &&
    [...meeting.files ?? [], ...meeting.participantAudio].includes(file);
}
