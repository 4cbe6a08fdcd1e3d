import type { Config } from "../core/config.ts";
import type { Candidate } from "../core/recording.ts";

/** Decides for many files at once: the reason to leave one out, or `undefined` to take it. */
export type Selection = (candidates: readonly Candidate[]) => Promise<readonly (string | undefined)[]>;

/** The choices made by flags: `--types` and `--exclude-types`. The reason is the flag's name. */
export function createSelection(config: Pick<Config, "types" | "excludeTypes">): Selection {
  const types = new Set(config.types.map((type) => type.toUpperCase()));
  const excluded = new Set(config.excludeTypes.map((type) => type.toUpperCase()));
  const reasonFor = ({ file }: Candidate): string | undefined => {
    const type = file.fileType.toUpperCase();
    if (types.size > 0 && !types.has(type)) return "types";
    return excluded.has(type) ? "exclude-types" : undefined;
  };
  return (candidates) => Promise.resolve(candidates.map(reasonFor));
}
