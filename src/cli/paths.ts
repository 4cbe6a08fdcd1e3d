import { isAbsolute, join } from "node:path";

/** `path` seen from `folder`, where `""` is the working directory; absolute paths stay as they are. */
export function inFolder(folder: string, path: string): string {
  return folder === "" || isAbsolute(path) ? path : join(folder, path);
}
