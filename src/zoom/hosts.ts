import { zoomDomains } from "../core/zoom_domains.ts";

export { zoomDomains };

/** Who may see a credential: Zoom's domains over https, and the configured origins. */
export interface ZoomHosts {
  /** True when `url` may be sent a credential. */
  has(url: URL): boolean;
  /** True when `url` may be asked at all: https, or loopback where the account itself is on loopback. */
  allows(url: URL): boolean;
}

/** @param configured addresses of the API and of the token endpoint */
export function zoomHosts(configured: readonly string[]): ZoomHosts {
  const urls = configured.map((address) => new URL(address));
  const origins = new Set(urls.map((url) => url.origin));
  const isSimulated = urls.some((url) => isLoopback(url.hostname));
  return {
    has: (url) => origins.has(url.origin) || (url.protocol === "https:" && isZoomHost(url.hostname)),
    allows: (url) =>
      url.protocol === "https:" || (url.protocol === "http:" && isSimulated && isLoopback(url.hostname)),
  };
}

/** Tells whether `hostname` is one of Zoom's domains or below it; `evilzoom.us` is not. */
export function isZoomHost(hostname: string): boolean {
  const host = hostname.toLowerCase().replace(/\.$/, "");
  return zoomDomains.some((domain) => host === domain || host.endsWith(`.${domain}`));
}

/** Tells whether `hostname` is this machine. */
export function isLoopback(hostname: string): boolean {
  const host = hostname.toLowerCase();
  return host === "localhost" || host.endsWith(".localhost") || host === "[::1]" ||
    /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(host);
}
