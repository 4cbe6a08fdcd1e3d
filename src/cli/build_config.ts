import { isoDay } from "../core/clock.ts";
import {
  type ApiPlan,
  completeConfig,
  type Config,
  type Credentials,
  type Discovery,
  type Order,
} from "../core/config.ts";
import { addDays, type DateRange } from "../core/date_range.ts";
import { UsageError } from "../core/errors.ts";
import { inFolder } from "./paths.ts";
import { buildPluginConfig, type PluginPlace } from "./plugin_config.ts";
import { optionRows } from "./options.ts";
import type { ResolvedOptions } from "./resolve_options.ts";

/**
 * The run's configuration.
 *
 * @throws {UsageError} When options contradict each other, or credentials are missing.
 */
export function buildConfig(
  options: ResolvedOptions,
  place: {
    nowMs: number;
    /** Told instead of throwing, for a command that can do something without. */
    onMissingCredentials?: (error: UsageError) => void;
  } & PluginPlace,
): Config {
  const { nowMs, cwd } = place;
  const range = dateRange(options, isoDay(nowMs));
  checkTypes(options);
  const outputDir = options.text("output-dir");
  return completeConfig({
    credentials: credentials(options, place.onMissingCredentials),
    apiUrl: options.text("api-url"),
    oauthUrl: options.text("oauth-url"),
    outputDir: outputDir === undefined ? undefined : inFolder(cwd, outputDir),
    userFilter: options.list("user-filter"),
    range,
    maxConcurrent: options.number("max-concurrent") ?? "auto",
    segments: options.number("segments") ?? "auto",
    includeTrash: options.on("include-trash"),
    dryRun: options.on("dry-run"),
    resume: options.on("resume"),
    idleTimeoutMs: options.number("download-timeout"),
    chunkSizeBytes: options.number("chunk-size"),
    types: options.list("types"),
    excludeTypes: options.list("exclude-types"),
    limitRateBytesPerSecond: options.number("limit-rate"),
    maxDurationMs: options.number("max-duration"),
    maxTransferBytes: options.number("max-transfer"),
    minFreeSpaceBytes: options.number("min-free-space"),
    order: options.text("order") as Order | undefined,
    discovery: options.text("discovery") as Discovery | undefined,
    participantAudio: options.on("participant-audio"),
    allowQueryToken: options.on("allow-query-token"),
    apiPlan: options.text("api-plan") as ApiPlan | undefined,
    relist: options.on("relist"),
    lookbackDays: options.number("lookback"),
    trustInventory: options.on("trust-inventory"),
    plugins: buildPluginConfig(options, place),
  }, nowMs);
}

/** Both ends given, or one of them and its default: today, or 30 days before today, or before an earlier end. */
function dateRange(options: ResolvedOptions, today: string): DateRange {
  const from = options.text("from-date");
  const to = options.text("to-date");
  const end = to ?? today;
  const range = { from: from ?? addDays(end < today ? end : today, -30), to: end };
  if (range.from <= range.to) return range;
  const bound = to === undefined ? `today, ${today}` : `${options.label("to-date")} "${to}"`;
  throw new UsageError(`Cannot use ${options.label("from-date")} "${range.from}": after ${bound}`, {
    option: "from-date",
    value: range.from,
    hint: "the first day comes first",
  });
}

function checkTypes(options: ResolvedOptions): void {
  const types = options.list("types");
  const excluded = options.list("exclude-types");
  if (!types || !excluded || !types.every((type) => excluded.includes(type))) return;
  const value = excluded.join(",");
  throw new UsageError(`Cannot use ${options.label("exclude-types")} "${value}": nothing would be left`, {
    option: "exclude-types",
    value,
    hint: `${options.label("types")} asks for ${types.join(",")} only`,
  });
}

function credentials(options: ResolvedOptions, onMissing?: (error: UsageError) => void): Credentials {
  const names = ["account-id", "client-id", "client-secret"] as const;
  const missing = names.filter((name) => options.text(name) === undefined)
    .map((name) => optionRows.find((row) => row.long === name)?.env ?? name);
  if (missing.length > 0) {
    const verb = missing.length === 1 ? "is" : "are";
    const error = new UsageError(`Cannot sign in: ${missing.join(", ")} ${verb} not set`, {
      option: missing[0] ?? "",
      hint:
        "zoom-extract init asks for them and writes .env; or set the variables yourself, as env.example shows",
    });
    if (onMissing === undefined) throw error;
    onMissing(error);
  }
  return {
    accountId: options.text("account-id") ?? "",
    clientId: options.text("client-id") ?? "",
    clientSecret: options.text("client-secret") ?? "",
  };
}
