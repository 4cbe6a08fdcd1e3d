import { UsageError } from "../core/errors.ts";

/** Older ones lack parts of the runtime (`Temporal`, for one), which a command would meet in the middle of its work. */
const least = { major: 2, minor: 9 };

/**
 * Refuses a Deno that is too old.
 *
 * @throws {UsageError} For a version below 2.9.
 */
export function requireDeno(version: string): void {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  if (major > least.major || (major === least.major && minor >= least.minor)) return;
  throw new UsageError(
    `Cannot run on Deno ${version}: it takes ${least.major}.${least.minor} or later`,
    { value: version, hint: "deno upgrade, or npm install --global deno@2.9.6" },
  );
}
