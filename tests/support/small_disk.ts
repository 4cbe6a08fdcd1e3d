import { onLinux, succeeds } from "./systems.ts";

/** A small real file system of its own, where this machine lets one be mounted. */
export interface SmallDisk extends AsyncDisposable {
  /** True when the disk has the options now, such as `ro` or `size=16m`. */
  remount(options: string): Promise<boolean>;
}

/** Root may mount; on a hosted runner, somebody whom sudo asks for no password. */
const ways = [[], ["sudo", "-n"]] as const;

/**
 * Mounts a small disk over `dir`, which anybody may write to.
 *
 * @returns `undefined` where nothing may be mounted
 */
export async function mountSmallDisk(dir: string, kiB: number): Promise<SmallDisk | undefined> {
  if (!await asRoot("mount", "-t", "tmpfs", "-o", `size=${kiB}k,mode=0777`, "none", dir)) return undefined;
  return {
    remount: (options) => asRoot("mount", "-o", `remount,${options}`, dir),
    async [Symbol.asyncDispose]() {
      await asRoot("umount", dir);
    },
  };
}

async function asRoot(...command: readonly string[]): Promise<boolean> {
  // Elsewhere programs of these names do other things.
  if (onLinux.ignore) return false;
  for (const way of ways) {
    const [program = "", ...args] = [...way, ...command];
    if (await succeeds(program, ...args)) return true;
  }
  return false;
}
