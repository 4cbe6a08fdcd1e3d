import assert from "node:assert/strict";
import { relative } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));

/** Which rooms a room may import. A new edge is a change of architecture: make it here, on purpose. */
const allowedEdges: Readonly<Record<string, readonly string[]>> = {
  "main.ts": ["cli"],
  "mod.ts": ["app", "core", "pipeline", "testing"],
  cli: ["app", "core", "plugins", "simulator"],
  app: ["archive", "core", "inventory", "pipeline", "plugin_host", "plugins", "storage", "zoom"],
  // As a stranger would: against the library's face only.
  plugins: ["mod.ts"],
  pipeline: ["archive", "core", "inventory", "storage", "transfer"],
  archive: ["core", "inventory", "storage"],
  zoom: ["core", "http"],
  http: ["core"],
  transfer: ["core"],
  storage: ["core"],
  inventory: ["core"],
  plugin_host: ["core"],
  simulator: ["core"],
  testing: ["app", "core", "plugin_host", "simulator"],
  core: [],
};

interface Module {
  readonly specifier: string;
  readonly dependencies?: readonly {
    readonly specifier: string;
    readonly code?: { readonly specifier?: string };
    readonly type?: { readonly specifier?: string };
  }[];
}

async function modules(): Promise<readonly Module[]> {
  const byUrl = new Map<string, Module>();
  for (const entry of ["main.ts", "mod.ts", "src/app.ts", "src/simulator/mod.ts", "src/cli/mod.ts"]) {
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["info", "--json", "--quiet", entry],
      cwd: root,
    }).output();
    assert.equal(code, 0, new TextDecoder().decode(stderr));
    const info = JSON.parse(new TextDecoder().decode(stdout)) as { modules: Module[] };
    for (const module of info.modules) byUrl.set(module.specifier, module);
  }
  return [...byUrl.values()];
}

/** Path from the root, or `undefined` for what is not ours. */
function pathOf(specifier: string): string | undefined {
  if (!specifier.startsWith("file:")) return undefined;
  const path = relative(root, fileURLToPath(specifier)).replaceAll("\\", "/");
  return path.startsWith("..") ? undefined : path;
}

function roomOf(path: string): string {
  const inSrc = /^src\/([^/]+)\//.exec(path);
  if (inSrc?.[1]) return inSrc[1];
  if (path.startsWith("plugins/")) return "plugins";
  return /^src\/(app(_\w+)?|run_id)\.ts$/.test(path) ? "app" : path;
}

interface Edge {
  readonly from: string;
  readonly to: string;
}

async function edges(): Promise<readonly Edge[]> {
  return (await modules()).flatMap((module) => {
    const from = pathOf(module.specifier);
    if (from === undefined || !from.endsWith(".ts")) return [];
    return (module.dependencies ?? []).flatMap((dependency) => {
      const to = pathOf(dependency.code?.specifier ?? dependency.type?.specifier ?? "");
      return to !== undefined && to.endsWith(".ts") ? [{ from, to }] : [];
    });
  });
}

function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/"));
}

/** Rooms within rooms of the engine: folders with a door of their own. */
function innerRoomsOf(found: readonly Edge[]): ReadonlySet<string> {
  const doors = found.map(({ to }) => to).filter((to) => /^src\/(?!cli\/)[^/]+\/[^/]+\/mod\.ts$/.test(to));
  return new Set(doors.map(folderOf));
}

Deno.test("rooms import only the rooms they may", async () => {
  const found = await edges();
  assert.ok(found.length > 100, `only ${found.length} imports seen: the graph is not what this test expects`);
  const forbidden = found.filter(({ from, to }) => {
    const [a, b] = [roomOf(from), roomOf(to)];
    return a !== b && !(allowedEdges[a] ?? []).includes(b);
  });
  assert.deepEqual(forbidden, []);
});

Deno.test("a room is entered through its door, core apart", async () => {
  const found = await edges();
  const innerRooms = innerRoomsOf(found);
  const intruders = found.filter(({ from, to }) => {
    const room = roomOf(to);
    if (roomOf(from) === room || room === "core" || room === "app") return false;
    if (innerRooms.has(folderOf(to)) && to.endsWith("/mod.ts")) return false;
    return ![`src/${room}/mod.ts`, `${room}/mod.ts`, room].includes(to) && !to.startsWith("src/cli/");
  });
  assert.deepEqual(intruders, []);
});

Deno.test("a room within a room is for one job: entered through its own door, to which the outer one does not lead", async () => {
  const found = await edges();
  const innerRooms = innerRoomsOf(found);
  assert.ok(innerRooms.has("src/archive/rebuild"), `no inner room seen: ${[...innerRooms].join(" ")}`);
  const wrong = found.filter(({ from, to }) => {
    const inner = folderOf(to);
    if (!innerRooms.has(inner) || folderOf(from) === inner) return false;
    return !to.endsWith("/mod.ts") || from === `${folderOf(inner)}/mod.ts`;
  });
  assert.deepEqual(wrong, []);
});

Deno.test("files that start with an underscore stay in their folder and those below it", async () => {
  const leaks = (await edges()).filter(({ from, to }) =>
    /\/_[^/]*$/.test(to) && !`${folderOf(from)}/`.startsWith(`${folderOf(to)}/`)
  );
  assert.deepEqual(leaks, []);
});
