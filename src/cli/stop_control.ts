import { ExitCode } from "../core/exit_code.ts";
import type { CliContext } from "./context.ts";

/** Turns Ctrl-C and SIGTERM into a clean stop, and the second one into an exit. */
export interface StopControl extends Disposable {
  /** Aborted by the first signal. */
  readonly signal: AbortSignal;
}

/** What to do on the way out. */
export interface StopOptions {
  /** Tells the person that the first signal was heard. */
  readonly onStop: () => void;
  /** Gives the terminal back before the process ends at once. */
  readonly onForcedExit: () => void;
}

/** Under `deno task` one Ctrl-C arrives twice, less than a millisecond apart: the terminal's and a forwarded one. */
const debounceMs = 500;

/** A run that has not ended by then is ended: five seconds are promised, and the exit needs some of them. */
const deadlineMs = 4_500;

/** Listens until disposed. */
export function createStopControl(context: CliContext, options: StopOptions): StopControl {
  const controller = new AbortController();
  let firstMs: number | undefined;
  let cancelDeadline = () => {};
  const forceExit = () => {
    options.onForcedExit();
    context.exit(ExitCode.interrupted);
  };
  const stopListening = context.onSignal(() => {
    const nowMs = context.clock.now();
    if (firstMs === undefined) {
      firstMs = nowMs;
      cancelDeadline = context.after(deadlineMs, forceExit);
      options.onStop();
      controller.abort(new DOMException("interrupted", "AbortError"));
    } else if (nowMs - firstMs >= debounceMs) forceExit();
  });
  return {
    signal: controller.signal,
    [Symbol.dispose]() {
      stopListening();
      cancelDeadline();
    },
  };
}
