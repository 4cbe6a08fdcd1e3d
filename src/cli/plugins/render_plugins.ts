import type { LoadedPlugin } from "../../app.ts";
import type { OptionSpec } from "../../core/plugin.ts";
import type { Style } from "../render/style.ts";
import { type Column, renderTable } from "../render/table.ts";
import { printable, wrap } from "../render/text.ts";

interface Layout {
  readonly columns: number;
  readonly style: Style;
}

const columns: readonly Column[] = [
  { title: "name" },
  { title: "version" },
  { title: "kind" },
  { title: "from" },
  { title: "active" },
  { title: "why", flexible: true },
];

/** A table of all plugins, and what those that ask for something ask for. */
export function renderPluginList(plugins: readonly LoadedPlugin[], layout: Layout): string[] {
  if (plugins.length === 0) return [layout.style.dim("no plugins")];
  const rows = plugins.map(({ manifest, origin, file, open, why }) => [
    manifest.name,
    manifest.version,
    manifest.kinds.join(", ") || "–",
    origin === "drop-in" ? printable(file) : origin,
    open ? "yes" : "no",
    printable(why),
  ]);
  return renderTable(columns, rows, layout);
}

/** Everything about one plugin: what it is for, its options, what it touches. */
export function renderPluginInfo(plugin: LoadedPlugin, layout: Layout): string[] {
  const { manifest: { name, version, description, kinds, options, permissions }, origin, file, open, why } =
    plugin;
  const { style, columns: width } = layout;
  const facts = [
    ["kind", kinds.join(", ") || "not stated"],
    ["from", origin === "drop-in" ? file : origin],
    ["active", `${open ? "yes" : "no"}: ${why}`],
    ["permissions", permissionsText(permissions)],
  ];
  return [
    `${style.bold(name)} ${version}`,
    ...wrap(printable(description), width),
    "",
    ...facts.map(([term, text]) => `${style.cyan((term ?? "").padEnd(13))}${printable(text ?? "")}`),
    "",
    ...(Object.keys(options).length === 0 ? [style.dim("no options")] : optionRows(options, layout)),
  ];
}

function permissionsText(permissions: LoadedPlugin["manifest"]["permissions"]): string {
  const parts = Object.entries(permissions).filter(([, list]) => list.length > 0)
    .map(([kind, list]) => `${kind} ${list.join(", ")}`);
  return parts.length === 0 ? "none" : parts.join("; ");
}

function optionRows(options: Readonly<Record<string, OptionSpec>>, layout: Layout): string[] {
  const head: readonly Column[] = [
    { title: "option" },
    { title: "accepts" },
    { title: "default" },
    { title: "meaning", flexible: true },
  ];
  const rows = Object.entries(options).map(([name, spec]) => [
    name,
    spec.type === "choice" ? spec.choices.join("|") : spec.type,
    spec.default === undefined ? spec.required ? "required" : "–" : printable(String(spec.default)),
    printable(spec.help),
  ]);
  return renderTable(head, rows, layout);
}
