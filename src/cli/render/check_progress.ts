import { formatBytes, formatCount } from "../../core/units.ts";
import type { CliContext } from "../context.ts";
import { isQuiet } from "../verbosity.ts";
import { createLiveArea } from "./live_area.ts";
import { createStyle, wantsColor } from "./style.ts";

/** Tells on stderr how far a check has come. */
export interface CheckProgress {
  total(files: number): void;
  checked(files: number): void;
  read(sizeBytes: number): void;
  /** Writes result lines to stdout, clear of what is painted. */
  results(text: string): void;
  /** Twice is once. */
  close(): void;
}

const paintEveryMs = 200;
const plainEveryMs = 10_000;

/** One line that is repainted on a terminal, else a plain line every ten seconds, unless only problems are told. */
export function createCheckProgress(context: CliContext, { live }: { live: boolean }): CheckProgress {
  const isLive = live && context.stderr.isTerminal && context.env("TERM") !== "dumb";
  const style = createStyle(wantsColor(context.stderr, context));
  const area = createLiveArea(context);
  let [total, files, bytes] = [0, 0, 0];
  let closed = false;
  const line = () => {
    const share = total > 0 ? `/${formatCount(total)}` : "";
    return `Checked: ${formatCount(files)}${share} files${bytes > 0 ? `, ${formatBytes(bytes)} read` : ""}`;
  };
  const stop = isLive
    ? context.every(paintEveryMs, () => area.paint([style.dim(line())]))
    : isQuiet(context)
    ? () => {}
    : context.every(plainEveryMs, () => context.stderr.write(`${line()}\n`));
  const stopWatching = context.onCrash(() => area.close());
  return {
    total: (count) => void (total = count),
    checked: (count) => void (files += count),
    read: (count) => void (bytes += count),
    results(text) {
      if (isLive && context.stdout.isTerminal) area.close();
      context.stdout.write(text);
    },
    close() {
      if (closed) return;
      closed = true;
      stop();
      stopWatching();
      area.close();
    },
  };
}
