import type { Grant, GrantKind } from "../../core/grants.ts";

/** What the rights of a command follow from. All paths as they are written, or absolute. */
export interface Situation {
  /** Folder of the archive; absent where the command has none. */
  readonly outputDir?: string | undefined;
  /** Where a link in its path leads: the runtime compares names, so that both are needed. */
  readonly realOutputDir?: string | undefined;
  /** Whether the archive is written to. */
  readonly writes: boolean;
  /** Whether it is asked how much space the archive has left. */
  readonly measuresSpace: boolean;
  /** Addresses of the API and of the token endpoint; none where Zoom is not asked. */
  readonly zoomUrls: readonly string[];
  readonly logFile?: string | undefined;
  readonly configFile?: string | undefined;
  /** The `.env` that is looked for. */
  readonly dotEnv?: string | undefined;
  /** Variables that options are read from. */
  readonly variables: readonly string[];
  /** Folders that are searched for plugins. */
  readonly pluginDirs: readonly string[];
  /** Files and folders that a plugin's own code is loaded from, besides those. */
  readonly pluginCode: readonly string[];
  /** Places that only this command goes to. @default {none} */
  readonly own?: readonly Grant[];
  /** Plugins that take part, and what they declare; paths in place of `$OUTPUT`, `*` for everything. */
  readonly plugins: readonly PluginNeeds[];
  /** Domains of Zoom itself. */
  readonly zoomDomains: readonly string[];
}

/** What one plugin declares. */
export interface PluginNeeds {
  readonly name: string;
  readonly permissions: { readonly [K in Exclude<GrantKind, "sys">]: readonly string[] };
}

/** Variables that say how a terminal looks. */
export const terminalVariables: readonly string[] = ["NO_COLOR", "FORCE_COLOR", "TERM"];

/** The rights that a command needs, each with its reason: no more than these. */
export function neededGrants(situation: Situation): Grant[] {
  return [
    ...archiveGrants(situation),
    ...situation.own ?? [],
    ...fileGrants(situation),
    ...zoomGrants(situation),
    ...variableGrants(situation),
    ...situation.plugins.flatMap(pluginGrants),
  ];
}

function archiveGrants({ outputDir, realOutputDir, writes, measuresSpace }: Situation): Grant[] {
  if (outputDir === undefined) return [];
  const places = [[outputDir, "the archive"], [realOutputDir, "the archive: where its name leads"]]
    .flatMap(([value, why]) => value === undefined || why === undefined ? [] : [{ value, why }]);
  const grants = places.map((place): Grant => ({ kind: "read", ...place }));
  const written = writes ? places : places.flatMap(helperFiles);
  grants.push(...written.map((place): Grant => ({ kind: "write", ...place })));
  if (measuresSpace) {
    grants.push({ kind: "sys", value: "statfs", why: "how much space is left (--min-free-space)" });
  }
  return grants;
}

/** SQLite makes two files beside a database that is only read, and takes them away where it may write. */
function helperFiles({ value }: { value: string }): { value: string; why: string }[] {
  return [{
    value: `${value}/_logs/inventory.db`,
    why: "SQLite's helper files beside it, to take them away again",
  }];
}

function fileGrants(situation: Situation): Grant[] {
  const { dotEnv, configFile, logFile, pluginDirs, pluginCode } = situation;
  const read = (why: string) => (value: string): Grant => ({ kind: "read", value, why });
  return [
    ...[dotEnv ?? []].flat().map(read("credentials and settings, if there is one")),
    ...[configFile ?? []].flat().map(read("--config")),
    ...[logFile ?? []].flat().flatMap((value): Grant[] => [
      { kind: "read", value, why: "--log-file: where its name leads" },
      { kind: "write", value, why: "--log-file" },
    ]),
    ...pluginDirs.map(read("plugins dropped in there (--no-plugins: not needed)")),
    ...pluginCode.map(read("code that dropped-in plugins import")),
  ];
}

/** Loopback is granted as a whole: a simulated account stores its files at another port. */
function zoomGrants({ zoomUrls, zoomDomains }: Situation): Grant[] {
  const hosts = zoomUrls.map((url) => {
    const { hostname } = new URL(url);
    const domain = zoomDomains.find((domain) => hostname === domain || hostname.endsWith(`.${domain}`));
    return domain === undefined ? hostname : `*.${domain}`;
  });
  return [...new Set(hosts)].map((value) => ({
    kind: "net",
    value,
    why: "Zoom's API, tokens and downloads",
  }));
}

function variableGrants({ variables }: Situation): Grant[] {
  const names = variables.map((name) => name.startsWith("ZOOM_") ? "ZOOM_*" : name);
  const options = [...new Set(names)].map((value): Grant => ({ kind: "env", value, why: "options" }));
  const looks = terminalVariables.map((value): Grant => ({ kind: "env", value, why: "colours" }));
  return [...options, ...looks];
}

function pluginGrants({ name, permissions }: PluginNeeds): Grant[] {
  return Object.entries(permissions).flatMap(([kind, values]) =>
    values.map((value): Grant => ({
      kind: kind as GrantKind,
      ...(value === "*" ? {} : { value }),
      why: `plugin ${name}`,
    }))
  );
}
