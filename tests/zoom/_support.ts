import { completeConfig, type Config } from "../../src/core/config.ts";
import type { WindowProof } from "../../src/core/events.ts";
import type { FileRef, Listed, ListRequest, ZoomAccount } from "../../src/core/listing.ts";
import type { ListedMeeting } from "../../src/core/recording.ts";
import { compileUserFilter } from "../../src/core/user_filter.ts";
import { type Simulator, type SimulatorOptions, startSimulator } from "../../src/simulator/mod.ts";
import { createZoomAccount } from "../../src/zoom/mod.ts";
import { type TestClock, testClock } from "../http/_support.ts";

export { startMs, testClock } from "../http/_support.ts";

/** A simulated account and the client under test, which share a clock. */
export interface AccountUnderTest extends AsyncDisposable {
  readonly zoom: Simulator;
  readonly account: ZoomAccount;
  readonly clock: TestClock;
}

/** The clock stands at 2024-05-02T12:00:00Z and moves when somebody sleeps. */
export async function startAccount(
  options: SimulatorOptions & { config?: Partial<Config>; timeoutMs?: number } = {},
): Promise<AccountUnderTest> {
  const { config, timeoutMs, ...simulation } = options;
  const clock = testClock();
  const zoom = await startSimulator({ now: clock.now, ...simulation });
  const { credentials, apiUrl, oauthUrl } = zoom;
  const account = createZoomAccount({
    config: { ...completeConfig({ credentials, apiUrl, oauthUrl, apiPlan: "business" }), ...config },
    clock,
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
  });
  return {
    zoom,
    account,
    clock,
    async [Symbol.asyncDispose]() {
      await account[Symbol.asyncDispose]();
      await zoom[Symbol.asyncDispose]();
    },
  };
}

/** April 2024, newest first, everybody. */
export function listRequest(changes: Partial<ListRequest> = {}): ListRequest {
  return {
    range: { from: "2024-04-01", to: "2024-04-30" },
    discovery: "auto",
    userFilter: compileUserFilter([]),
    includeTrash: false,
    participantAudio: false,
    direction: "newest",
    uncovered: (_scope, range) => [range],
    signal: new AbortController().signal,
    ...changes,
  };
}

/** What a listing told, sorted by kind. */
export interface Listing {
  readonly events: readonly Listed[];
  /** By uuid, as it came last. */
  readonly meetings: ReadonlyMap<string, ListedMeeting>;
  readonly trash: readonly Extract<Listed, { type: "trash" }>[];
  readonly proofs: readonly WindowProof[];
  readonly unproven: readonly WindowProof[];
  readonly failed: readonly Extract<Listed, { type: "failed" }>[];
  readonly warnings: readonly Extract<Listed, { type: "warning" }>[];
  readonly modes: readonly string[];
}

export async function listAll(account: ZoomAccount, changes: Partial<ListRequest> = {}): Promise<Listing> {
  const events: Listed[] = [];
  for await (const listed of account.list(listRequest(changes))) events.push(listed);
  const of = <T extends Listed["type"]>(type: T) =>
    events.filter((listed): listed is Extract<Listed, { type: T }> => listed.type === type);
  const proofs = of("window").map(({ proof }) => proof);
  return {
    events,
    meetings: new Map(of("meetings").flatMap(({ meetings }) => meetings).map((m) => [m.uuid, m])),
    trash: of("trash"),
    proofs,
    unproven: proofs.filter(({ proven }) => !proven),
    failed: of("failed"),
    warnings: of("warning"),
    modes: of("discovery").map(({ mode }) => mode),
  };
}

/** The only file of the only meeting of an account, as the pipeline would ask for it. */
export async function onlyFile(account: ZoomAccount): Promise<FileRef> {
  const { meetings } = await listAll(account);
  const [meeting] = meetings.values();
  const [file] = meeting?.files ?? [];
  if (meeting === undefined || file === undefined) throw new Error("the account has no file");
  return {
    meetingUuid: meeting.uuid,
    meetingStart: meeting.startTime,
    key: file.key,
    id: file.id,
    fileExtension: file.fileExtension,
    downloadUrl: file.downloadUrl,
  };
}

/** The rejection of a promise; fails when there is none. */
export async function rejection(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error("it was not refused");
}
