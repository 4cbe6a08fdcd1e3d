import type { RateLabel } from "../http/mod.ts";

/** What Zoom demands for one endpoint. */
export interface Endpoint {
  readonly name: string;
  readonly label: RateLabel;
  /** Scope of older apps. */
  readonly classicScope: string;
  /** Scope of apps created since about March 2024. */
  readonly granularScope: string;
}

/** The endpoints this program calls, with labels and scopes as the Zoom API reference states them. */
export const endpoints = {
  users: {
    name: "GET /users",
    label: "medium",
    classicScope: "user:read:admin",
    granularScope: "user:read:list_users:admin",
  },
  userRecordings: {
    name: "GET /users/{userId}/recordings",
    label: "medium",
    classicScope: "recording:read:admin",
    granularScope: "cloud_recording:read:list_user_recordings:admin",
  },
  accountRecordings: {
    name: "GET /accounts/me/recordings",
    label: "medium",
    classicScope: "recording:master",
    granularScope: "cloud_recording:read:list_account_recordings:admin",
  },
  meetingRecordings: {
    name: "GET /meetings/{meetingId}/recordings",
    label: "light",
    classicScope: "recording:read:admin",
    granularScope: "cloud_recording:read:list_recording_files:admin",
  },
} as const satisfies Record<string, Endpoint>;

/** How to get a scope that is missing. */
export function scopeHint(endpoint: Endpoint): string {
  return `add the scope "${endpoint.granularScope}" (older apps: "${endpoint.classicScope}") to the ` +
    `Server-to-Server OAuth app, re-activate it if asked to, and run again: the scope comes with a new token`;
}
