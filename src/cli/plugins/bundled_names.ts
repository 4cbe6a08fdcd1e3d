import { bundledPlugins } from "../../../plugins/mod.ts";

/** Names of the plugins that the program ships. */
export const bundledNames: readonly string[] = Object.keys(bundledPlugins);
