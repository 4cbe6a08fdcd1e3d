/**
 * `prefer-view`: of the several layouts in which Zoom records a meeting, keeps the best that there is.
 *
 * ```sh
 * zoom-extract --plugin prefer-view
 * zoom-extract --plugin prefer-view --plugin-option prefer-view.order=gallery_view,active_speaker
 * ```
 *
 * ```json
 * { "plugins": { "prefer-view": { "order": ["gallery_view", "active_speaker"] } } }
 * ```
 *
 * Layouts compete only with those that start at the same time: a recording that was stopped and started again has
 * several sets, and each keeps its best. Layouts that `order` does not name come after those it names. Whatever else there
 * is always passes: audio, chat and transcripts, videos that are no layout (sign language, a single host's), and videos
 * without a start. One that Zoom still processes, or that lies in the trash, keeps no other one away.
 *
 * @module
 */
import { definePlugin, type RecordingFile } from "zoom-extract";

/** Layouts that Zoom is known to give, the most telling first. */
const layouts = [
  "shared_screen_with_speaker_view",
  "shared_screen_with_gallery_view",
  "active_speaker",
  "speaker_view",
  "gallery_view",
  "shared_screen",
] as const;

export default definePlugin({
  apiVersion: 1,
  name: "prefer-view",
  version: "1.0.0",
  description: "Keeps the best layout of each recording instead of all of them.",
  kinds: ["filter"],
  options: {
    order: {
      type: "list",
      default: layouts,
      help: "Recording types, the best first; layouts that are not named come after them.",
    },
  },
  permissions: {},
  setup({ options, log }) {
    const order = options.order.map(normalize);
    if (order.length === 0 || order.includes("")) {
      throw new Error(
        `Cannot use prefer-view.order "${options.order.join(",")}": a name is empty; there are ${
          layouts.join(", ")
        }`,
      );
    }
    for (const type of order) {
      if (layouts.some((layout) => layout === type)) continue;
      log.warn(`"${type}" of order is no layout that Zoom is known to give: there are ${layouts.join(", ")}`);
    }
    const ranks = rankOf([...order, ...layouts]);
    return { filters: { layout: ({ file }, siblings) => isBest(file, siblings, ranks) } };
  },
});

function rankOf(types: readonly string[]): ReadonlyMap<string, number> {
  return new Map([...new Set(types)].map((type, rank) => [type, rank]));
}

function isBest(
  file: RecordingFile,
  siblings: readonly RecordingFile[],
  ranks: ReadonlyMap<string, number>,
): boolean {
  const rank = layoutRank(file, ranks);
  if (rank === undefined) return true;
  return siblings.every((other) => {
    const otherRank = layoutRank(other, ranks);
    if (otherRank === undefined || otherRank >= rank) return true;
    return other.recordingStart !== file.recordingStart || !isAvailable(other);
  });
}

/** `undefined` for what competes with nothing. */
function layoutRank(file: RecordingFile, ranks: ReadonlyMap<string, number>): number | undefined {
  if (file.fileType.toUpperCase() !== "MP4" || file.recordingStart === "") return undefined;
  return ranks.get(normalize(file.recordingType));
}

function isAvailable({ status, deletedTime }: RecordingFile): boolean {
  return deletedTime === undefined && (status === "" || status.toLowerCase() === "completed");
}

/** Zoom's `(CC)` comes and goes. */
function normalize(recordingType: string): string {
  return recordingType.trim().toLowerCase().replace(/\(cc\)$/, "").trim();
}
