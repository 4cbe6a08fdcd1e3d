import { dirname, join, resolve } from "node:path";
import { isGranted } from "../../core/grants.ts";

/** A `.gitignore` that has to change so that git leaves `.env` alone. */
export interface IgnoreChange {
  readonly path: string;
  readonly text: string;
}

/**
 * What to do so that git does not take `.env` of `folder`: nothing where it is ignored already, or where there is neither a
 * `.gitignore` nor a repository.
 */
export async function ignoreEnvFile(folder: string): Promise<IgnoreChange | undefined> {
  const places = await foldersToRoot(resolve(folder));
  const texts = await Promise.all(places.map((place) => readIfAny(join(place, ".gitignore"))));
  // The nearest file that says anything decides.
  for (const [depth, text] of texts.entries()) {
    const verdict = text === undefined ? undefined : isIgnored(text, depth === 0);
    if (verdict === true) return undefined;
    if (verdict === false) break;
  }
  const nearest = texts.findIndex((text) => text !== undefined);
  const isRepository = await exists(join(places.at(-1) ?? folder, ".git"));
  if (nearest === -1 && !isRepository) return undefined;
  const place = texts[0] === undefined && isRepository ? places.length - 1 : Math.max(0, nearest);
  const before = texts[place] ?? "";
  const eol = before.includes("\r\n") ? "\r\n" : "\n";
  const gap = before === "" || before.endsWith("\n") ? "" : eol;
  return { path: join(places[place] ?? folder, ".gitignore"), text: `${before}${gap}.env${eol}` };
}

/** `folder` and those above it up to the root of the repository; `folder` alone where there is none. */
async function foldersToRoot(folder: string): Promise<string[]> {
  const places: string[] = [];
  for (let place = folder;; place = dirname(place)) {
    places.push(place);
    if (await exists(join(place, ".git"))) return places;
    if (dirname(place) === place) return [folder];
  }
}

/** Whether the last line about it ignores `.env`; `undefined` when none is about it. */
function isIgnored(text: string, isSameFolder: boolean): boolean | undefined {
  let verdict: boolean | undefined;
  for (const line of text.split(/\r?\n/).map((each) => each.trim())) {
    const pattern = line.replace(/^!/, "").replace(/^\*\*\//, "");
    const anchored = pattern.startsWith("/");
    if (anchored && !isSameFolder) continue;
    if ([".env", ".env*", "*.env", ".*", "*"].includes(pattern.replace(/^\//, ""))) {
      verdict = !line.startsWith("!");
    }
  }
  return verdict;
}

async function exists(path: string): Promise<boolean> {
  if (!isGranted({ kind: "read", value: path })) return false;
  return await Deno.lstat(path).then(() => true, () => false);
}

async function readIfAny(path: string): Promise<string | undefined> {
  if (!isGranted({ kind: "read", value: path })) return undefined;
  try {
    return await Deno.readTextFile(path);
  } catch {
    return undefined;
  }
}
