import assert from "node:assert/strict";
import { Ajv, type ErrorObject } from "ajv";
import { simUser, startSimulator } from "../../src/simulator/mod.ts";
import getMeetingRecordings from "../fixtures/openapi/get_meeting_recordings.json" with { type: "json" };
import getRecordingSettings from "../fixtures/openapi/get_recording_settings.json" with { type: "json" };
import getUser from "../fixtures/openapi/get_user.json" with { type: "json" };
import listAccountRecordings from "../fixtures/openapi/list_account_recordings.json" with { type: "json" };
import listUserRecordings from "../fixtures/openapi/list_user_recordings.json" with { type: "json" };
import listUsers from "../fixtures/openapi/list_users.json" with { type: "json" };
import { accountOf, signIn, today } from "./_client.ts";

/** Where Zoom's answers, and so the simulator's, are not what its own description says. */
const deviations = [
  { at: /\/type$/, keyword: /type|enum/, why: "described as a string enumeration, sent as a number" },
  {
    at: /\/file_type$/,
    keyword: /enum/,
    why:
      "the enumeration lacks TIMELINE although the text has it, is empty while recording, and is open-ended",
  },
  { at: /\/file_extension$/, keyword: /enum/, why: "empty while recording, and open-ended" },
  { at: /\/recording_type$/, keyword: /enum/, why: "open-ended" },
  { at: /\/recording_end$/, keyword: /format/, why: "empty while recording" },
  { at: /\/status$/, keyword: /enum/, why: "the user-level list shows files that are still being processed" },
] as const;

/** Fields that Zoom sends and does not describe, by where they are. */
const undescribed = {
  timezone: "seen on every meeting; often empty",
  share_url: "seen on every meeting",
  host_email: "described for webhooks; the account-level list sends it too",
  recording_play_passcode: "described for the user-level list; the account-level list sends it too",
  account_id: "described for the user-level list; the account-level list sends it too",
  auto_delete: "described for the user-level list; the account-level list sends it too",
  auto_delete_date: "described for the user-level list; the account-level list sends it too",
} as const;

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
}

const ajv = new Ajv({
  allErrors: true,
  strict: false,
  formats: {
    date: /^\d{4}-\d{2}-\d{2}$/,
    "date-time": /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/,
    email: /^\S+@\S+$/,
    int64: true,
  },
});

/** Errors that no known deviation explains. */
function unexplained(schema: object, body: unknown, seen: Set<string>): ErrorObject[] {
  const validate = ajv.compile(schema);
  if (validate(body)) return [];
  return (validate.errors ?? []).filter((error) => {
    const known = deviations.find(({ at, keyword }) =>
      at.test(error.instancePath) && keyword.test(error.keyword)
    );
    if (known) seen.add(known.why);
    return known === undefined;
  });
}

/** Paths of fields that the schema does not know. */
function unknownFields(schema: Schema, value: unknown, path = ""): string[] {
  if (Array.isArray(value)) {
    return value.flatMap((item, index) => unknownFields(schema.items ?? {}, item, `${path}/${index}`));
  }
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => {
    const known = schema.properties?.[name];
    return known ? unknownFields(known, inner, `${path}/${name}`) : [`${path}/${name}`];
  });
}

const quirks = {
  missingFileIds: true,
  duplicateSegments: true,
  meetingInProgress: true,
  meetingWithoutFiles: true,
  emptyTopic: true,
  oddTopics: true,
  unknownFileType: true,
  zeroByteChat: true,
  ccRecordingType: true,
  participantAudio: true,
  onPremiseFile: true,
  trashedMeeting: true,
  trashedFile: true,
  inactiveHost: true,
};

Deno.test("every JSON answer fits Zoom's OpenAPI description, known deviations apart", async () => {
  const account = accountOf();
  account.users.push(simUser({ email: "new@example.test", status: "pending" }));
  await using zoom = await startSimulator({ account, now: () => today, quirks });
  const [first] = account.meetings;
  if (first) first.autoDeleteDate = "2024-12-01";
  const client = await signIn(zoom);
  const range = "page_size=300&from=2024-05-16&to=2024-06-15";
  const rich = account.meetings.find((meeting) => meeting.participantAudio.length > 1);
  const meetingKey = encodeURIComponent(encodeURIComponent(rich?.uuid ?? ""));
  const seen = new Set<string>();
  const named = new Set<string>();
  for (
    const [fixture, path] of [
      [listUsers, "/users"],
      [listUsers, "/users?status=inactive"],
      [listUsers, "/users?status=pending"],
      [getUser, "/users/me"],
      [listUserRecordings, `/users/me/recordings?${range}`],
      [listUserRecordings, `/users/me/recordings?${range}&trash=true`],
      [listUserRecordings, `/users/me/recordings?${range}&trash=true&trash_type=recording_file`],
      [listUserRecordings, "/users/me/recordings?from=2020-01-01&to=2020-01-02"],
      [listAccountRecordings, `/accounts/me/recordings?${range}`],
      [getMeetingRecordings, `/meetings/${meetingKey}/recordings?include_fields=download_access_token`],
      [getRecordingSettings, `/meetings/${meetingKey}/recordings/settings`],
    ] as const
  ) {
    const { status, body } = await client.get(path);
    assert.equal(status, 200, path);
    assert.deepEqual(unexplained(fixture.schema, body, seen), [], path);
    const unknown = unknownFields(fixture.schema as Schema, body).map((field) =>
      field.split("/").at(-1) ?? ""
    );
    for (const field of unknown) named.add(field);
  }
  assert.deepEqual([...named].sort(), Object.keys(undescribed).sort());
  assert.deepEqual(seen, new Set(deviations.map(({ why }) => why)), "every listed deviation still occurs");
});

Deno.test("the check notices a field of the wrong type and a field that does not exist", () => {
  const { schema } = listUserRecordings;
  assert.equal(unexplained(schema, { meetings: [{ topic: 5 }] }, new Set()).length, 1);
  assert.deepEqual(unknownFields(schema as Schema, { meetings: [{ tpoic: "x" }] }), ["/meetings/0/tpoic"]);
});
