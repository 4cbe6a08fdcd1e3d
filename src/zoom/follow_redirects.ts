import { TransferError } from "../core/errors.ts";
import { rememberAddress } from "../core/secret_values.ts";
import type { HttpClient } from "../http/mod.ts";
import type { ZoomHosts } from "./hosts.ts";

/** What to fetch, and with which credential. */
export interface DownloadRequest {
  readonly url: URL;
  /** To complete "Cannot …" in messages. */
  readonly action: string;
  /** Bearer token for Zoom's hosts; it never follows to a storage host. */
  readonly bearer?: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly client: Deno.HttpClient;
  readonly signal: AbortSignal;
}

const maxHops = 5;
const redirects = [301, 302, 303, 307, 308];

/**
 * Fetches a download address, following redirects by hand: https only (loopback apart), at most five, the
 * credential for Zoom's own hosts only, the same range at every hop.
 *
 * @throws {TransferError} `redirect` for a sign-in page, plain http, or too many hops.
 */
export async function followRedirects(
  http: HttpClient,
  hosts: ZoomHosts,
  request: DownloadRequest,
): Promise<Response> {
  const { action, headers, client, signal } = request;
  let url = request.url;
  let bearer = hosts.has(url) ? request.bearer : undefined;
  for (let hops = 0; hops <= maxHops; hops++) {
    rememberAddress(url);
    if (!hosts.allows(url)) throw redirectError(action, `"${url.host}" is not offered over https`);
    const response = await http.open({
      action,
      url,
      headers: bearer === undefined ? headers : { ...headers, authorization: `Bearer ${bearer}` },
      client,
      signal,
      accept: [416],
    });
    if (response.status < 300 || response.status >= 400) return response;
    await response.body?.cancel();
    if (!redirects.includes(response.status)) throw redirectError(action, `HTTP ${response.status}, no file`);
    const next = targetOf(response, url);
    if (next === undefined) throw redirectError(action, `"${url.host}" redirects to nowhere`);
    if (isSignIn(next)) throw redirectError(action, `"${url.host}" redirects to a sign-in page`);
    if (!mayFollow(url, next, hosts)) bearer = undefined;
    url = next;
  }
  throw redirectError(action, `more than ${maxHops} redirects`);
}

function targetOf(response: Response, base: URL): URL | undefined {
  const location = response.headers.get("location");
  return location === null ? undefined : URL.parse(location, base) ?? undefined;
}

/**
 * Tells whether the credential goes along: to the same origin, or to a download address on another host of
 * Zoom's. Storage is authorised by its signed query alone, also where it is below zoom.us (Zoom API reference,
 * "Downloading": redirects), and may refuse a request that carries both.
 */
function mayFollow(from: URL, to: URL, hosts: ZoomHosts): boolean {
  if (!hosts.has(to)) return false;
  if (from.origin === to.origin) return true;
  const isSigned = [...to.searchParams.keys()].some((name) =>
    /^(policy|.*signature|key-pair-id)$/i.test(name)
  );
  return !isSigned && /^\/rec(ording)?\/(.*\/)?(webhook_)?download\//i.test(to.pathname);
}

function isSignIn(url: URL): boolean {
  return url.pathname.split("/").some((segment) => /^(signin|sign_in|login)$/i.test(segment));
}

function redirectError(action: string, state: string): TransferError {
  return new TransferError(`Cannot ${action}: ${state}`, { code: "redirect" });
}
