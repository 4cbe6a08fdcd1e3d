import type { ActivePlugins, Asked, Choice } from "../core/active_plugins.ts";
import type { Config } from "../core/config.ts";
import type { RecordingFile } from "../core/recording.ts";
import { type FileRow, type Inventory, toCandidate } from "../inventory/mod.ts";

/** Decides for many files at once. Files of one meeting that follow one another share their `siblings`. */
export type Selection = (asked: readonly Asked[]) => Promise<readonly Choice[]>;

/**
 * The choices of a run: first those made by flags, whose reason is the flag's name, then the filters of plugins for what
 * is left.
 */
export function createSelection(
  config: Pick<Config, "types" | "excludeTypes">,
  plugins?: Pick<ActivePlugins, "choose">,
): Selection {
  const types = new Set(config.types.map((type) => type.toUpperCase()));
  const excluded = new Set(config.excludeTypes.map((type) => type.toUpperCase()));
  const byFlags = ({ candidate: { file } }: Asked): Choice => {
    const type = file.fileType.toUpperCase();
    if (types.size > 0 && !types.has(type)) return { reason: "types" };
    return { reason: excluded.has(type) ? "exclude-types" : undefined };
  };
  return async (asked) => {
    const choices = asked.map(byFlags);
    const open = choices.flatMap((choice, index) =>
      "reason" in choice && choice.reason === undefined ? [index] : []
    );
    if (!plugins || open.length === 0) return choices;
    const further = await plugins.choose(open.flatMap((index) => asked[index] ?? []));
    open.forEach((index, i) => choices[index] = further[i] ?? { reason: undefined });
    return choices;
  };
}

/** Remembered files, to ask about; their siblings are those that the inventory knows. */
export function askAbout(rows: readonly FileRow[], inventory: Inventory): Asked[] {
  const siblings = new Map<string, readonly RecordingFile[]>();
  return rows.map((row) => {
    const uuid = row.meeting_uuid;
    const files = siblings.get(uuid) ??
      inventory.files.ofMeeting(uuid).map((other) => toCandidate(other).file);
    siblings.set(uuid, files);
    return { candidate: toCandidate(row), siblings: files };
  });
}
