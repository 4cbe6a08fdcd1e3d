import { join } from "node:path";
import { isAbsent } from "../core/errors.ts";
import { writeFileAtomic } from "../storage/mod.ts";
import { findState, type FoundState, isState } from "./state_file.ts";

/** Largest state that is read; a real one has a thousandth of it. */
const maxStateBytes = 1024 ** 2;

const stateName = "extraction_state.json";

/** What an earlier run left as the state of the archive at `root`. */
export function readState(root: string): Promise<FoundState> {
  return findState((name) => readIfAny(join(root, "_metadata", name)));
}

/**
 * Replaces the state of the archive at `root`. The previous one becomes the backup if it can be read; what cannot is
 * kept as `extraction_state.damaged`, and the backup stays the good one it is.
 */
export async function writeState(root: string, text: string): Promise<void> {
  const path = join(root, "_metadata", stateName);
  const previous = await readIfAny(path).catch(() => "");
  const isGood = isState(previous);
  if (!isGood && previous !== undefined) await keepDamaged(root, path);
  await writeFileAtomic(path, text, { root, mode: 0o600, backup: isGood });
}

async function keepDamaged(root: string, path: string): Promise<void> {
  const info = await Deno.lstat(path).catch(() => undefined);
  // Links and folders are refused by the write itself.
  if (info?.isFile) await Deno.rename(path, join(root, "_metadata", "extraction_state.damaged"));
}

async function readIfAny(path: string): Promise<string | undefined> {
  try {
    if ((await Deno.stat(path)).size > maxStateBytes) return "";
    return await Deno.readTextFile(path);
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}
