/**
 * Plugins: finding them, reading what they say about themselves, running each where it belongs, and keeping whatever
 * they do from stopping a run.
 *
 * What becomes of their answers (rows, names, records of hooks) is the pipeline's business.
 *
 * @module
 */
export { findProgram, type ProgramSearch } from "./find_program.ts";
export { codePlaces } from "./code_places.ts";
export { findDropIns, type Origin } from "./discover.ts";
export {
  type BundledPlugins,
  type HostOptions,
  type LoadedPlugin,
  loadPlugins,
  readDropIn,
} from "./load_plugins.ts";
export { type Manifest } from "./manifest.ts";
export { type OpenOptions, openPlugins } from "./open_plugins.ts";
export { describePermissions, type SecretPlaces } from "./permissions.ts";
export { accepted, parsePluginOptions } from "./plugin_options.ts";
export { type TriedPlugin, tryDropIn } from "./try_drop_in.ts";
