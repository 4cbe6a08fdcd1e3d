import { noPlugins, type PluginConfig } from "./plugin_config.ts";
import { isoDay } from "./clock.ts";
import { addDays, type DateRange } from "./date_range.ts";

/** Server-to-Server OAuth credentials of the Zoom app. */
export interface Credentials {
  /** Account id of the app, not the account number. */
  readonly accountId: string;
  /** User name of the token request. */
  readonly clientId: string;
  /** Its password. A secret. */
  readonly clientSecret: string;
}

/** In which order files are fetched. */
export type Order = "newest" | "oldest" | "expiring" | "smallest";

/** Which listings are asked: account-wide, user by user, or whatever proves completeness. */
export type Discovery = "auto" | "account" | "users";

/** Plan of the Zoom account, which decides its rate limits. */
export type ApiPlan = "free" | "pro" | "business";

/** Least severe message that is shown. */
export type LogLevel = "DEBUG" | "INFO" | "WARNING" | "ERROR";

/** Everything one run needs to know, resolved once and never changed. */
export interface Config {
  /** Of the Server-to-Server OAuth app. */
  readonly credentials: Credentials;
  /** Base of the API, without a trailing slash. @default {"https://api.zoom.us/v2"} */
  readonly apiUrl: string;
  /** Token endpoint. @default {"https://zoom.us/oauth/token"} */
  readonly oauthUrl: string;
  /** Root of the archive. @default {"./zoom_recordings"} */
  readonly outputDir: string;
  /** E-mails or ids, `*` wildcards, `!` excludes; empty means everybody. @default {[]} */
  readonly userFilter: readonly string[];
  /** Days to cover, UTC, inclusive. @default {the last 30 days} */
  readonly range: DateRange;
  /** Parallel downloads, 1 to 64, or `auto` (2 to 16, by what the line gives). @default {"auto"} */
  readonly maxConcurrent: number | "auto";
  /** Connections for one large file, 1 to 16, or `auto` (those that no other file needs). @default {"auto"} */
  readonly segments: number | "auto";
  /** Also list the trash. @default {false} */
  readonly includeTrash: boolean;
  /** List, filter, plan; download nothing and create nothing. @default {false} */
  readonly dryRun: boolean;
  /** Continue the last interrupted run: its range and filters. @default {false} */
  readonly resume: boolean;
  /** Milliseconds without a byte before an attempt is given up. @default {300_000} */
  readonly idleTimeoutMs: number;
  /** Bytes per write, 64 KiB to 64 MiB. @default {8_388_608} */
  readonly chunkSizeBytes: number;
  /** File types to fetch, upper case; empty means all. @default {[]} */
  readonly types: readonly string[];
  /** File types not to fetch, upper case. @default {[]} */
  readonly excludeTypes: readonly string[];
  /** Ceiling for all transfers together. @default {none} */
  readonly limitRateBytesPerSecond?: number;
  /** Stop cleanly after this time. @default {none} */
  readonly maxDurationMs?: number;
  /** Stop cleanly after this many bytes. @default {none} */
  readonly maxTransferBytes?: number;
  /** Space to leave free on the disk of the archive. @default {1 GiB} */
  readonly minFreeSpaceBytes: number;
  /** Which files come first. @default {"newest"} */
  readonly order: Order;
  /** Which listings are asked. @default {"auto"} */
  readonly discovery: Discovery;
  /** Ask for per-participant audio, one more call per meeting. @default {false} */
  readonly participantAudio: boolean;
  /** Allow the token in the query of a download as the last resort. @default {false} */
  readonly allowQueryToken: boolean;
  /** Plan of the Zoom account, which decides its rate limits. @default {"pro"} */
  readonly apiPlan: ApiPlan;
  /** List windows again that were proven by earlier runs. @default {false} */
  readonly relist: boolean;
  /** Days before today that are listed again by every run, 0 to 365. @default {14} */
  readonly lookbackDays: number;
  /** Take the inventory's word for what is held: files may be elsewhere, nobody looks on disk. @default {false} */
  readonly trustInventory: boolean;
  /** Which plugins take part. @default {none} */
  readonly plugins: PluginConfig;
}

/** What a caller has to give: credentials; everything else has a default. */
export type PartialConfig =
  & { readonly credentials: Credentials }
  & { readonly [K in Exclude<keyof Config, "credentials" | "plugins">]?: Config[K] | undefined }
  & { readonly plugins?: Partial<PluginConfig> | undefined };

/** Days covered when no range is given: `YYYY-MM-DD` of 30 days ago, until today, UTC. */
export function defaultRange(nowMs: number): DateRange {
  const to = isoDay(nowMs);
  return { from: addDays(to, -30), to };
}

/** Fills in every default. */
export function completeConfig(given: PartialConfig, nowMs: number = Date.now()): Config {
  const defaults: Omit<Config, "credentials"> = {
    apiUrl: "https://api.zoom.us/v2",
    oauthUrl: "https://zoom.us/oauth/token",
    outputDir: "./zoom_recordings",
    userFilter: [],
    range: defaultRange(nowMs),
    maxConcurrent: "auto",
    segments: "auto",
    includeTrash: false,
    dryRun: false,
    resume: false,
    idleTimeoutMs: 300_000,
    chunkSizeBytes: 8 * 1024 ** 2,
    types: [],
    excludeTypes: [],
    minFreeSpaceBytes: 1024 ** 3,
    order: "newest",
    discovery: "auto",
    participantAudio: false,
    allowQueryToken: false,
    apiPlan: "pro",
    relist: false,
    lookbackDays: 14,
    trustInventory: false,
    plugins: noPlugins,
  };
  const stated = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  return { ...defaults, ...stated, plugins: { ...noPlugins, ...given.plugins } } as Config;
}
