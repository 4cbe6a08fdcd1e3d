/** Keeps secrets out of whatever people and files get to see: known ones by value, others by their shape. */
import { hideAccountSecrets, hideSecretValues } from "./secret_values.ts";

const secretFields =
  /^(access_token|refresh_token|download_access_token|download_token|token|authorization|client_secret|secret|password|passcode|recording_play_passcode|pwd|download_url|play_url|share_url|zak|signature|policy|key-pair-id)$/i;

/** True for names of fields that hold secrets or addresses that grant access. */
export function isSecretField(name: string): boolean {
  return secretFields.test(name);
}

/**
 * A URL fit for logs: scheme, host and path, with the query's values and the opaque part of download
 * addresses removed. Text that is no URL comes back as `"(not a URL)"`.
 */
export function redactUrl(url: string | URL): string {
  let parsed: URL;
  try {
    parsed = new URL(url);
  } catch {
    return "(not a URL)";
  }
  const path = parsed.pathname.replace(
    /^(.*\/(?:rec|recording)\/(?:[a-z_]+\/)*?(?:download|play|share|webhook_download)\/)(.+)$/i,
    (_, head: string, opaque: string) => `${head}${opaque.slice(0, 4)}…`,
  );
  const names = [...parsed.searchParams.keys()];
  const safe = (name: string) =>
    safeQueryFields.has(name) ? `${name}=${parsed.searchParams.get(name)}` : `${name}=…`;
  return `${parsed.protocol}//${parsed.host}${path}${
    names.length > 0 ? `?${names.map(safe).join("&")}` : ""
  }`;
}

const safeQueryFields = new Set([
  "from",
  "to",
  "page_size",
  "status",
  "trash",
  "trash_type",
  "include_fields",
  "ttl",
]);

const patterns: readonly (readonly [RegExp, string])[] = [
  [/\b(Bearer|Basic)\s+[A-Za-z0-9._~+/=-]{6,}/gi, "$1 …"],
  [/\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)?/g, "…jwt…"],
  [
    /([?&](?:access_token|token|pwd|passcode|signature|policy|key-pair-id|x-amz-[a-z-]+|secret|client_secret)=)[^&\s"'<>]+/gi,
    "$1…",
  ],
  [
    /("(?:access_token|download_access_token|client_secret|password|passcode|recording_play_passcode|download_url|play_url)"\s*:\s*")[^"]*(")/gi,
    "$1…$2",
  ],
  [
    /(\/(?:rec|recording)\/(?:[a-z_]+\/)*?(?:download|play|share|webhook_download)\/[A-Za-z0-9_.-]{0,4})[A-Za-z0-9_.~%+=/-]+/gi,
    "$1…",
  ],
];

/** Text without the secrets that this process knows, and without whatever looks like a token or a signed address. */
export function redactText(text: string): string {
  return hideShapes(hideSecretValues(text));
}

function hideShapes(text: string): string {
  let safe = text;
  for (const [pattern, replacement] of patterns) safe = safe.replace(pattern, replacement);
  return safe;
}

/** Levels of data that are kept: Zoom's answers have five, and no call stack is endless. */
const maxDepth = 64;

/**
 * A deep copy of plain JSON data without secret fields and with every text redacted; `null` for what lies too deep. The
 * same data gives the same copy in every run: values of single meetings, which a run may or may not have met, do not
 * count.
 */
export function redactData(value: unknown, depth = 0): unknown {
  if (typeof value === "string") return hideShapes(hideAccountSecrets(value));
  if (typeof value === "object" && depth > maxDepth) return null;
  if (Array.isArray(value)) return value.map((inner) => redactData(inner, depth + 1));
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).filter(([name]) => !isSecretField(name));
  return Object.fromEntries(entries.map(([name, inner]) => [name, redactData(inner, depth + 1)]));
}
