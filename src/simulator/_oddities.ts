import type { SimAccount, SimMeeting, SimUser } from "./account.ts";
import { type FileInput, simMeeting, simUser } from "./builders.ts";
import { mailDomain, participants } from "./_demo_people.ts";
import type { Quirks } from "./quirks.ts";

const dayMs = 86_400_000;

interface OddityContext {
  readonly account: SimAccount;
  readonly host: SimUser;
  readonly nowMs: number;
  /** Adds a meeting of the host, `daysAgo` before today. */
  add(daysAgo: number, meeting: Partial<Parameters<typeof simMeeting>[0]>): SimMeeting;
}

/** Adds to the account what the quirks call for: one meeting or user each, hosted by the first active user. */
export function addOddities(
  account: SimAccount,
  options: { readonly quirks: Quirks; readonly nowMs: number },
): void {
  const { quirks, nowMs } = options;
  const wanted = Object.entries(oddities).filter(([name]) => quirks[name as keyof typeof oddities]);
  if (wanted.length === 0) return;
  const context = createContext(account, nowMs);
  for (const [, addTo] of wanted) addTo(context);
}

function createContext(account: SimAccount, nowMs: number): OddityContext {
  let host = account.users.find((user) => user.status === "active");
  if (!host) {
    host = simUser({ email: `odd@${mailDomain}` });
    account.users.push(host);
  }
  const known = host;
  return {
    account,
    host,
    nowMs,
    add(daysAgo, meeting) {
      const start = startOf(nowMs, daysAgo);
      const added = simMeeting({ host: known, start, ...meeting });
      account.meetings.push(added);
      return added;
    },
  };
}

/** Noon of a day before today. */
function startOf(nowMs: number, daysAgo: number): string {
  return iso(Math.floor(nowMs / dayMs) * dayMs - daysAgo * dayMs + dayMs / 2);
}

const bareFile = { id: null, status: null, listedSize: null, recordingType: null, hasPlayUrl: false };

/** What each quirk of the account adds. */
const oddities = {
  missingFileIds({ add }) {
    add(4, {
      topic: "Old captions",
      files: [
        "MP4",
        { fileType: "CC", ...bareFile },
        { fileType: "CC", ...bareFile, sizeBytes: 1_300 },
        { fileType: "TIMELINE", ...bareFile },
      ],
    });
  },
  duplicateSegments({ add, nowMs }) {
    const start = Date.parse(startOf(nowMs, 5));
    const segment = (minutes: number): FileInput[] => {
      const times = {
        recordingStart: iso(start + minutes * 60_000),
        recordingEnd: iso(start + (minutes + 9) * 60_000),
      };
      return [{ fileType: "MP4", ...times }, { fileType: "M4A", ...times }, { fileType: "CHAT", ...times }];
    };
    const twins: FileInput[] = [{ fileType: "MP4", sizeBytes: 9_100 }, { fileType: "MP4", sizeBytes: 9_200 }];
    add(5, { topic: "Stopped and restarted", files: [...segment(0), ...segment(15), ...twins] });
  },
  sharedFileIds({ add }) {
    const file = { fileType: "MP4", id: "5A4D0D0C-0000-4000-8000-51A9ED000001" };
    add(6, { topic: "Shared id, first", files: [file] });
    add(7, { topic: "Shared id, second", files: [file] });
  },
  meetingInProgress({ add }) {
    add(0, {
      topic: "Still recording",
      type: 1,
      files: [{ fileType: "", status: "processing", recordingEnd: "" }],
    });
  },
  meetingWithoutFiles({ add }) {
    add(8, { topic: "Too short", durationMinutes: 0, files: "none" });
  },
  emptyTopic({ add }) {
    add(9, { topic: "" });
    delete add(9, { topic: "(to be removed)" }).topic;
  },
  oddTopics({ add }) {
    for (const [index, topic] of oddTopics.entries()) add(10 + index % 9, { topic, files: ["MP4", "CHAT"] });
  },
  topicsDifferByCase({ add }) {
    for (const topic of ["Status Report", "STATUS REPORT"]) add(11, { id: 81_111_111_111, topic });
  },
  slashUuids({ add }) {
    for (const uuid of ["/aB3//x+Q==", "/abcDEF123==", "abc//DEF==", "mid/dle+plus=="]) {
      add(12, { uuid, topic: `uuid ${uuid}`, participantAudio: [audioOf(0)] });
    }
  },
  emptyTimezone({ add }) {
    add(13, { topic: "Nowhere in particular", timezone: "", durationMinutes: 0 });
  },
  unknownFileType({ add }) {
    add(14, {
      topic: "From the future",
      files: [
        "MP4",
        { fileType: "HOLOGRAM", fileExtension: "HOLO", recordingType: "hologram_view" },
        "THUMBNAIL",
      ],
    });
  },
  zeroByteChat({ add }) {
    add(15, { topic: "Nobody wrote", files: ["MP4", { fileType: "CHAT", sizeBytes: 0 }] });
  },
  ccRecordingType({ add }) {
    const view = "shared_screen_with_speaker_view";
    const files = [view, `${view}(CC)`].map((recordingType) => ({ fileType: "MP4", recordingType }));
    add(16, { topic: "With captions burnt in", files });
  },
  sameNumberOccurrences({ add }) {
    for (const daysAgo of [17, 24, 31]) add(daysAgo, { id: 82_222_222_222, type: 4, topic: "Personal room" });
  },
  lateTranscript({ add, nowMs }) {
    const late = { fileType: "TRANSCRIPT", availableAt: iso(nowMs + dayMs) };
    add(2, { topic: "Transcript to follow", files: ["MP4", late] });
  },
  participantAudio({ add }) {
    const participantAudio = participants.map((_, index) => audioOf(index));
    add(18, { topic: "Everybody apart", files: ["MP4", "M4A"], participantAudio });
  },
  onPremiseFile({ add }) {
    add(19, { topic: "In the basement", files: ["MP4", { fileType: "M4A", filePath: "/mnt/rec/1.m4a" }] });
  },
  trashedMeeting({ add, nowMs }) {
    add(20, { topic: "Thrown away", files: ["MP4", "M4A"], trashedAt: iso(nowMs - 2 * dayMs) });
  },
  trashedFile({ add, nowMs }) {
    const trashed = { fileType: "M4A", trashedAt: iso(nowMs - dayMs) };
    add(21, { topic: "One file thrown away", files: ["MP4", trashed] });
  },
  forbiddenUser: (context) => addHost(context, { mailbox: "forbidden", recordings: "forbidden" }),
  missingUser: (context) => addHost(context, { mailbox: "missing", recordings: "missing" }),
  departedHost: (context) => addHost(context, { mailbox: "departed", status: "departed" }),
  inactiveHost: (context) => addHost(context, { mailbox: "inactive", status: "inactive" }),
} satisfies Partial<Record<keyof Quirks, (context: OddityContext) => void>>;

function addHost(context: OddityContext, user: Partial<SimUser> & { readonly mailbox: string }): void {
  const { mailbox, ...rest } = user;
  const host = simUser({ email: `${mailbox}@${mailDomain}`, firstName: mailbox, ...rest });
  context.account.users.push(host);
  context.add(22, { host, topic: `Recorded by ${mailbox}`, files: ["MP4", "TRANSCRIPT"] });
}

function audioOf(index: number): FileInput {
  const name = participants[index] ?? participants[0];
  return { fileType: "M4A", fileName: `Audio only - ${name}.m4a`, sizeBytes: 3_000 + index };
}

const oddTopics: readonly string[] = [
  "👩🏽‍🚀 Launch 🚀🚀",
  'a/b\\c:d*e?f"g<h>i|j',
  "اجتماع \u202egpj.exe",
  `${"A very long topic that goes on and on ".repeat(8)}`.slice(0, 300),
  "漢字".repeat(150),
  "CON",
  "nul.txt",
  "trailing dots...",
  " leading and trailing space ",
  '=HYPERLINK("http://example.test","click")',
  "..",
  "../../etc/passwd",
  "line\nbreak\tand\u0000null",
  "Cafe\u0301 decomposed",
  "Café decomposed",
  "100% #hashtag & %2F",
];

function iso(epochMs: number): string {
  return new Date(epochMs).toISOString().replace(/\.\d{3}Z$/, "Z");
}
