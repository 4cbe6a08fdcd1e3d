/**
 * A Zoom account: everything it has recorded, proven window by window, and the bytes of each file.
 *
 * Knows Zoom's endpoints, tokens, oddities and refusals. What to keep, where, and when to stop is left to the
 * pipeline; reading a body with an idle time limit, and judging its bytes, to the transfer.
 *
 * @example The windows of a year, proven or not
 * ```ts
 * import { createZoomAccount } from "./mod.ts";
 * import { completeConfig } from "../core/config.ts";
 * import { compileUserFilter } from "../core/user_filter.ts";
 * import { startSimulator } from "../simulator/mod.ts"; // in place of Zoom
 *
 * await using zoom = await startSimulator({ users: 2, months: 2 });
 * const { credentials, apiUrl, oauthUrl } = zoom;
 * await using account = createZoomAccount({ config: completeConfig({ credentials, apiUrl, oauthUrl }) });
 * const listing = account.list({
 *   range: { from: "2024-01-01", to: "2024-12-31" },
 *   discovery: "auto",
 *   userFilter: compileUserFilter([]),
 *   includeTrash: false,
 *   participantAudio: false,
 *   direction: "newest",
 *   uncovered: (_scope, range) => [range],
 *   signal: AbortSignal.timeout(10_000),
 * });
 * for await (const listed of listing) {
 *   if (listed.type === "window" && !listed.proof.proven) throw new Error(listed.proof.reason);
 * }
 * ```
 *
 * @module
 */
export { createZoomAccount, type ZoomAccountOptions } from "./zoom_account.ts";
export { encodeMeetingUuid } from "./encode_meeting_uuid.ts";
export { type Endpoint, endpoints } from "./endpoints.ts";
export { isServerTrouble } from "./list_failure.ts";
export { isLoopback, isZoomHost, zoomDomains, type ZoomHosts, zoomHosts } from "./hosts.ts";
export { splitWindows } from "./windows.ts";
