import { AppError, StorageError } from "../core/errors.ts";
import { missingFlag } from "../core/grants.ts";

interface Failing {
  readonly code: string;
  readonly state: string;
  readonly hint?: string;
}

const freeSpace = "free some space, or choose another output directory; the next run goes on from here";
const grantAccess = "check owner and permissions, or choose another output directory";

const failings: Readonly<Record<string, Failing>> = {
  ENOSPC: { code: "disk_full", state: "no space left on the device", hint: freeSpace },
  EDQUOT: { code: "disk_full", state: "the disk quota is used up", hint: freeSpace },
  EACCES: { code: "not_writable", state: "access denied", hint: grantAccess },
  EPERM: { code: "not_writable", state: "operation not permitted", hint: grantAccess },
  EROFS: { code: "not_writable", state: "the file system is read-only", hint: grantAccess },
  EFBIG: { code: "path", state: "the file is too large for this file system" },
  ENAMETOOLONG: { code: "path", state: "the name is too long" },
  ENOENT: {
    code: "path",
    state: "it, or its directory, is not there",
    hint: "look whether its directory is there, or choose another place, then run again",
  },
  EEXIST: { code: "path", state: "something else came to stand there" },
  ELOOP: { code: "path", state: "a symbolic link stands in the way" },
  ENOTDIR: { code: "path", state: "a file stands where a directory is needed" },
  EISDIR: { code: "path", state: "a directory stands where a file is needed" },
  EINVAL: { code: "path", state: "the name is not valid here" },
};

/** A failed call of the file system as a {@linkcode StorageError}; errors of this program pass unchanged. */
export function fsError(action: string, path: string, thrown: unknown): AppError {
  if (thrown instanceof AppError) return thrown;
  const failing = failings[systemCode(thrown)];
  if (thrown instanceof Deno.errors.NotCapable) {
    const flag = missingFlag(thrown) ?? `--allow-read=${path} --allow-write=${path}`;
    return new StorageError(`Cannot ${action} "${path}": the program was started without this right`, {
      code: "not_writable",
      path,
      hint: `add ${flag}`,
      cause: thrown,
    });
  }
  const state = failing?.state ?? (thrown instanceof Error ? thrown.message : String(thrown));
  return new StorageError(`Cannot ${action} "${path}": ${state}`, {
    code: failing?.code ?? "storage",
    path,
    cause: thrown,
    ...(failing?.hint === undefined ? {} : { hint: failing.hint }),
  });
}

/** Refuses a path because of what stands there. */
export function pathError(action: string, path: string, state: string, hint?: string): StorageError {
  const way = hint === undefined ? {} : { hint };
  return new StorageError(`Cannot ${action} "${path}": ${state}`, { code: "path", path, ...way });
}

/** `ENOSPC`, `EACCES`, …; `""` when the runtime does not say. */
export function systemCode(thrown: unknown): string {
  const code = typeof thrown === "object" && thrown !== null && "code" in thrown ? thrown.code : "";
  return typeof code === "string" ? code : "";
}
