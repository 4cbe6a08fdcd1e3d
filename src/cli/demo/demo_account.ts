import {
  type FaultRule,
  generateAccount,
  type SimAccount,
  simMeeting,
  type Simulator,
  startSimulator,
} from "../../simulator/mod.ts";

/** How large the demonstration is. */
export interface DemoScale {
  /** @default {4} */
  readonly users?: number;
  /** @default {3} */
  readonly months?: number;
  /** Size of its few large videos. @default {6 MiB} */
  readonly videoBytes?: number;
  /** Wait before each answer. @default {15} */
  readonly latencyMs?: number;
}

const dayMs = 86_400_000;

/** The first listing is refused for going too fast, and one video breaks off in the middle. */
export const demoFaults: readonly FaultRule[] = [
  { on: "/accounts/*/recordings", do: "status", code: 429, retryAfter: 1, times: 1 },
  { on: "/rec/*", do: "cutAfter", bytes: 20_000, after: 4, times: 1 },
];

/** Starts a small account with what makes real ones hard. */
export async function startDemoAccount(nowMs: number, scale: DemoScale = {}): Promise<Simulator> {
  const startedMs = performance.now();
  const account = generateAccount({ seed: 7, users: scale.users ?? 4, months: scale.months ?? 3, nowMs });
  addOddNames(account, nowMs);
  enlargeVideos(account, scale.videoBytes ?? 6 * 1024 ** 2);
  return await startSimulator({
    seed: 7,
    account,
    faults: demoFaults,
    latencyMs: scale.latencyMs ?? 15,
    quirks: { slashUuids: true, missingFileIds: true, topicsDifferByCase: true },
    now: () => nowMs + Math.round(performance.now() - startedMs),
  });
}

const oddTopics = [
  'Q3/Q4 Plan: "final" <v2>?',
  "🎉 Launch party 発表会",
  '=HYPERLINK("http://example.com")',
  "../../etc/passwd",
  "CON",
];

function addOddNames(account: SimAccount, nowMs: number): void {
  const hosts = account.users.filter((user) => user.status === "active");
  for (const [index, topic] of oddTopics.entries()) {
    const host = hosts[index % Math.max(1, hosts.length)];
    if (!host) return;
    const start = new Date(nowMs - (index * 9 + 4) * dayMs).toISOString().replace(/\.\d{3}Z$/, "Z");
    account.meetings.push(simMeeting({ host, start, topic, files: ["MP4", "TRANSCRIPT", "CHAT"] }));
  }
}

/** Every eighth meeting gets a video large enough to be seen coming in. */
function enlargeVideos(account: SimAccount, videoBytes: number): void {
  for (const [index, meeting] of account.meetings.entries()) {
    const video = meeting.files?.find((file) => file.fileType === "MP4" && file.status === "completed");
    if (video && index % 8 === 0) video.sizeBytes = videoBytes + index * 40_961;
  }
}
