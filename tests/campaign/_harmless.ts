import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { join } from "node:path";

/** Path → type and digest, or target, of everything below a folder. */
export async function snapshot(root: string, skip: string): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  const walk = async (folder: string) => {
    for await (const { name } of Deno.readDir(folder)) {
      const path = join(folder, name);
      if (path === skip) continue;
      const info = await Deno.lstat(path);
      if (info.isSymlink) found[path] = `link ${await Deno.readLink(path)}`;
      else if (info.isDirectory) {
        found[path] = "folder";
        await walk(path);
      } else found[path] = createHash("sha256").update(await Deno.readFile(path)).digest("hex");
    }
  };
  await walk(root);
  return found;
}

// deno-lint-ignore no-control-regex -- these are what is looked for
const control = /[\x00-\x09\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\u2028\u2029]/;
// deno-lint-ignore no-control-regex -- what the program itself sends to a live terminal
export const ownSequences = /\x1b\[(?:[0-9;]*m|\d*[ABCDGJK]|\?25[lh]|\?2026[lh]|\?7[lh])|\r/g;

/** Nothing of a stranger's steers the terminal or forges a line. */
export function assertPrintable(what: string, shown: string): void {
  const found = control.exec(shown);
  const around = found ? JSON.stringify(shown.slice(Math.max(0, found.index - 40), found.index + 40)) : "";
  assert.equal(found, null, `${what} holds a control character: ${around}`);
}

/** RFC 4180 cells of a text. */
function cellsOf(csv: string): string[] {
  return [...csv.matchAll(/(?:^|,|\r?\n)(?:"((?:[^"]|"")*)"|([^",\r\n]*))/g)].map(([, quoted, plain]) =>
    quoted?.replaceAll('""', '"') ?? plain ?? ""
  );
}

export function assertHarmlessCells(what: string, csv: string): void {
  for (const cell of cellsOf(csv)) {
    assert.ok(
      !/^[=+\-@\t\r]/.test(cell) || /^-?\d+(\.\d+)?$/.test(cell),
      `${what} has the cell ${JSON.stringify(cell)}`,
    );
  }
}

/** Each line of a log is one JSON object, and printable. */
export async function assertLines(path: string): Promise<void> {
  for (const line of (await Deno.readTextFile(path)).split("\n")) {
    if (line === "") continue;
    assertPrintable(path, line);
    assert.equal(typeof JSON.parse(line), "object", line);
  }
}
