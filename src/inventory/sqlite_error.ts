import { InventoryError, toError } from "../core/errors.ts";
import { lookAt } from "./look_at.ts";

interface Failing {
  readonly code: string;
  readonly state: string;
  readonly hint: string;
}

/** By SQLite's primary result code. */
const failings: Readonly<Record<number, Failing>> = {
  5: {
    code: "inventory_locked",
    state: "another program holds it locked",
    hint:
      "close the program that has it open (a database browser, a backup), then run again: nothing is lost",
  },
  8: {
    code: "inventory_read_only",
    state: "it is read-only",
    hint: "check owner and permissions of the file and of its folder, then run again",
  },
  10: {
    code: "inventory_io",
    state: "reading or writing it failed",
    hint: "check the disk it lies on, then run again",
  },
  11: {
    code: "inventory_corrupt",
    state: "it is damaged",
    hint:
      "zoom-extract rebuild makes it again from the sidecars, without a download, and keeps a copy of this one",
  },
  13: {
    code: "disk_full",
    state: "no space left on its disk",
    hint: "free some space, then run again: nothing is lost",
  },
  14: {
    code: "inventory_read_only",
    state: "it cannot be opened",
    hint: "check owner and permissions of the file and of its folder, then run again",
  },
};

/** Where the runtime gives no number, SQLite's fixed words do. */
const words: readonly (readonly [RegExp, number])[] = [
  [/is locked/, 5],
  [/readonly database/, 8],
  [/disk I\/O error/, 10],
  [/malformed|not a database/, 11],
  [/is full/, 13],
  [/unable to open/, 14],
];

/** A failure of SQLite (damage, lock, full disk) as ours, `path` named; others untouched. */
export function inventoryError(thrown: unknown, path?: string): unknown {
  if (!(thrown instanceof Error && "code" in thrown && thrown.code === "ERR_SQLITE_ERROR")) return thrown;
  const name = path === undefined ? "the inventory" : `inventory "${path}"`;
  if (path !== undefined && isFolder(path)) {
    return new InventoryError(`Cannot use ${name}: a directory stands in its place`, {
      code: "inventory_lost",
      hint: "move it away, then zoom-extract rebuild makes the inventory again, without a download",
      cause: thrown,
    });
  }
  const failing = failings[primaryCode(thrown)];
  if (failing) {
    const { code, state, hint } = failing;
    return new InventoryError(`Cannot use ${name}: ${state} (SQLite: ${toError(thrown).message})`, {
      code,
      hint,
      cause: thrown,
    });
  }
  return new InventoryError(`Cannot use ${name}: ${thrown.message}`, {
    cause: thrown,
    hint: "free space on its disk, and close other programs that have it open",
  });
}

function isFolder(path: string): boolean {
  return lookAt(path)?.isDirectory ?? false;
}

function primaryCode(error: Error): number {
  const stated = "errcode" in error ? Number(error.errcode) & 0xff : 0;
  // "Not a database", and locks on a shared cache, are to us what their neighbours are.
  const code = stated === 26 ? 11 : stated === 6 ? 5 : stated;
  return code > 0 ? code : words.find(([pattern]) => pattern.test(error.message))?.[1] ?? 0;
}

/** Tells whether another program holds the database locked. */
export function isLocked(thrown: unknown): boolean {
  return thrown instanceof Error && primaryCode(thrown) === 5;
}
