import { completeConfig, type Config } from "../../core/config.ts";
import { isoDay } from "../../core/clock.ts";
import { UsageError } from "../../core/errors.ts";
import type { CliContext } from "../context.ts";
import type { OptionRow } from "../option_row.ts";
import { optionsOf } from "../options.ts";
import { parseOptionValue } from "../option_value.ts";
import { inFolder } from "../paths.ts";
import type { ResolvedOptions } from "../resolve_options.ts";
import type { Interview } from "./interview.ts";
import type { LineReader } from "./line_reader.ts";

/** What `init` wants to know. */
export interface Answers {
  readonly accountId: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly outputDir: string;
  /** Absent for the last 30 days at each run. */
  readonly fromDate?: string | undefined;
}

export type AccountAnswers = Pick<Answers, "accountId" | "clientId" | "clientSecret">;

function rowOf(long: string): OptionRow {
  const row = optionsOf("init").find((each) => each.long === long);
  if (row === undefined) throw new TypeError(`init has no option ${long}`);
  return row;
}

/** What flags, environment, `.env` and `--secret-stdin` say of the account. */
export async function givenAccount(
  options: ResolvedOptions,
  reader: LineReader,
): Promise<Partial<AccountAnswers>> {
  let clientSecret = options.text("client-secret");
  if (options.on("secret-stdin")) {
    clientSecret = (await reader.read({ isHidden: true })).trim();
    parseOptionValue(rowOf("client-secret"), clientSecret, "the client secret from standard input");
  }
  const given = { accountId: options.text("account-id"), clientId: options.text("client-id"), clientSecret };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

/**
 * All of the account, where nobody is asked.
 *
 * @throws {UsageError} Naming what is missing.
 */
export function requireAccount(given: Partial<AccountAnswers>): AccountAnswers {
  const { accountId, clientId, clientSecret } = given;
  if (accountId !== undefined && clientId !== undefined && clientSecret !== undefined) {
    return { accountId, clientId, clientSecret };
  }
  const missing = [
    ...(accountId === undefined ? ["--account-id"] : []),
    ...(clientId === undefined ? ["--client-id"] : []),
    ...(clientSecret === undefined ? ["ZOOM_CLIENT_SECRET (or --secret-stdin)"] : []),
  ];
  throw new UsageError(`Cannot ask for ${missing.join(", ")}: there is no terminal, or --yes was given`, {
    hint: "give them as flags, in the environment, or run zoom-extract init at a terminal",
  });
}

/** Asks for the account, what is known already being the preset. */
export async function askAccount(
  interview: Interview,
  given: Partial<AccountAnswers>,
): Promise<AccountAnswers> {
  const accountId = await interview.ask({
    label: "Account ID",
    preset: given.accountId,
    row: rowOf("account-id"),
  });
  const clientId = await interview.ask({
    label: "Client ID",
    preset: given.clientId,
    row: rowOf("client-id"),
  });
  const clientSecret = await interview.ask({
    label: "Client secret (not shown)",
    preset: given.clientSecret,
    ...(given.clientSecret === undefined ? {} : { presetText: "keep the one that is set" }),
    isHidden: true,
    row: rowOf("client-secret"),
  });
  return { accountId, clientId, clientSecret };
}

/** Folder and first day as given. */
export function givenPlaces(options: ResolvedOptions): Pick<Answers, "outputDir" | "fromDate"> {
  return {
    outputDir: options.text("output-dir") ?? "./zoom_recordings",
    fromDate: options.text("from-date"),
  };
}

/** Asks for folder and first day. */
export async function askPlaces(
  interview: Interview,
  given: Pick<Answers, "outputDir" | "fromDate">,
): Promise<Pick<Answers, "outputDir" | "fromDate">> {
  const outputDir = await interview.ask({
    label: "Folder of the archive",
    preset: given.outputDir,
    row: rowOf("output-dir"),
  });
  const fromDate = await interview.ask({
    label: "First day, YYYY-MM-DD",
    preset: given.fromDate ?? "",
    presetText: given.fromDate ?? "30 days before each run",
    row: rowOf("from-date"),
  });
  return { outputDir, fromDate: fromDate === "" ? undefined : fromDate };
}

/** The configuration with which to try these answers: the last 30 days, no plugins. */
export function trialConfig(
  account: AccountAnswers,
  { options, outputDir }: { options: ResolvedOptions; outputDir?: string },
  { cwd, clock }: Pick<CliContext, "cwd" | "clock">,
): Config {
  const apiUrl = options.text("api-url");
  const oauthUrl = options.text("oauth-url");
  const folder = inFolder(cwd, outputDir ?? "./zoom_recordings");
  return completeConfig({ credentials: account, apiUrl, oauthUrl, outputDir: folder }, clock.now());
}

/** The lines that `.env` gets. Defaults are left out unless something else was given for them. */
export function envValues(answers: Answers, options: ResolvedOptions): Map<string, string> {
  const values = new Map([
    ["ZOOM_ACCOUNT_ID", answers.accountId],
    ["ZOOM_CLIENT_ID", answers.clientId],
    ["ZOOM_CLIENT_SECRET", answers.clientSecret],
    ["ZOOM_OUTDIR", answers.outputDir],
  ]);
  if (answers.fromDate !== undefined) values.set("ZOOM_FROM", answers.fromDate);
  for (const long of ["api-url", "oauth-url"]) {
    const row = rowOf(long);
    const value = options.text(long);
    if (row.env !== undefined && value !== undefined && value !== row.default) values.set(row.env, value);
  }
  return values;
}

/** True when the first day lies before the 30 days that are counted anyway. */
export function isEarlier(fromDate: string | undefined, config: Config): fromDate is string {
  return fromDate !== undefined && fromDate < config.range.from &&
    fromDate <= isoDay(Date.parse(config.range.to));
}
