import { completeConfig } from "../../core/config.ts";
import { ExitCode } from "../../core/exit_code.ts";
import { UsageError } from "../../core/errors.ts";
import { buildPluginConfig } from "../plugin_config.ts";
import type { CliContext } from "../context.ts";
import { isInterruption } from "../exit_code.ts";
import type { ParsedFlags } from "../parse_flags.ts";
import { inFolder } from "../paths.ts";
import { createStyle, wantsColor } from "../render/style.ts";
import { hooksLine } from "../render/summary.ts";
import type { ResolvedOptions } from "../resolve_options.ts";
import { dropAfterStart } from "../rights/session_rights.ts";
import { withSession } from "../session.ts";
import { tellOutcome } from "../verbosity.ts";

/** `hooks run`: hooks over what the archive holds already. Needs no account. */
export function hooks(flags: ParsedFlags, context: CliContext): Promise<number> {
  const [verb] = flags.positionals;
  if (verb !== "run") {
    throw new UsageError(`Cannot do "hooks ${verb ?? ""}": there is only hooks run`, {
      value: verb ?? "",
      hint: "zoom-extract hooks run [--plugin NAME] [--failed|--all]",
    });
  }
  const configure: Parameters<typeof withSession>[1]["configure"] = (options, place) =>
    completeConfig({
      credentials: { accountId: "", clientId: "", clientSecret: "" },
      outputDir: inFolder(place.cwd, options.text("output-dir") ?? "./zoom_recordings"),
      plugins: buildPluginConfig(options, place),
    });
  return withSession("hooks", { flags, context, check, configure }, async (session) => {
    const { config, options, reporter, signal } = session;
    const { runHooks } = await import("../../app.ts");
    const named = options.list("plugin") ?? [];
    const again = options.on("all") ? "all" : options.on("failed") ? "failed" : "missing";
    try {
      const counts = await runHooks(config, {
        ...(named.length === 1 ? { plugin: named[0] ?? "" } : {}),
        again,
        signal,
        onEvent: reporter.onEvent,
        onReady: (permissions) => dropAfterStart(permissions, context.rights, config),
      });
      reporter.close();
      const style = createStyle(wantsColor(context.stderr, context));
      const exitCode = counts.failed > 0 ? ExitCode.incomplete : ExitCode.done;
      tellOutcome(hooksLine(counts, style), { exitCode, context });
      return exitCode;
    } catch (error) {
      if (!isInterruption(error, signal)) throw error;
      reporter.print("Interrupted: run it again to go on where it stopped");
      return ExitCode.interrupted;
    }
  });
}

function check(options: ResolvedOptions): void {
  if (!options.on("all") || !options.on("failed")) return;
  throw new UsageError("Cannot use --failed with --all: the one is part of the other", {
    option: "failed",
    hint: "choose one",
  });
}
