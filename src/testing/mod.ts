/**
 * What plugin authors test with: a plugin on its own against sample recordings, behind the same checks as in a run.
 *
 * @module
 */
export { sampleCandidate, type SampleOptions } from "./sample_candidate.ts";
export { type PluginTrial, testPlugin, type TrialOptions } from "./test_plugin.ts";
