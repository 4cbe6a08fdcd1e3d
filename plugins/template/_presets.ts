const user = "{user_email,user_id|unknown_user}";
const topic = "{topic|untitled}";
const file =
  "{recording_start:%Y%m%d_%H%M%S|undated}_{file_type:upper,ext:upper|FILE}{file_name&_{file_name}|}";

/** Ready-made templates by name. */
export const presets = {
  /** What the program does without this plugin. */
  "original":
    `${user}/{start:%Y%m%d_%H%M%SZ|00000000_000000Z}_${topic}_{meeting_id|0}/{recording_start:%Y%m%d_%H%M%SZ|00000000_000000Z}_{file_type:upper,ext:upper|FILE}{file_name&_{file_name}|}`,
  /** Months, then people, then meetings. */
  "by-month": `{start:%Y/%m|undated}/${user}/{start:%Y%m%d_%H%M%S|undated} ${topic} [{meeting_id|0}]/${file}`,
  /** All that bears one topic together. */
  "by-topic": `${user}/${topic}/{start:%Y%m%d_%H%M%S|undated} [{meeting_id|0}]/${file}`,
  /** One folder for each person. */
  "flat": `${user}/{start:%Y%m%d_%H%M%S|undated} ${topic} [{meeting_id|0}] ${file}`,
} as const;

/** Names of the presets. */
export const presetNames = [
  "original",
  "by-month",
  "by-topic",
  "flat",
] as const satisfies readonly PresetName[];

type PresetName = keyof typeof presets;

/** Tells whether there is a preset of that name. */
export function isPreset(name: string): name is PresetName {
  return Object.hasOwn(presets, name);
}
