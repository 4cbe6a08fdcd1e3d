import assert from "node:assert/strict";
import type { FaultRule } from "../../src/simulator/mod.ts";
import { describe, FaultWorld } from "./_fault_world.ts";
import { chance, count, rounds } from "./_frame.ts";
import { type PlaceName, places } from "./_places.ts";

/** Values that a field of Zoom's never has, or not in this place. */
const values: Readonly<Record<string, unknown>> = {
  null: null,
  zero: 0,
  negative: -7,
  "huge number": 1e300,
  fraction: 0.5,
  true: true,
  "empty text": "",
  text: "x",
  "long text": "x".repeat(100_000),
  "a day": "1970-01-01",
  list: [],
  "list of lists": [[[]]],
  object: {},
  "deep object": JSON.parse(`${'{"a":'.repeat(5_000)}1${"}".repeat(5_000)}`),
};

/** Every field of the simulator's real answers, by place. */
const fields: Readonly<Partial<Record<PlaceName, readonly string[]>>> = {
  token: ["", "access_token", "token_type", "expires_in", "scope", "api_url"],
  users: [
    ...["", "page_count", "page_size", "total_records", "next_page_token", "users", "users/0"],
    ...["id", "email", "first_name", "last_name", "display_name", "type", "status"].map((n) =>
      `users/0/${n}`
    ),
  ],
  "user list": listFields(),
  "account list": listFields(),
  audio: [
    "",
    ...meetingFields().map((path) => path.replace(/^meetings\/0\//, "")),
    "participant_audio_files/0/id",
  ],
};

function meetingFields(): string[] {
  const meeting = [
    "uuid",
    "id",
    "account_id",
    "host_id",
    "host_email",
    "topic",
    "type",
    "start_time",
    "timezone",
  ];
  const more = [
    "duration",
    "total_size",
    "recording_count",
    "share_url",
    "recording_files",
    "recording_files/0",
  ];
  const file = [
    "id",
    "meeting_id",
    "recording_start",
    "recording_end",
    "file_type",
    "file_extension",
    "file_size",
  ];
  const last = ["play_url", "download_url", "status", "recording_type", "deleted_time", "file_path"];
  return [...meeting, ...more, ...[...file, ...last].map((name) => `recording_files/0/${name}`)]
    .map((name) => `meetings/0/${name}`);
}

function listFields(): string[] {
  const page = ["", "from", "to", "page_count", "page_size", "total_records", "next_page_token", "meetings"];
  return [...page, "meetings/0", "meetings/-1", ...meetingFields()];
}

interface Mutation {
  readonly place: PlaceName;
  readonly path: string;
  /** A name in {@linkcode values}; absent: the field is taken out. */
  readonly to: string | undefined;
}

/** A list without one of several files is as right as the real one: Zoom's count includes audio that no list shows. */
const all: Mutation[] = Object.entries(fields).flatMap(([place, paths]) =>
  paths.flatMap((path) =>
    [...Object.keys(values), undefined].map((to) => ({ place: place as PlaceName, path, to }))
  )
).filter(({ path, to }) => !(path.endsWith("recording_files/0") && to === undefined));

/** In the short form a share of them, another one for another seed. */
function chosen(share: number): Mutation[] {
  const { next } = chance("mutations");
  return all.filter(() => next() < share);
}

const mutations = rounds(0, 1) === 1 ? all : chosen(45 / all.length);

Deno.test(`${mutations.length} of ${all.length} mutated answers end in a run that names what it could not use, and heal`, async (t) => {
  const failures: string[] = [];
  let next = 0;
  await Promise.all(Array.from({ length: 3 }, async () => {
    for (let mutation; (mutation = mutations[next++]);) {
      try {
        await play(mutation);
      } catch (error) {
        failures.push(`${JSON.stringify(mutation)}: ${error}`);
      }
      count("faults", "mutated answers");
    }
  }));
  await t.step("none failed", () => assert.deepEqual(failures, []));
});

async function play({ place, path, to }: Mutation): Promise<void> {
  const { target, zoom, config } = places[place];
  await using world = await FaultWorld.create(`${place} ${path} ${to}`, zoom());
  const fault: FaultRule = {
    ...target,
    do: "editJson",
    path,
    ...(to === undefined ? {} : { value: values[to] }),
  };
  world.zoom.fault(fault);
  const ending = await world.run(config);
  assert.ok([0, 3, 4, 5].includes(ending.exitCode), describe(ending));
  await world.assertNothingWrong(config);
  world.assertNamed(ending);
  // What was held under a mutated name stays; nothing that the account has is missing.
  world.zoom.clearFaults();
  const healed = await world.run(config);
  assert.equal(healed.exitCode, 0, `after the fault: ${describe(healed)}`);
  await world.assertNothingWrong(config);
  const held = new Set(Object.values(await world.archive.digests()));
  assert.deepEqual(world.truth(config).filter(({ sha256 }) => !held.has(sha256)), []);
}

Deno.test("a list of 100 MB is taken or refused, and the run goes on", async () => {
  await using world = await FaultWorld.create("huge", places["user list"].zoom());
  world.zoom.fault({ ...places["user list"].target, do: "hugeJson", bytes: 100_000_000, times: 1 });
  const ending = await world.run(places["user list"].config);
  assert.equal(ending.exitCode, 0, describe(ending));
  await world.assertHeals(places["user list"].config);
});
