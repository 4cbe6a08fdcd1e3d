/**
 * The part of the composition root that looks whether a run would work.
 *
 * @module
 */
import type { Config } from "./core/config.ts";
import { type Finding, finding } from "./core/finding.ts";
import { checkInventory, checkPlugins, checkStorage } from "./app_doctor_machine.ts";
import { checkZoom, type ZoomCheckOptions } from "./app_doctor_zoom.ts";

/** How to look. */
export interface ExamineOptions extends ZoomCheckOptions {
  /** True to leave Zoom alone. */
  readonly isOffline: boolean;
  /** True when credentials are known; without them Zoom is not asked. */
  readonly hasCredentials: boolean;
}

/**
 * Looks at everything a run depends on but its rights, one finding after the other, as they become known. Nothing is
 * changed, and nothing stays behind.
 */
export async function* examine(config: Config, options: ExamineOptions): AsyncGenerator<Finding> {
  const { signal, isOffline, hasCredentials } = options;
  if (isOffline) yield finding("credentials", "skipped", "not tried: --offline");
  else if (hasCredentials) yield* checkZoom(config, options);
  for (const check of [checkStorage, checkInventory, checkPlugins]) {
    signal.throwIfAborted();
    yield* check(config);
  }
}

export { checkZoom } from "./app_doctor_zoom.ts";
export type { Finding } from "./core/finding.ts";
