import { plainJson } from "../../core/plain_json.ts";
import { UsageError } from "../../core/errors.ts";
import type { CliContext } from "../context.ts";
import type { ParsedFlags } from "../parse_flags.ts";
import { inFolder } from "../paths.ts";
import { buildPluginConfig } from "../plugin_config.ts";
import { beginPlugin, type NewKind } from "../plugins/begin_plugin.ts";
import { checkPlugin } from "../plugins/check_plugin.ts";
import { renderPluginInfo, renderPluginList } from "../plugins/render_plugins.ts";
import { ownGrants } from "../rights/own_places.ts";
import { requireRights } from "../rights/require_rights.ts";
import { createStyle, wantsColor } from "../render/style.ts";
import { type ResolvedOptions, resolveOptions } from "../resolve_options.ts";
import { suggest } from "../../core/suggest.ts";

const verbs = ["list", "info", "check", "new"] as const;

/** `plugins list|info NAME|check FILE|new NAME`. Results go to stdout. */
export async function plugins(flags: ParsedFlags, context: CliContext): Promise<number> {
  const [verb = "list", subject] = flags.positionals;
  const options = await resolveOptions("plugins", flags.values, context);
  const { cwd, rights } = context;
  const places = ownGrants("plugins", { options, positionals: flags.positionals, cwd, outputDir: "" });
  requireRights(`plugins ${verb}`, places.filter(({ kind }) => kind !== "run"), rights);
  switch (verb) {
    case "list":
      return await list(options, context);
    case "info":
      return await info(subject ?? missing("info", "the name of a plugin"), { options, context });
    case "check":
      return await checkPlugin(subject ?? missing("check", "the path of a plugin file"), {
        config: configOf(options, context),
        context,
      });
    case "new":
      return await beginPlugin(subject ?? missing("new", "a name, such as long-ones"), {
        kind: (options.text("kind") ?? "filter") as NewKind,
        context,
      });
    default:
      throw new UsageError(`Cannot do "plugins ${verb}": no such command`, {
        value: verb,
        hint: meantVerb(verb),
      });
  }
}

async function list(options: ResolvedOptions, context: CliContext): Promise<number> {
  const { listPlugins } = await import("../../app.ts");
  const found = await listPlugins(configOf(options, context));
  if (options.on("json")) {
    for (const { manifest, origin, file, open, why } of found) {
      const { name, version, description, kinds, permissions } = manifest;
      const row = {
        name,
        version,
        description,
        kinds,
        origin,
        file,
        active: open !== undefined,
        why,
        permissions,
      };
      context.stdout.write(`${plainJson(row)}\n`);
    }
    return 0;
  }
  const columns = context.stdout.isTerminal ? context.size().columns || 80 : 1_000;
  const style = createStyle(wantsColor(context.stdout, context));
  context.stdout.write(`${renderPluginList(found, { columns, style }).join("\n")}\n`);
  return 0;
}

async function info(
  name: string,
  { options, context }: { options: ResolvedOptions; context: CliContext },
): Promise<number> {
  const { listPlugins } = await import("../../app.ts");
  const found = await listPlugins(configOf(options, context));
  const plugin = found.find(({ manifest }) => manifest.name === name);
  if (!plugin) {
    const names = found.map(({ manifest }) => manifest.name);
    const meant = suggest(name, names);
    throw new UsageError(`Cannot tell about plugin "${name}": there is none of that name`, {
      value: name,
      hint: meant ? `did you mean ${meant}?` : `there are ${names.join(", ")}`,
    });
  }
  const columns = context.stdout.isTerminal ? context.size().columns || 80 : 1_000;
  const style = createStyle(wantsColor(context.stdout, context));
  context.stdout.write(`${renderPluginInfo(plugin, { columns, style }).join("\n")}\n`);
  return 0;
}

function configOf(
  options: ResolvedOptions,
  context: CliContext,
): { outputDir: string; plugins: ReturnType<typeof buildPluginConfig> } {
  const outputDir = inFolder(context.cwd, options.text("output-dir") ?? "./zoom_recordings");
  const plugins = buildPluginConfig(options, context);
  const looks = plugins.dirs.map((value) => ({ kind: "read", value, why: "plugins" } as const));
  requireRights("plugins", looks, context.rights);
  return { outputDir, plugins };
}

function meantVerb(verb: string): string {
  const meant = suggest(verb, verbs);
  return meant ? `did you mean plugins ${meant}?` : `there are plugins ${verbs.join(", plugins ")}`;
}

function missing(verb: string, what: string): never {
  throw new UsageError(`Cannot do "plugins ${verb}": ${what} is missing`, {
    hint: `zoom-extract help plugins shows an example`,
  });
}
