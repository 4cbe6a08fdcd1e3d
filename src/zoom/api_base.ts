import { roomLogger } from "../core/log.ts";
import { isZoomHost } from "./hosts.ts";

const log = roomLogger("zoom");

/** Hosts that answer for every region, so that the account's own may take their place. */
const genericHosts: readonly string[] = ["api.zoom.us", "api.zoomgov.com"];

/**
 * Base of the API: the configured one, or the account's region as the token answer states it.
 *
 * A stated address gets tokens, so it must be https and Zoom's own; a configured host other than the generic
 * ones is somebody's decision and stays.
 */
export function chooseApiBase(configured: string, stated: string | undefined): string {
  const base = configured.replace(/\/+$/, "");
  if (stated === undefined || !genericHosts.includes(new URL(base).hostname)) return base;
  const url = URL.parse(stated);
  if (url === null || url.protocol !== "https:" || !isZoomHost(url.hostname) || url.port !== "") {
    log.warn("ignored the API address in the token answer: {host} is not Zoom's", {
      host: url?.host ?? "it",
    });
    return base;
  }
  return `${url.origin}/v2`;
}
