import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { PluginError } from "../core/errors.ts";
import type { Candidate } from "../core/recording.ts";
import { checkSegments } from "./answers.ts";
import { workerChannel } from "./channel.ts";
import { type HostOptions, readDropIn } from "./load_plugins.ts";
import { requireKinds } from "./open_plugins.ts";
import { workerPermissions } from "./permissions.ts";
import { type GivenOptions, parsePluginOptions } from "./plugin_options.ts";
import type { Answer, Contributed } from "./protocol.ts";
import { describe, RunningPlugin } from "./running_plugin.ts";

/** What a plugin does when it is tried. */
export interface TriedPlugin {
  readonly contributed: Contributed;
  /** One line per filter and naming: what it says about the sample. */
  readonly answers: readonly string[];
}

const sample: Candidate = {
  user: { id: "u-ana", email: "ana@example.test", displayName: "Ana Žižek", status: "active" },
  meeting: {
    uuid: "abcDEF123+/xyz==",
    id: "81234567890",
    hostId: "u-ana",
    hostEmail: "ana@example.test",
    topic: "Plan/Review: “Q2” 🚀",
    startTime: "2024-05-02T14:00:00Z",
    timezone: "Europe/Ljubljana",
    durationMinutes: 45,
  },
  file: {
    key: "f1",
    id: "f1",
    fileType: "MP4",
    recordingType: "gallery_view",
    fileExtension: "mp4",
    recordingStart: "2024-05-02T14:00:10Z",
    recordingEnd: "2024-05-02T14:45:00Z",
    listedSizeBytes: 1_000_000,
    status: "completed",
  },
};

/**
 * Sets a plugin file up in a worker with the permissions it declares, and asks its filters and namings about a sample.
 * Hooks are not called.
 *
 * @throws {PluginError} For whatever would fail a run.
 */
export async function tryDropIn(
  file: string,
  options: HostOptions & { options: GivenOptions },
): Promise<TriedPlugin> {
  const manifest = await readDropIn(file);
  const { name } = manifest;
  const dataDir = join(options.outputDir, "_metadata", "plugins", name);
  const folders = { outputDir: options.outputDir, dataDir };
  await using plugin = await RunningPlugin.start({
    name,
    url: pathToFileURL(file).href,
    open: workerChannel(workerPermissions(manifest, { file, folders, secrets: options.secrets })),
    init: { name, options: parsePluginOptions(manifest, options.options), ...folders },
    timeouts: { callMs: 20_000, hookMs: 20_000 },
    onLog: (level, message) => options.onLog(name, level, message),
  });
  requireKinds(manifest, plugin.contributed);
  const answers: string[] = [];
  for (const filter of plugin.contributed.filters) {
    const batch = { user: sample.user, meeting: sample.meeting, files: [sample.file], asked: [0] };
    const [answer] = await plugin.filter(filter, [batch]);
    const value = valueOf(answer, { name, what: `filter ${filter}` });
    if (typeof value !== "boolean") {
      throw tryError(name, `filter ${filter} gave ${typeof value}, not true or false`);
    }
    answers.push(`filter ${filter} ${value ? "takes" : "leaves out"} the sample`);
  }
  for (const naming of plugin.contributed.namings) {
    const [answer] = await plugin.nameAll(naming.name, [sample]);
    const checked = checkSegments(valueOf(answer, { name, what: `naming ${naming.name}` }));
    if ("problem" in checked) throw tryError(name, `naming ${naming.name} gave ${checked.problem}`);
    answers.push(`naming ${naming.name} puts the sample at ${JSON.stringify(checked.segments)}`);
  }
  return { contributed: plugin.contributed, answers };
}

function valueOf(
  answer: Answer<unknown> | undefined,
  { name, what }: { name: string; what: string },
): unknown {
  if (answer === undefined) throw tryError(name, `${what} gave no answer`);
  if ("error" in answer) throw tryError(name, `${what}: ${describe(answer.error)}`);
  return answer.value;
}

function tryError(name: string, message: string): PluginError {
  return new PluginError(`Plugin "${name}", ${message}`, { plugin: name, stage: "plan" });
}
