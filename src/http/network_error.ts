import { NetworkError } from "../core/errors.ts";

/** What went wrong on the way, told apart by the runtime's own words: it gives no codes. */
interface Diagnosis {
  readonly pattern: RegExp;
  readonly state: string;
  readonly hint: string;
  /** Trying again cannot help. */
  readonly final?: boolean;
}

const connectionHint = "check the network connection, and the proxy if there is one";

const diagnoses: readonly Diagnosis[] = [
  {
    pattern: /dns error|failed to lookup address|name or service not known|no such host/i,
    state: "its name cannot be resolved",
    hint: "check the network connection and the spelling of the address",
  },
  {
    pattern: /connection refused/i,
    state: "it refuses the connection",
    hint: "nothing listens there: check the address and port, and the firewall",
  },
  {
    pattern: /certificate|corrupt message|handshake|tls|invalid http version/i,
    state: "no secure connection can be made",
    hint: "check the address; behind a TLS-inspecting proxy set DENO_TLS_CA_STORE=system or DENO_CERT=FILE",
  },
  { pattern: /connection reset/i, state: "the connection was reset", hint: connectionHint },
  {
    pattern: /connection closed|error reading a body|unexpected end of file|incomplete message|broken pipe/i,
    state: "the connection was closed early",
    hint: connectionHint,
  },
  { pattern: /unreachable/i, state: "the network is unreachable", hint: connectionHint },
  { pattern: /timed out|timeout/i, state: "the connection timed out", hint: connectionHint },
  {
    pattern: /requests to port \d+ are blocked|url scheme|not supported/i,
    state: "the runtime does not allow this address",
    hint: "check the address",
    final: true,
  },
];

/**
 * A failed `fetch` as a NetworkError that names the host and nothing else of the address.
 *
 * The original error is left behind on purpose: its text holds the whole URL, signed query included.
 */
export function toNetworkError(thrown: unknown, request: { action: string; url: URL }): NetworkError {
  const { action, url } = request;
  const error = thrown instanceof Error ? thrown : new Error(String(thrown));
  if (error instanceof Deno.errors.NotCapable) {
    return new NetworkError(`Cannot ${action}: no right to connect to "${url.host}"`, {
      code: "network_permission",
      hint: `add --allow-net=${url.hostname}, or put it into "net" of the permission set in deno.json`,
      exhausted: true,
    });
  }
  const text = error.cause instanceof Error ? error.cause.message : error.message;
  const found = diagnoses.find(({ pattern }) => pattern.test(text.replaceAll(url.href, "")));
  return new NetworkError(
    `Cannot ${action}: no answer from "${url.host}", ${found?.state ?? "request failed"}`,
    {
      hint: found?.hint ?? connectionHint,
      exhausted: found?.final ?? false,
    },
  );
}

/** The host did not answer in time. */
export function timeoutError(timeoutMs: number, request: { action: string; url: URL }): NetworkError {
  const seconds = Math.round(timeoutMs / 100) / 10;
  return new NetworkError(
    `Cannot ${request.action}: no answer from "${request.url.host}" within ${seconds} s`,
    { hint: connectionHint },
  );
}
