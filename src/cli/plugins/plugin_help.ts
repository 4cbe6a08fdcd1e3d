import { toError } from "../../core/errors.ts";
import { noPlugins } from "../../core/plugin_config.ts";
import type { CliContext } from "../context.ts";
import { inFolder } from "../paths.ts";
import { createStyle, wantsColor } from "../render/style.ts";
import { printable } from "../render/text.ts";
import { renderPluginInfo } from "./render_plugins.ts";

/** What the help says about the plugins of `./plugins` that take part by themselves: what they are for, and their options. */
export async function pluginHelp(context: CliContext): Promise<string> {
  const style = createStyle(wantsColor(context.stdout, context));
  const columns = context.stdout.isTerminal ? context.size().columns || 80 : 1_000;
  try {
    const { listPlugins } = await import("../../app.ts");
    const plugins = { ...noPlugins, dirs: [inFolder(context.cwd, "plugins")] };
    const found = await listPlugins({ outputDir: inFolder(context.cwd, "zoom_recordings"), plugins });
    const active = found.filter(({ open }) => open !== undefined);
    if (active.length === 0) return "";
    const texts = active.map((plugin) => renderPluginInfo(plugin, { columns, style }).join("\n"));
    return `\n${style.bold("Active plugins (--plugin-option NAME.OPTION=VALUE)")}\n\n${texts.join("\n\n")}\n`;
  } catch (error) {
    return `\n${style.yellow("Plugins")} cannot be told about: ${printable(toError(error).message)}\n`;
  }
}
