/**
 * The plugins that the program ships, by name; each is imported when somebody names it. Literal addresses, so that a binary or a bundle
 * holds them.
 *
 * @module
 */
export const bundledPlugins = {
  "exec": () => import("./exec.ts"),
  "match": () => import("./match/mod.ts"),
  "notify": () => import("./notify.ts"),
  "prefer-view": () => import("./prefer_view.ts"),
  "template": () => import("./template/mod.ts"),
} as const;
