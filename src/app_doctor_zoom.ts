/**
 * What `doctor` and `init` ask Zoom.
 *
 * @module
 */
import { type Clock, systemClock } from "./core/clock.ts";
import type { Config } from "./core/config.ts";
import { addDays, type DateRange } from "./core/date_range.ts";
import { AuthError, NetworkError, toError, TransferError } from "./core/errors.ts";
import { ExitCode } from "./core/exit_code.ts";
import { failureFinding, type Finding, finding } from "./core/finding.ts";
import {
  createZoomProbe,
  type FoundFile,
  judgeScopes,
  kindOfScopes,
  type ListAnswer,
  type ScopeFinding,
  type ZoomProbe,
} from "./zoom/probe/mod.ts";
import { isServerTrouble } from "./zoom/mod.ts";

/** What asking Zoom needs besides the configuration. */
export interface ZoomCheckOptions {
  readonly signal: AbortSignal;
  readonly clock?: Clock;
  /** For each request. @default {20_000} */
  readonly requestTimeoutMs?: number | undefined;
  /** The proxy that the environment names, for hints: `HTTPS_PROXY "proxy.example:3128"`. */
  readonly proxy?: string | undefined;
}

/** What is known of the account so far. */
interface Visit extends ZoomCheckOptions {
  readonly config: Config;
  readonly probe: ZoomProbe;
}

/** Signs in, and looks at scopes, lists, the right to download, and the clock. What cannot be told is skipped. */
export async function* checkZoom(given: Config, options: ZoomCheckOptions): AsyncGenerator<Finding> {
  const config = { ...given, range: lastMonth(given.range) };
  const { clock = systemClock, requestTimeoutMs: timeoutMs } = options;
  await using probe = createZoomProbe({
    config,
    clock,
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
  });
  const visit: Visit = { ...options, config, probe };
  let scopes: readonly string[];
  try {
    scopes = await probe.signIn(options.signal);
  } catch (error) {
    options.signal.throwIfAborted();
    yield signInFailure(error, visit);
    return;
  }
  const count = scopes.length === 0 ? "" : `, ${scopes.length} ${kindOfScopes(scopes)} scopes`;
  yield finding("credentials", "ok", `Zoom accepts them${count}`);
  yield clockFinding(probe.clockSkewMs);
  let answer: ListAnswer;
  try {
    answer = await probe.askAccountList(config.range, options.signal);
  } catch (error) {
    options.signal.throwIfAborted();
    yield* scopeFindings(scopes, true);
    yield networkHint(failureFinding("account list", error), visit);
    return;
  }
  yield* scopeFindings(scopes, answer.isAllowed);
  yield accountListFinding(answer, scopes);
  yield* checkFiles(answer, visit);
}

/** Zoom answers for a month at most. */
function lastMonth({ from, to }: DateRange): DateRange {
  const monthBefore = addDays(to, -29);
  return { from: from > monthBefore ? from : monthBefore, to };
}

function signInFailure(error: unknown, visit: Visit): Finding {
  return networkHint(failureFinding(error instanceof AuthError ? "credentials" : "network", error), visit);
}

const somebodyElse =
  "look whether Zoom is well (status.zoom.us), and whether something else answers in its place " +
  "(ZOOM_API_URL and ZOOM_OAUTH_URL, a proxy, a network that wants a sign-in), then run doctor again";

/** What to do where Zoom does not answer as it should: a proxy that is configured is the first thing to look at. */
function networkHint(found: Finding, { proxy }: Visit): Finding {
  if (found.exitCode !== ExitCode.unavailable) return found;
  const through = proxy === undefined ? [] : [`the environment sends requests through ${proxy}`];
  return { ...found, remedy: [found.remedy ?? somebodyElse, ...through].join("; ") };
}

const tolerableSkewMs = 120_000;

function clockFinding(skewMs: number | undefined): Finding {
  if (skewMs === undefined) return finding("clock", "skipped", "Zoom's answers do not say what time it is");
  const seconds = Math.round(Math.abs(skewMs) / 1000);
  if (Math.abs(skewMs) <= tolerableSkewMs) return finding("clock", "ok", "agrees with Zoom's");
  const direction = skewMs > 0 ? "behind" : "ahead of";
  return finding(
    "clock",
    "warning",
    `this machine's clock is ${seconds} s ${direction} Zoom's: "today" may be another day`,
    "set the clock, best by NTP (timedatectl set-ntp true)",
  );
}

/** What comes in place of a file that may not be had; all else is the trouble of one file. */
const refusals: readonly string[] = ["html", "json_error", "redirect"];

/** One line per missing scope, or one for all of them. */
function* scopeFindings(scopes: readonly string[], isAccountListed: boolean): Generator<Finding> {
  if (scopes.length === 0) {
    yield finding("scopes", "skipped", "Zoom does not say which scopes the token carries");
    return;
  }
  const missing = judgeScopes(scopes).filter(({ isGranted }) => !isGranted);
  if (missing.length === 0) yield finding("scopes", "ok", "all that the program uses");
  for (const scope of missing) {
    const isFatal = scope.needed === "fallback" && !isAccountListed;
    const message =
      `"${scope.granularScope}" (older apps: "${scope.classicScope}") is missing, to ${scope.purpose}; ` +
      `without it ${isFatal ? "no run is possible, as the account-wide list is refused" : scope.without}`;
    const found = finding("scopes", "warning", message, scopeRemedy(scope));
    yield isFatal ? { ...found, level: "error", exitCode: ExitCode.auth } : found;
  }
}

function scopeRemedy({ needed }: ScopeFinding): string {
  const how =
    "add it on the app's Scopes page on marketplace.zoom.us, re-activate the app if asked to, and run again";
  return needed === "never" ? `to have it, ${how}` : how;
}

function accountListFinding(answer: ListAnswer, scopes: readonly string[]): Finding {
  if (answer.isAllowed) return finding("account list", "ok", "allowed: one call answers for all users");
  const isScopeMissing = scopes.length > 0 &&
    judgeScopes(scopes).some(({ opens, isGranted }) => opens === "account list" && !isGranted);
  if (isScopeMissing) return finding("account list", "skipped", "not open without the scope for it");
  return finding(
    "account list",
    "warning",
    "not open to this app: each user is asked, which takes more calls, and recordings of deleted users are not found",
    "many accounts cannot have it; those that can need the scope for it",
  );
}

/** Asks the users where the account list has shown no file, and downloads one byte of what was found. */
async function* checkFiles(answer: ListAnswer, visit: Visit): AsyncGenerator<Finding> {
  const { probe, config, signal } = visit;
  let file: FoundFile | undefined = answer.isAllowed ? answer.file : undefined;
  if (!answer.isAllowed) {
    try {
      file = await probe.askUsers(config.range, signal);
      yield finding("user lists", "ok", "users and their recordings can be listed");
    } catch (error) {
      signal.throwIfAborted();
      yield networkHint(failureFinding("user lists", error), visit);
      return;
    }
  }
  if (file === undefined) {
    const { from, to } = config.range;
    yield finding(
      "download",
      "skipped",
      `no file from ${from} to ${to} was found to try`,
      "the first run tells, and retries what is refused",
    );
    return;
  }
  try {
    await probe.readByte(file, signal);
    yield finding("download", "ok", "one byte of a recording came as it should");
  } catch (error) {
    signal.throwIfAborted();
    yield downloadFailure(error, visit);
  }
}

function downloadFailure(error: unknown, visit: Visit): Finding {
  const message = `a recording is listed and cannot be downloaded: ${
    toError(error).message.replace(/^Cannot /, "cannot ")
  }`;
  if (error instanceof NetworkError) return networkHint(failureFinding("download", error), visit);
  if (isServerTrouble(error)) return networkHint(failureFinding("download", error, { message }), visit);
  if (error instanceof TransferError && !refusals.includes(error.code)) {
    return finding(
      "download",
      "warning",
      message,
      "a run tries each file several times, and says which fail",
    );
  }
  return failureFinding("download", error, {
    message,
    remedy:
      "give the role of the app's owner Recording → view and View the recording content (User Management → Roles)",
    exitCode: ExitCode.auth,
  });
}
