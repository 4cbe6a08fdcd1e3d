/**
 * A meeting uuid as one path segment.
 *
 * Encoded twice when it begins with `/` or contains `//`, else once (Zoom API reference, "Get meeting
 * recordings": "you must double encode the UUID").
 */
export function encodeMeetingUuid(uuid: string): string {
  const once = encodeURIComponent(uuid.toWellFormed());
  return uuid.startsWith("/") || uuid.includes("//") ? encodeURIComponent(once) : once;
}
