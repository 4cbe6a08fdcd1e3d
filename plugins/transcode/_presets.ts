/** How a preset turns one file into another: ffmpeg's arguments between the input and the output. */
export interface Preset {
  readonly help: string;
  readonly types: readonly string[];
  readonly extension: string;
  /** True when there is nothing to make of a file without sound. */
  readonly needsAudio?: boolean;
  readonly args: readonly string[];
}

/** The presets by name. */
export const presets: Readonly<Record<string, Preset>> = {
  "mp3": {
    help: "the sound alone, for every player",
    types: ["M4A"],
    extension: "mp3",
    needsAudio: true,
    args: ["-vn", "-codec:a", "libmp3lame", "-q:a", "4"],
  },
  "m4a": {
    help: "the sound of a video, small",
    types: ["MP4"],
    extension: "audio.m4a",
    needsAudio: true,
    args: ["-vn", "-codec:a", "aac", "-b:a", "64k"],
  },
  "720p-h264": {
    help: "at most 720 lines, plays everywhere",
    types: ["MP4"],
    extension: "720p.mp4",
    args: [
      "-vf",
      "scale=-2:trunc(min(720\\,ih)/2)*2",
      "-codec:v",
      "libx264",
      "-preset",
      "veryfast",
      "-crf",
      "26",
      "-pix_fmt",
      "yuv420p",
      "-codec:a",
      "aac",
      "-b:a",
      "96k",
      "-movflags",
      "+faststart",
    ],
  },
  "av1-small": {
    help: "the smallest, takes long",
    types: ["MP4"],
    extension: "av1.mp4",
    args: [
      "-vf",
      "scale=trunc(iw/2)*2:trunc(ih/2)*2",
      "-codec:v",
      "libsvtav1",
      "-preset",
      "8",
      "-crf",
      "42",
      "-codec:a",
      "aac",
      "-b:a",
      "64k",
      "-movflags",
      "+faststart",
    ],
  },
  "remux-faststart": {
    help: "nothing is coded again, but it plays before it is loaded",
    types: ["MP4", "M4A"],
    extension: "faststart.mp4",
    args: ["-codec", "copy", "-movflags", "+faststart"],
  },
};
