import { UsageError } from "./errors.ts";

const byteFactors: Readonly<Record<string, number>> = {
  "": 1,
  k: 1024,
  m: 1024 ** 2,
  g: 1024 ** 3,
  t: 1024 ** 4,
};

/**
 * Bytes from `"8388608"`, `"10M"`, `"1.5G"`, `"1GiB"` or `"500KB"`; a letter is a power of 1024.
 *
 * @throws {UsageError} When `value` is none of these.
 */
export function parseBytes(value: string, option: string): number {
  const match = /^(\d+(?:\.\d+)?)\s*([kmgt]?)i?b?(?:\/s)?$/i.exec(value.trim());
  const factor = match ? byteFactors[(match[2] ?? "").toLowerCase()] : undefined;
  const bytes = match && factor !== undefined ? Math.round(Number(match[1]) * factor) : NaN;
  if (!Number.isSafeInteger(bytes)) {
    throw new UsageError(`Cannot use ${option} "${value}": not a number of bytes`, {
      option,
      value,
      hint: "digits with an optional K, M, G or T, for example 10M",
    });
  }
  return bytes;
}

const durationFactorsMs: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/**
 * Milliseconds from `"90"` (seconds), `"90s"`, `"15m"`, `"1h30m"`, `"2d"`.
 *
 * @throws {UsageError} When `value` is none of these, or zero.
 */
export function parseDurationMs(value: string, option: string): number {
  const text = value.trim().toLowerCase();
  let total = /^\d+(\.\d+)?$/.test(text) ? Number(text) * 1000 : NaN;
  if (Number.isNaN(total) && /^(\d+(\.\d+)?(ms|s|m|h|d))+$/.test(text)) {
    total = 0;
    for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d)/g)) {
      total += Number(amount) * (durationFactorsMs[unit ?? ""] ?? NaN);
    }
  }
  if (!(total > 0) || !Number.isFinite(total)) {
    throw new UsageError(`Cannot use ${option} "${value}": not a duration`, {
      option,
      value,
      hint: "seconds, or a number with s, m, h or d, for example 45m or 1h30m",
    });
  }
  return Math.round(total);
}

/** `1536` → `1.5 KiB`; three significant digits, binary units. */
export function formatBytes(sizeBytes: number): string {
  const units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];
  let value = sizeBytes;
  let unit = 0;
  while (value >= 1023.5 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  const digits = unit === 0 || value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
  return `${value.toFixed(digits)} ${units[unit]}`;
}

/** `3_723_000` → `1h02m`; `65_000` → `1m05s`; `4_200` → `4.2s`. */
export function formatDuration(ms: number): string {
  if (ms < 9_950) return `${(ms / 1000).toFixed(1)}s`;
  const seconds = Math.round(ms / 1000);
  const two = (n: number) => String(n).padStart(2, "0");
  if (seconds < 60) return `${seconds}s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m${two(seconds % 60)}s`;
  const hours = Math.floor(seconds / 3600);
  if (hours < 48) return `${hours}h${two(Math.floor(seconds / 60) % 60)}m`;
  return `${Math.floor(hours / 24)}d${two(hours % 24)}h`;
}

/** `1234567` → `1,234,567`. */
export function formatCount(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ",");
}
