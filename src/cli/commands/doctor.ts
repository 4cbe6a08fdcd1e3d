import { formatCount } from "../../core/units.ts";
import { ExitCode } from "../../core/exit_code.ts";
import { UsageError } from "../../core/errors.ts";
import { failureFinding, type Finding, finding } from "../../core/finding.ts";
import { buildConfig } from "../build_config.ts";
import type { CliContext } from "../context.ts";
import { isInterruption } from "../exit_code.ts";
import type { ParsedFlags } from "../parse_flags.ts";
import { inFolder } from "../paths.ts";
import { findProxy } from "../proxy.ts";
import { findingLines, showsUnicode } from "../render/finding_lines.ts";
import { createStyle, wantsColor } from "../render/style.ts";
import { type Session, withSession } from "../session.ts";

/** `doctor`: one line per finding on stdout as it becomes known, or all of them as one JSON object. */
export async function doctor(flags: ParsedFlags, context: CliContext): Promise<number> {
  let missing: UsageError | undefined;
  // The session gives up the right to read it.
  const settings = await dotEnvFindings(context);
  // Without credentials everything else can still be looked at.
  const configure: typeof buildConfig = (options, place) =>
    buildConfig(options, { ...place, onMissingCredentials: (error) => void (missing = error) });
  return await withSession("doctor", { flags, context, configure }, async (session) => {
    const found: Finding[] = [];
    const tell = createTeller(session, context);
    try {
      for await (const each of findingsOf(session, { context, settings, missing: () => missing })) {
        found.push(each);
        tell(each);
      }
    } catch (error) {
      if (!isInterruption(error, session.signal)) throw error;
      session.reporter.print("Interrupted");
      return ExitCode.interrupted;
    } finally {
      session.reporter.close();
    }
    const exitCode = worstOf(found);
    if (session.options.on("json")) {
      const findings = found.map(({ exitCode: exit_code, ...rest }) => ({ ...rest, exit_code }));
      context.stdout.write(`${JSON.stringify({ exit_code: exitCode, findings })}\n`);
    } else context.stdout.write(`${verdict(found)}\n`);
    return exitCode;
  });
}

async function* findingsOf(
  { config, options, signal }: Session,
  { context, settings, missing }: {
    context: CliContext;
    settings: readonly Finding[];
    missing: () => UsageError | undefined;
  },
): AsyncGenerator<Finding> {
  yield* settings;
  const { rightsFindings } = await import("../rights/rights_findings.ts");
  yield* await rightsFindings({ config, options }, context);
  const error = missing();
  if (error && !options.on("offline")) {
    yield failureFinding("credentials", error, {
      remedy: "run zoom-extract init, which asks for them and tries them",
    });
  }
  const { examine } = await import("../../app_doctor.ts");
  yield* examine(config, {
    signal,
    clock: context.clock,
    requestTimeoutMs: context.requestTimeoutMs,
    isOffline: options.on("offline"),
    hasCredentials: error === undefined,
    proxy: findProxy(context, config.oauthUrl),
  });
}

/** A client secret that other users of the machine can read is worth a word. */
async function dotEnvFindings({ cwd, readsDotEnv, rights }: CliContext): Promise<Finding[]> {
  const file = inFolder(cwd, ".env");
  if (!readsDotEnv || Deno.build.os === "windows" || !rights.has({ kind: "read", value: file })) return [];
  const info = await Deno.stat(file).catch(() => undefined);
  if (!info?.isFile || info.mode === null || (info.mode & 0o077) === 0) return [];
  return [finding("settings", "warning", "other users of this machine can read .env", "chmod 600 .env")];
}

function createTeller({ options }: Session, context: CliContext): (found: Finding) => void {
  if (options.on("json")) return () => {};
  const layout = {
    style: createStyle(wantsColor(context.stdout, context)),
    columns: context.stdout.isTerminal ? context.size().columns : 0,
    unicode: showsUnicode(context),
  };
  return (found) => void context.stdout.write(`${findingLines(found, layout)}\n`);
}

/** The lowest exit code of the errors: what has to be mended first. */
function worstOf(found: readonly Finding[]): number {
  const codes = found.filter(({ level }) => level === "error").map(({ exitCode }) => exitCode);
  return codes.length === 0 ? ExitCode.done : Math.min(...codes.filter((code) => code > 0));
}

function verdict(found: readonly Finding[]): string {
  const count = (level: Finding["level"]) => found.filter((each) => each.level === level).length;
  const [errors, warnings] = [count("error"), count("warning")];
  const words = (number: number, word: string) => `${formatCount(number)} ${word}${number === 1 ? "" : "s"}`;
  if (errors > 0) return `A run would fail: ${words(errors, "error")}, ${words(warnings, "warning")}`;
  return warnings > 0 ? `A run would work: ${words(warnings, "warning")}` : "A run would work";
}
