import type { SimAccount } from "./account.ts";
import type { FaultRule } from "./faults.ts";
import type { Quirks } from "./quirks.ts";
import { noQuirks } from "./quirks.ts";
import { generateAccount } from "./generate_account.ts";
import { addOddities } from "./_oddities.ts";

/** A Server-to-Server app's credentials. */
export interface Credentials {
  /** Of the credentials page, not the account number. */
  readonly accountId: string;
  /** User name of the Basic authentication. */
  readonly clientId: string;
  /** Its password. */
  readonly clientSecret: string;
}

/** Rate label of an endpoint. */
export type RateLabel = "Light" | "Medium" | "Heavy";

/** How to simulate; all optional. */
export interface SimulatorOptions {
  /** What everything derives from. @default {1} */
  readonly seed?: number;
  /** Users of the generated account. @default {5} */
  readonly users?: number;
  /** Months that the generated account reaches back. @default {3} */
  readonly months?: number;
  /** The account itself, instead of a generated one. It is not copied, and some quirks add to it. */
  readonly account?: SimAccount;
  /** Port of the API; 0 takes a free one. @default {0} */
  readonly port?: number;
  /** Oddities to switch on. @default {noQuirks} */
  readonly quirks?: Partial<Quirks>;
  /** Faults from the start on; more can be added while it runs. */
  readonly faults?: readonly FaultRule[];
  /** Whose rate limits apply. @default {"unlimited"} */
  readonly plan?: "free" | "pro" | "business" | "unlimited";
  /** Daily limits instead of those of the plan. */
  readonly dailyLimits?: Partial<Record<RateLabel, number>>;
  /** What the token endpoint accepts. @default fixed values */
  readonly credentials?: Credentials;
  /** Scopes that tokens carry, classic or granular. @default all that the simulator knows, granular */
  readonly scopes?: readonly string[];
  /** `partial` leaves out about every third meeting and counts it in `total_records`. @default {"allowed"} */
  readonly accountList?: "allowed" | "refused" | "partial";
  /** Wait before each answer of the API's origin, redirects of downloads included. @default {0} */
  readonly latencyMs?: number;
  /** Wait before each answer of the storage origin. @default {0} */
  readonly storageLatencyMs?: number;
  /** How long an access token is good. @default {3600} */
  readonly tokenLifetimeSeconds?: number;
  /** How long a page token is good. @default {900} */
  readonly pageTokenLifetimeSeconds?: number;
  /** How long an address on the storage host is good. @default {3600} */
  readonly signedUrlLifetimeSeconds?: number;
  /** Milliseconds since the epoch. @default {Date.now} */
  readonly now?: () => number;
  /** Folder of real files to serve instead of generated ones, chosen by extension. */
  readonly mediaDir?: string;
}

/** {@linkcode SimulatorOptions} with every default filled in. */
export interface Settings {
  readonly seed: number;
  readonly account: SimAccount;
  readonly port: number;
  readonly quirks: Quirks;
  readonly plan: "free" | "pro" | "business" | "unlimited";
  readonly dailyLimits: Partial<Record<RateLabel, number>>;
  readonly credentials: Credentials;
  readonly scopes: readonly string[];
  readonly accountList: "allowed" | "refused" | "partial";
  readonly latencyMs: number;
  readonly storageLatencyMs: number;
  readonly tokenLifetimeSeconds: number;
  readonly pageTokenLifetimeSeconds: number;
  readonly signedUrlLifetimeSeconds: number;
  readonly now: () => number;
}

/** Accepted unless others are given; they work nowhere but here. */
export const demoCredentials: Credentials = {
  accountId: "simulated-account",
  clientId: "simulated-client",
  clientSecret: "simulated-Secret-9vT2kQ7mX4",
};

/** Granular scopes for every call that the simulator answers (Zoom API reference, granular scopes). */
export const allScopes: readonly string[] = [
  "user:read:list_users:admin",
  "user:read:user:admin",
  "cloud_recording:read:list_user_recordings:admin",
  "cloud_recording:read:list_recording_files:admin",
  "cloud_recording:read:recording_settings:admin",
  "cloud_recording:read:list_account_recordings:admin",
  "cloud_recording:delete:meeting_recording:admin",
  "cloud_recording:delete:recording_file:admin",
  "cloud_recording:update:recover_meeting_recordings:admin",
  "cloud_recording:update:recover_single_recording:admin",
];

/** Fills in the defaults, generates the account and adds what the quirks call for. */
export function resolveSettings(options: SimulatorOptions): Settings {
  const { seed = 1, users = 5, months = 3, now = Date.now } = options;
  const quirks: Quirks = { ...noQuirks, ...options.quirks };
  const account = options.account ?? generateAccount({ seed, users, months, nowMs: now() });
  addOddities(account, { quirks, nowMs: now() });
  return {
    seed,
    account,
    quirks,
    now,
    port: options.port ?? 0,
    plan: options.plan ?? "unlimited",
    dailyLimits: options.dailyLimits ?? {},
    credentials: options.credentials ?? demoCredentials,
    scopes: options.scopes ?? allScopes,
    accountList: options.accountList ?? "allowed",
    latencyMs: options.latencyMs ?? 0,
    storageLatencyMs: options.storageLatencyMs ?? 0,
    tokenLifetimeSeconds: options.tokenLifetimeSeconds ?? 3600,
    pageTokenLifetimeSeconds: options.pageTokenLifetimeSeconds ?? 900,
    signedUrlLifetimeSeconds: options.signedUrlLifetimeSeconds ?? 3600,
  };
}
