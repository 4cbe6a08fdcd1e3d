import { isGranted, requireGranted } from "../../core/grants.ts";
import { roomLogger } from "../../core/log.ts";

const log = roomLogger("ci");

/** Appends to a file that the runner named; nothing happens where it named none. False if it could not be done. */
export async function appendTo(path: string | undefined, text: string): Promise<boolean> {
  if (path === undefined || path === "") return true;
  try {
    requireGranted({ kind: "write", value: path });
    await Deno.writeTextFile(path, text, { append: true });
    return true;
  } catch (error) {
    log.warn("Cannot write {path}: {error}", { path, error });
    return false;
  }
}

/** Bytes that a file holds already; 0 where there is none. */
export async function sizeOfFile(path: string | undefined): Promise<number> {
  if (path === undefined || path === "" || !isGranted({ kind: "read", value: path })) return 0;
  return await Deno.stat(path).then(({ size }) => size, () => 0);
}
