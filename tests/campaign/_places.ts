import type { FaultTarget, SimulatorOptions } from "../../src/simulator/mod.ts";
import type { WorldConfig } from "./_fault_world.ts";
import { largeAccount, pagedAccount, smallAccount } from "./_small_account.ts";

/** A kind of request, and an account and a run in which it is made. */
export interface Place {
  readonly target: FaultTarget;
  readonly zoom: () => SimulatorOptions;
  readonly config: WorldConfig;
}

const byUsers = (): SimulatorOptions => ({ account: smallAccount(), accountList: "refused" });
const byRanges = {
  zoom: (): SimulatorOptions => ({ account: largeAccount() }),
  config: { segments: 4 },
} as const;
const byAccount = (): SimulatorOptions => ({ account: smallAccount() });

/** Every kind of request that a run makes. */
export const places = {
  token: { target: { on: "/oauth/token" }, zoom: byAccount, config: {} },
  users: { target: { on: "/users" }, zoom: byUsers, config: {} },
  "user list": { target: { on: "/users/*/recordings" }, zoom: byUsers, config: { discovery: "users" } },
  "second page": {
    target: { on: "/users/*/recordings", query: { next_page_token: "*" } },
    zoom: () => ({ account: pagedAccount(), quirks: { pageSizeIgnored: true } }),
    config: { discovery: "users" },
  },
  "account list": { target: { on: "/accounts/*/recordings" }, zoom: byAccount, config: {} },
  "only account list": {
    target: { on: "/accounts/*/recordings" },
    zoom: byAccount,
    config: { discovery: "account" },
  },
  meeting: {
    target: { on: "/meetings/*/recordings" },
    // The address in the list is refused for a while, so that the meeting has to be asked for another.
    zoom: () => ({ ...byAccount(), faults: [{ on: "/rec/*", do: "status", code: 404, times: 2 }] }),
    config: {},
  },
  audio: { target: { on: "/meetings/*/recordings" }, zoom: byAccount, config: { participantAudio: true } },
  trash: {
    target: { on: "/users/*/recordings", query: { trash: "true" } },
    zoom: byAccount,
    config: { includeTrash: true },
  },
  download: { target: { on: "/rec/*" }, zoom: byAccount, config: {} },
  storage: { target: { on: "/storage/*" }, zoom: byAccount, config: {} },
  // The first range passes, so that it is one of several side by side that meets the fault.
  "download of a range": { target: { on: "/rec/*", after: 1 }, ...byRanges },
  "storage of a range": { target: { on: "/storage/*", after: 1 }, ...byRanges },
} as const satisfies Readonly<Record<string, Place>>;

/** A name in {@linkcode places}. */
export type PlaceName = keyof typeof places;
