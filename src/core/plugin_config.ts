import type { Plugin } from "./plugin.ts";

/** What the configuration says about one plugin by name. */
export interface PluginSettings {
  /** `false` leaves it out. @default {true} */
  readonly active?: boolean;
  /** Gives a drop-in the permissions it asks for. @default {false} */
  readonly grant?: boolean;
  /** Runs a drop-in on the main thread, with all rights of the program. @default {false} */
  readonly trust?: boolean;
  /** Its options: JSON values, or texts as on a command line. */
  readonly options?: Readonly<Record<string, unknown>>;
}

/** Which plugins take part in a run. */
export interface PluginConfig {
  /** Folders with drop-ins; those that do not exist count as empty. @default {[]} */
  readonly dirs: readonly string[];
  /** By name; a bundled plugin takes part when it is named here. Their order is the order of the plugins. @default {{}} */
  readonly settings: Readonly<Record<string, PluginSettings>>;
  /** Plugins that an embedding program passes itself. @default {[]} */
  readonly given: readonly Plugin[];
  /** `plugin/naming` to use where more than one is contributed. @default {the only one} */
  readonly naming?: string;
  /** Files that hold credentials: no drop-in gets to read them. @default {[]} */
  readonly secretFiles: readonly string[];
  /** Time for one call of a filter or naming. @default {60_000} */
  readonly callTimeoutMs: number;
  /** Time for one call of a hook. @default {3_600_000} */
  readonly hookTimeoutMs: number;
  /** Hooks at once. @default {the number of cores} */
  readonly hookConcurrency: number;
}

/** No plugins at all. */
export const noPlugins: PluginConfig = {
  dirs: [],
  settings: {},
  given: [],
  secretFiles: [],
  callTimeoutMs: 60_000,
  hookTimeoutMs: 3_600_000,
  hookConcurrency: Math.max(1, navigator.hardwareConcurrency),
};
