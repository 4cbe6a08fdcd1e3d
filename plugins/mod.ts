/**
 * The plugins that the program ships, by name; each is imported when somebody names it. Literal addresses, so that a
 * binary or a bundle holds them.
 *
 * @module
 */
export const bundledPlugins = {
  "checksum": () => import("./checksum.ts"),
  "exec": () => import("./exec.ts"),
  "match": () => import("./match/mod.ts"),
  "media-check": () => import("./media_check.ts"),
  "notify": () => import("./notify.ts"),
  "prefer-view": () => import("./prefer_view.ts"),
  "rclone": () => import("./rclone.ts"),
  "template": () => import("./template/mod.ts"),
  "transcode": () => import("./transcode/mod.ts"),
  "transcript": () => import("./transcript/mod.ts"),
} as const;
