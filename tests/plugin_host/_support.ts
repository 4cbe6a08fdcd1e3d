import { join } from "node:path";
import type { ActivePlugins } from "../../src/core/active_plugins.ts";
import { noPlugins, type PluginConfig } from "../../src/core/plugin_config.ts";
import { type LoadedPlugin, loadPlugins, type OpenOptions, openPlugins } from "../../src/plugin_host/mod.ts";

/** How a plugin reaches the program: in a worker of its own, or trusted on the main thread. */
export type Transport = "worker" | "main thread";

/** Both, for tests that have to hold for both. */
export const transports: readonly Transport[] = ["worker", "main thread"];

/** A folder of drop-ins and an archive, removed when disposed. */
export class PluginBench implements AsyncDisposable {
  readonly dir: string;
  readonly logged: string[] = [];
  readonly leftOut: LoadedPlugin[] = [];

  private constructor(dir: string) {
    this.dir = dir;
  }

  static async create(files: Readonly<Record<string, string>> = {}): Promise<PluginBench> {
    const bench = new PluginBench(await Deno.makeTempDir({ prefix: "zoom-extract-plugins-" }));
    await Deno.mkdir(bench.pluginsDir);
    await Deno.mkdir(bench.outputDir);
    for (const [name, source] of Object.entries(files)) await bench.write(name, source);
    return bench;
  }

  get pluginsDir(): string {
    return join(this.dir, "plugins");
  }

  get outputDir(): string {
    return join(this.dir, "archive");
  }

  async write(name: string, source: string): Promise<string> {
    const path = join(this.pluginsDir, name);
    await Deno.mkdir(join(path, ".."), { recursive: true });
    await Deno.writeTextFile(path, source);
    return path;
  }

  config(change: Partial<PluginConfig> = {}): PluginConfig {
    return { ...noPlugins, dirs: [this.pluginsDir], callTimeoutMs: 20_000, hookTimeoutMs: 20_000, ...change };
  }

  options(change: Partial<OpenOptions> = {}): OpenOptions {
    return {
      bundled: {},
      outputDir: this.outputDir,
      secrets: {
        files: [join(this.dir, ".env")],
        variables: ["ZOOM_ACCOUNT_ID", "ZOOM_CLIENT_ID", "ZOOM_CLIENT_SECRET"],
      },
      makeDataDir: (path) => Deno.mkdir(path, { recursive: true }),
      onLog: (plugin, level, message) => void this.logged.push(`${plugin} ${level}: ${message}`),
      onLeftOut: (plugin) => void this.leftOut.push(plugin),
      ...change,
    };
  }

  load(change: Partial<PluginConfig> = {}, options: Partial<OpenOptions> = {}): Promise<LoadedPlugin[]> {
    return loadPlugins(this.config(change), this.options(options), "all");
  }

  open(change: Partial<PluginConfig> = {}, options: Partial<OpenOptions> = {}): Promise<ActivePlugins> {
    return openPlugins(this.config(change), this.options(options));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.dir, { recursive: true });
  }
}

/** The text of a plugin file; `body` is what `setup({ options, log, … })` returns. */
export function pluginSource(
  name: string,
  body: string,
  { permissions = "{}", options = "{}", head = "" } = {},
): string {
  return `${head}
import type { Plugin } from "zoom-extract";
export default {
  apiVersion: 1,
  name: "${name}",
  version: "1.0.0",
  description: "A plugin of a test.",
  permissions: ${permissions},
  options: ${options},
  setup: (context: any) => (${body}),
} satisfies Plugin<any>;
`;
}

/** Settings with which plugin `name` runs over `transport`. */
export function over(transport: Transport, name: string): PluginConfig["settings"] {
  return { [name]: { grant: true, trust: transport === "main thread" } };
}
