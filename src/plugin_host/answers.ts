import type { HookResult } from "../core/plugin.ts";

const maxSegments = 32;
const maxSegmentLength = 4096;

/** Path segments as a naming gave them, or what is wrong with them. */
export function checkSegments(
  value: unknown,
): { readonly segments: readonly string[] } | { readonly problem: string } {
  if (!Array.isArray(value)) return { problem: `${typeOf(value)}, not a list of path segments` };
  if (value.length === 0) return { problem: "an empty list, not path segments" };
  if (value.length > maxSegments) {
    return { problem: `${value.length} path segments, more than ${maxSegments}` };
  }
  const odd = value.find((segment) => typeof segment !== "string");
  if (odd !== undefined) return { problem: `${typeOf(odd)} among the path segments` };
  if (value.some((segment: string) => segment.length > maxSegmentLength)) {
    return { problem: `a path segment of more than ${maxSegmentLength} characters` };
  }
  return { segments: value };
}

/** A hook's result, or what is wrong with it. */
export function checkHookResult(
  value: unknown,
): { readonly result: HookResult } | { readonly problem: string } {
  if (value === undefined || value === null) return { result: {} };
  if (typeof value !== "object" || Array.isArray(value)) return { problem: `${typeOf(value)}, not a result` };
  const { made = [], replacedBy, reject, ...rest } = value as Record<string, unknown>;
  const [unknown] = Object.keys(rest);
  if (unknown !== undefined) {
    return { problem: `a result with "${unknown}"; it may have made, replacedBy, reject` };
  }
  if (!Array.isArray(made) || !made.every(isInside)) {
    return { problem: "made that is no list of paths in the archive" };
  }
  if (reject !== undefined && (typeof reject !== "string" || reject === "")) {
    return { problem: "reject that is no text" };
  }
  if (replacedBy !== undefined && !made.includes(replacedBy)) {
    return { problem: "replacedBy that is not one of made" };
  }
  return {
    result: {
      ...(made.length === 0 ? {} : { made }),
      ...(typeof replacedBy === "string" ? { replacedBy } : {}),
      ...(typeof reject === "string" ? { reject: reject.slice(0, 500) } : {}),
    },
  };
}

/** A relative path, `/`-separated, that stays below the archive. */
function isInside(path: unknown): boolean {
  return typeof path === "string" && path !== "" && !path.startsWith("/") && !/^[A-Za-z]:/.test(path) &&
    path.split("/").every((segment) => segment !== "" && segment !== "." && segment !== "..");
}

function typeOf(value: unknown): string {
  return value === null ? "null" : Array.isArray(value) ? "a list" : typeof value;
}
