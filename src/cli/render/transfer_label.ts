import { displayWidth } from "./display_width.ts";
import { truncateEnd, truncateMiddle } from "./text.ts";

/**
 * What to call a file in `columns` columns: `2024-12-01 Weekly sync  MP4_gallery_view.mp4` for a path of the
 * default naming, else its last two segments. Where that does not fit, the day goes first; then the topic loses
 * its end, and a file name that takes more than half loses its middle.
 */
export function transferLabel(path: string, columns = Infinity): string {
  const { day, folder, file } = partsOf(path);
  if (folder === "") return truncateMiddle(file, columns);
  const gap = day === "" ? "/" : "  ";
  for (const label of [`${day}${folder}${gap}${file}`, `${folder}${gap}${file}`]) {
    if (displayWidth(label) <= columns) return label;
  }
  const half = Math.ceil((columns - gap.length) / 2);
  const room = Math.max(half, columns - gap.length - displayWidth(folder), Math.min(12, columns - 7));
  const shortFile = truncateMiddle(file, room);
  const shortFolder = truncateEnd(folder, columns - gap.length - displayWidth(shortFile));
  return shortFolder === "" ? truncateMiddle(file, columns) : `${shortFolder}${gap}${shortFile}`;
}

function partsOf(path: string): { day: string; folder: string; file: string } {
  const segments = path.split("/").filter((segment) => segment !== "");
  const file = segments.at(-1) ?? path;
  const folder = segments.at(-2) ?? "";
  const meeting = /^(\d{4})(\d{2})(\d{2})_\d{6}Z_(.+)$/.exec(folder);
  if (!meeting) return { day: "", folder, file };
  const topic = meeting[4]?.replace(/_\d{9,12}$/, "") ?? "";
  const day = `${meeting[1]}-${meeting[2]}-${meeting[3]} `;
  return { day, folder: topic, file: file.replace(/^\d{8}_\d{6}Z_/, "") };
}
