import { displayWidth } from "./display_width.ts";
import { truncateMiddle } from "./text.ts";

/**
 * What to call a file in `columns` columns: `2024-12-01 Weekly sync  MP4_gallery_view.mp4` for a path of the
 * default naming, without the day where that does not fit; else its last two segments.
 */
export function transferLabel(path: string, columns = Infinity): string {
  const label = fullLabel(path);
  if (displayWidth(label) <= columns) return label;
  return truncateMiddle(label.replace(/^\d{4}-\d{2}-\d{2} /, ""), columns);
}

function fullLabel(path: string): string {
  const segments = path.split("/").filter((segment) => segment !== "");
  const file = segments.at(-1) ?? path;
  const folder = segments.at(-2);
  if (folder === undefined) return file;
  const meeting = /^(\d{4})(\d{2})(\d{2})_\d{6}Z_(.+)$/.exec(folder);
  if (!meeting) return `${folder}/${file}`;
  const topic = meeting[4]?.replace(/_\d{9,12}$/, "");
  return `${meeting[1]}-${meeting[2]}-${meeting[3]} ${topic}  ${file.replace(/^\d{8}_\d{6}Z_/, "")}`;
}
