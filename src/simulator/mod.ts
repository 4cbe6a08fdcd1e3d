/**
 * A simulated Zoom account: tokens, users, recording lists, meetings, trash, downloads from a second host, rate
 * limits, every known oddity and any fault, on two ports of 127.0.0.1.
 *
 * It stands alone: it knows nothing of the client that talks to it, keeps nothing on disk, and derives
 * everything from a seed. Demonstrations, plugin authors and the tests all run against it.
 *
 * @example A meeting with two files, and one broken download
 * ```ts
 * import { simAccount, simMeeting, simUser, startSimulator } from "./mod.ts";
 * import { extract } from "zoom-extract";
 *
 * const ana = simUser({ email: "ana@example.test" });
 * const start = "2024-05-02T14:00:00Z";
 * await using zoom = await startSimulator({
 *   account: simAccount({
 *     users: [ana],
 *     meetings: [simMeeting({ host: ana, start, topic: "Plan", files: ["MP4", "CHAT"] })],
 *   }),
 *   faults: [{ on: "/rec/*", do: "cutAfter", bytes: 4096, times: 1 }],
 * });
 * const { files } = await extract({
 *   ...{ credentials: zoom.credentials, apiUrl: zoom.apiUrl, oauthUrl: zoom.oauthUrl },
 *   range: { from: "2024-05-01", to: "2024-05-03" },
 *   outputDir: await Deno.makeTempDir(),
 * });
 * if (files.downloaded !== 2 || zoom.count("/oauth/token") !== 1) throw new Error("not as expected");
 * ```
 *
 * @module
 */
export type { SimAccount, SimFile, SimMeeting, SimUser } from "./account.ts";
export {
  type FileInput,
  type MeetingInput,
  simAccount,
  simFile,
  simMeeting,
  simUser,
  type UserInput,
} from "./builders.ts";
export { generateAccount, type GenerateOptions } from "./generate_account.ts";
export { type FaultEffect, faultKinds, type FaultRule, type FaultTarget, parseFaults } from "./faults.ts";
export { allQuirks, noQuirks, type Occasion, type Quirks } from "./quirks.ts";
export {
  allScopes,
  type Credentials,
  demoCredentials,
  type RateLabel,
  type SimulatorOptions,
} from "./options.ts";
export { observeSimulators, type SimulatorObserver } from "./_observers.ts";
export type { RecordedRequest } from "./_request_log.ts";
export type { TruthFile, TruthOptions } from "./_truth.ts";
export { type Simulator, startSimulator } from "./simulator.ts";
