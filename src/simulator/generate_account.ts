import type { SimAccount, SimMeeting, SimUser } from "./account.ts";
import { type FileInput, simMeeting, simUser } from "./builders.ts";
import { mailDomain, people, topics } from "./_demo_people.ts";
import { createRandom, meetingUuid, type Random } from "./_random.ts";

/** How large an account to make up. */
export interface GenerateOptions {
  /** Same seed and same day, same account. @default {1} */
  readonly seed?: number;
  /** Users who have an id; a pending one comes on top. @default {5} */
  readonly users?: number;
  /** How far back meetings reach. @default {3} */
  readonly months?: number;
  /** Meetings in all. @default users × months × 4 */
  readonly meetings?: number;
  /** Files in all, spread evenly; as many as fit each meeting when absent. */
  readonly files?: number;
  /** Size of every file; sizes that fit the kind when absent. */
  readonly fileSizeBytes?: number;
  /** The present, in milliseconds since the epoch. @default {Date.now()} */
  readonly nowMs?: number;
}

const dayMs = 86_400_000;

/**
 * Makes up an account: people and topics in several scripts, users of every status, a recurring meeting, one
 * meeting in the trash and one still being processed. With `files` given, exactly so many files and nothing
 * in the trash or in processing.
 */
export function generateAccount(options: GenerateOptions = {}): SimAccount {
  const { seed = 1, users: userCount = 5, months = 3, nowMs = Date.now() } = options;
  const random = createRandom(seed);
  const today = Math.floor(nowMs / dayMs) * dayMs;
  const users = makeUsers(userCount, today);
  const hosts = users.filter((user) => user.status !== "pending");
  const count = hosts.length === 0 ? 0 : options.meetings ?? userCount * months * 4;
  const meetings: SimMeeting[] = [];
  for (let ordinal = 0; ordinal < count; ordinal++) {
    const host = hosts[ordinal % hosts.length];
    if (!host) break;
    const start = today - dayMs * random.int(2, Math.max(3, months * 30 - 1)) + quarterHour(random);
    const plan = { seed, ordinal, count, host, start: iso(start) };
    meetings.push(makeMeeting(random, plan, options));
  }
  if (options.files === undefined && options.meetings === undefined && hosts.length > 0) {
    addStates(meetings, { host: hosts[0], today });
  }
  return { users, meetings };
}

interface MeetingPlan {
  readonly seed: number;
  readonly ordinal: number;
  readonly count: number;
  readonly host: SimUser;
  readonly start: string;
}

function makeUsers(count: number, today: number): SimUser[] {
  const createdAt = iso(today - 900 * dayMs);
  const users = Array.from({ length: count }, (_, index) => {
    const round = Math.floor(index / people.length);
    const person = people[index % people.length];
    const mailbox = `${person?.mailbox ?? "user"}${round === 0 ? "" : round + 1}`;
    return simUser({
      email: `${mailbox}@${mailDomain}`,
      firstName: person?.firstName ?? "",
      lastName: person?.lastName ?? "",
      displayName: `${person?.firstName} ${person?.lastName}`,
      timezone: person?.timezone ?? "UTC",
      dept: person?.dept ?? "",
      type: index % 4 === 3 ? 1 : 2,
      // The last of at least three has left the company and still holds recordings.
      status: index >= 2 && index === count - 1 ? "inactive" : "active",
      createdAt,
    });
  });
  return [...users, simUser({ email: `new.colleague@${mailDomain}`, type: 1, status: "pending" })];
}

function makeMeeting(random: Random, plan: MeetingPlan, options: GenerateOptions): SimMeeting {
  const { seed, ordinal, count, host, start } = plan;
  const durationMinutes = random.int(3, 110);
  // Every sixth meeting is an occurrence of its host's weekly one.
  const isRecurring = ordinal % 6 === 0;
  const share = options.files === undefined ? undefined : Math.floor(options.files / count) +
    (ordinal < options.files % count ? 1 : 0);
  const files = share === undefined
    ? naturalFiles(random)
    : Array.from({ length: share }, (_, index) => evenFile(index));
  const size = options.fileSizeBytes === undefined ? {} : { sizeBytes: options.fileSizeBytes };
  return simMeeting({
    host,
    start,
    durationMinutes,
    uuid: meetingUuid(seed, "generated", ordinal),
    ...(isRecurring ? { id: recurringNumber(host), type: 8 } : { type: random.pick([1, 2, 2, 4]) }),
    topic: isRecurring ? "Weekly team meeting" : random.pick(topics),
    ...(random.chance(0.1) ? { autoDeleteDate: iso(Date.parse(start) + 180 * dayMs).slice(0, 10) } : {}),
    files: files.map((file) => ({ ...file, ...size })),
  });
}

/** The set of files that Zoom makes of one recording. */
function naturalFiles(random: Random): FileInput[] {
  const files: FileInput[] = [
    { fileType: "MP4", sizeBytes: random.int(30_000, 240_000) },
    { fileType: "M4A", sizeBytes: random.int(12_000, 60_000) },
    { fileType: "TIMELINE", sizeBytes: random.int(600, 2_500) },
  ];
  if (random.chance(0.7)) files.push({ fileType: "TRANSCRIPT", sizeBytes: random.int(900, 9_000) });
  if (random.chance(0.5)) files.push({ fileType: "CHAT", sizeBytes: random.int(150, 2_500) });
  if (random.chance(0.4)) {
    const sizeBytes = random.int(20_000, 160_000);
    files.push({ fileType: "MP4", recordingType: "gallery_view", sizeBytes });
  }
  if (random.chance(0.25)) {
    files.push({ fileType: "SUMMARY", sizeBytes: random.int(500, 1_500) });
    files.push({ fileType: "SUMMARY", recordingType: "summary_next_steps", sizeBytes: 600 });
  }
  if (random.chance(0.15)) files.push({ fileType: "CSV", sizeBytes: random.int(300, 900) });
  if (random.chance(0.15)) files.push({ fileType: "CC", sizeBytes: random.int(900, 4_000) });
  return files;
}

/** Kinds in turn, for accounts of an exact number of files. */
function evenFile(index: number): FileInput {
  const kinds: readonly FileInput[] = [
    { fileType: "MP4" },
    { fileType: "M4A" },
    { fileType: "TRANSCRIPT" },
    { fileType: "CHAT" },
    { fileType: "TIMELINE" },
    { fileType: "MP4", recordingType: "gallery_view" },
    { fileType: "SUMMARY" },
  ];
  return kinds[index % kinds.length] ?? { fileType: "MP4" };
}

/** One meeting in the trash, one being recorded, one being processed. */
function addStates(meetings: SimMeeting[], options: { host: SimUser | undefined; today: number }): void {
  const { host, today } = options;
  if (!host) return;
  meetings.push(
    simMeeting({
      host,
      start: iso(today - 9 * dayMs + 10 * 3_600_000),
      topic: "Deleted by mistake?",
      files: ["MP4", "M4A"],
      trashedAt: iso(today - 3 * dayMs),
    }),
    simMeeting({
      host,
      start: iso(today),
      topic: "Live right now",
      type: 1,
      files: [{ fileType: "", status: "processing", recordingEnd: "" }],
    }),
    simMeeting({
      host,
      start: iso(today - dayMs + 15 * 3_600_000),
      topic: "Fresh from this afternoon",
      files: ["MP4", "M4A", { fileType: "TRANSCRIPT", status: "processing" }],
    }),
  );
}

function recurringNumber(host: SimUser): number {
  return 90_000_000_000 + [...host.email].reduce((sum, char) => (sum * 31 + char.charCodeAt(0)) % 1e9, 7);
}

function quarterHour(random: Random): number {
  return random.int(28, 72) * 900_000;
}

function iso(epochMs: number): string {
  return new Date(epochMs).toISOString().replace(/\.\d{3}Z$/, "Z");
}
