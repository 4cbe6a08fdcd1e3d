import type { Answer, SimRequest } from "./_answer.ts";
import { decodeSegment } from "./_decode_segment.ts";
import { download, forward, personalPage } from "./_downloads.ts";
import {
  deleteMeetingRecordings,
  deleteRecordingFile,
  getMeetingRecordings,
  getRecordingSettings,
  recoverMeetingRecordings,
  recoverRecordingFile,
} from "./_meeting_recordings.ts";
import { issueToken } from "./_oauth.ts";
import {
  accountListScopes,
  listAccountRecordings,
  listUserRecordings,
  userListScopes,
} from "./_recording_lists.ts";
import { getUser, listUsers } from "./_users.ts";
import { welcome } from "./_welcome.ts";
import type { RateLabel } from "./options.ts";
import type { World } from "./_world.ts";

/** An endpoint of the API's origin. */
export interface Route {
  readonly method: string;
  /** A `*` stands for one segment, which the handler gets undecoded. */
  readonly path: string;
  /** Present on calls that need a bearer token. */
  readonly access?: { readonly label: RateLabel; readonly scopes: readonly string[] };
  readonly handle: (
    world: World,
    request: SimRequest,
    ...segments: [string, string]
  ) => Answer | Promise<Answer>;
}

const readFiles = [
  "cloud_recording:read:list_recording_files",
  "cloud_recording:read:list_recording_files:admin",
  "recording:read:admin",
];
const writeScopes = (granular: string) => [granular, `${granular}:admin`, "recording:write:admin"];
const light = (scopes: readonly string[]) => ({ label: "Light", scopes }) as const;
const medium = (scopes: readonly string[]) => ({ label: "Medium", scopes }) as const;

/** Every endpoint, with its rate label and the scopes of which one is enough (Zoom API reference). */
export const routes: readonly Route[] = [
  { method: "GET", path: "/", handle: welcome },
  { method: "POST", path: "/oauth/token", handle: issueToken },
  {
    method: "GET",
    path: "/v2/users",
    access: medium(["user:read:list_users:admin", "user:read:admin"]),
    handle: listUsers,
  },
  {
    method: "GET",
    path: "/v2/users/*",
    access: light(["user:read:user", "user:read:user:admin", "user:read:admin"]),
    handle: (world, request, key) => getUser(world, request, decodeSegment(key)),
  },
  {
    method: "GET",
    path: "/v2/users/*/recordings",
    access: medium(userListScopes),
    handle: (world, request, key) => listUserRecordings(world, request, decodeSegment(key)),
  },
  {
    method: "GET",
    path: "/v2/accounts/*/recordings",
    access: medium(accountListScopes),
    handle: (world, request, key) => listAccountRecordings(world, request, decodeSegment(key)),
  },
  {
    method: "GET",
    path: "/v2/meetings/*/recordings",
    access: light(readFiles),
    handle: getMeetingRecordings,
  },
  {
    method: "DELETE",
    path: "/v2/meetings/*/recordings",
    access: light(writeScopes("cloud_recording:delete:meeting_recording")),
    handle: deleteMeetingRecordings,
  },
  {
    method: "GET",
    path: "/v2/meetings/*/recordings/settings",
    access: light([
      "cloud_recording:read:recording_settings",
      "cloud_recording:read:recording_settings:admin",
      "recording:read:admin",
    ]),
    handle: getRecordingSettings,
  },
  {
    method: "PUT",
    path: "/v2/meetings/*/recordings/status",
    access: light(writeScopes("cloud_recording:update:recover_meeting_recordings")),
    handle: recoverMeetingRecordings,
  },
  {
    method: "DELETE",
    path: "/v2/meetings/*/recordings/*",
    access: light(writeScopes("cloud_recording:delete:recording_file")),
    handle: deleteRecordingFile,
  },
  {
    method: "PUT",
    path: "/v2/meetings/*/recordings/*/status",
    access: light(writeScopes("cloud_recording:update:recover_single_recording")),
    handle: recoverRecordingFile,
  },
  { method: "GET", path: "/rec/download/*", handle: download },
  { method: "GET", path: "/rec/forward/*", handle: forward },
  { method: "GET", path: "/rec/play/*", handle: personalPage },
  { method: "GET", path: "/rec/share/*", handle: personalPage },
];

/** The endpoint of a request and what its stars stand for. */
export function findRoute(
  request: { readonly method: string; readonly path: string },
): { readonly route: Route; readonly segments: [string, string] } | undefined {
  const parts = request.path.split("/");
  for (const route of routes) {
    if (route.method !== request.method) continue;
    const segments = matchSegments(route.path.split("/"), parts);
    if (segments) return { route, segments: [segments[0] ?? "", segments[1] ?? ""] };
  }
  return undefined;
}

function matchSegments(pattern: readonly string[], parts: readonly string[]): string[] | undefined {
  if (pattern.length !== parts.length) return undefined;
  const isMatch = pattern.every((part, index) =>
    part === parts[index] || (part === "*" && parts[index] !== "")
  );
  return isMatch ? parts.filter((_, index) => pattern[index] === "*") : undefined;
}
