import { formatBytes, formatCount } from "../../core/units.ts";
import { countOf } from "./frame.ts";
import { displayWidth } from "./display_width.ts";
import type { Style } from "./style.ts";
import { pad, printable, truncateMiddle } from "./text.ts";

/** How much of a tree to draw; the last number of a list holds for all depths below. */
export interface TreeOptions {
  readonly columns: number;
  readonly style: Style;
  /** Entries shown per folder, by depth. */
  readonly entriesByDepth: readonly number[];
  /** Folders opened per folder, by depth; the others show only how much is in them. */
  readonly openedByDepth: readonly number[];
}

interface Entry {
  readonly name: string;
  readonly isFolder: boolean;
  readonly sizeBytes: number;
}

interface Branch extends TreeOptions {
  readonly depth: number;
  readonly indent: string;
}

const sizeColumns = 22;
/** In a narrow window the sizes stand closer, and folders do not say how many files they hold. */
const narrowColumns = 50;
const narrowSizeColumns = 10;

/** The files below `folder` as a tree with sizes; long folders are cut short and say by how much. */
export async function renderTree(folder: string, options: TreeOptions): Promise<string[]> {
  return await renderBranch(folder, { ...options, depth: 0, indent: "" });
}

async function renderBranch(folder: string, branch: Branch): Promise<string[]> {
  const entries = await readFolder(folder);
  const limit = atDepth(branch.entriesByDepth, branch.depth);
  const shown = entries.length <= limit + 1 ? entries : entries.slice(0, limit);
  const hidden = entries.length - shown.length;
  let openings = atDepth(branch.openedByDepth, branch.depth);
  const lines: string[] = [];
  for (const [index, entry] of shown.entries()) {
    const last = index === shown.length - 1 && hidden === 0;
    const path = `${folder}/${entry.name}`;
    const opened = entry.isFolder && openings-- > 0;
    const narrow = branch.columns < narrowColumns;
    const detail = opened
      ? ""
      : entry.isFolder
      ? await describeFolder(path, narrow)
      : formatBytes(entry.sizeBytes);
    lines.push(entryLine(entry, { branch, joint: last ? "└── " : "├── ", detail }));
    if (!opened) continue;
    const indent = branch.indent + (last ? "    " : "│   ");
    lines.push(...await renderBranch(path, { ...branch, depth: branch.depth + 1, indent }));
  }
  if (hidden > 0) lines.push(branch.style.dim(`${branch.indent}└── … and ${formatCount(hidden)} more`));
  return lines;
}

function entryLine(
  entry: Entry,
  { branch, joint, detail }: { branch: Branch; joint: string; detail: string },
): string {
  const { columns, style, indent } = branch;
  const detailColumns = columns < narrowColumns ? narrowSizeColumns : sizeColumns;
  const room = Math.max(8, columns - indent.length - joint.length - detailColumns);
  const name = truncateMiddle(printable(entry.name) + (entry.isFolder ? "/" : ""), room);
  const start = style.dim(indent + joint) + (entry.isFolder ? style.cyan(name) : name);
  return detail === ""
    ? start
    : start + pad("", room - displayWidth(name)) + style.dim(pad(detail, detailColumns, "left"));
}

function atDepth(limits: readonly number[], depth: number): number {
  return limits[Math.min(depth, limits.length - 1)] ?? 0;
}

async function describeFolder(folder: string, narrow: boolean): Promise<string> {
  const entries = await readFolder(folder);
  const sizeBytes = entries.reduce((sum, entry) => sum + entry.sizeBytes, 0);
  return narrow ? formatBytes(sizeBytes) : `${countOf(entries.length, "file")}, ${formatBytes(sizeBytes)}`;
}

/** Folders of people first, then the program's own, each by name. */
async function readFolder(folder: string): Promise<Entry[]> {
  const entries = await Array.fromAsync(Deno.readDir(folder), async (entry) => {
    const isFolder = entry.isDirectory;
    const sizeBytes = isFolder ? 0 : (await Deno.lstat(`${folder}/${entry.name}`)).size;
    return { name: entry.name, isFolder, sizeBytes };
  });
  const rank = (entry: Entry) => entry.name.startsWith("_") ? 1 : 0;
  return entries.sort((a, b) => rank(a) - rank(b) || (a.name < b.name ? -1 : 1));
}
