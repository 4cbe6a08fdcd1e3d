/**
 * The program under measurement, as a user starts it.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { v8Flags } from "../../src/cli/v8_flags.ts";
import { measure, type Usage } from "./child.ts";
import type { FakeZoom } from "./fake_zoom.ts";
import type { BenchContext } from "./scenario.ts";

/** Path of the program. */
export const mainPath: string = fileURLToPath(new URL("../../main.ts", import.meta.url));

/** Where the program finds an account. */
export type Reachable = Pick<FakeZoom, "origin" | "account">;

/** How to run it. */
export interface OurOptions {
  readonly outputDir: string;
  readonly args?: readonly string[];
  /** File with a certificate to trust. */
  readonly caPath?: string | undefined;
  /** How many files it has to bring; any number when left out. */
  readonly downloaded?: number;
}

/** What the summary says, as far as the bench looks. */
interface Summary {
  readonly files: { readonly downloaded: number; readonly failed: number };
  readonly api_requests: number;
}

/** One run of `extract` over the account's days. Throws when it fails or does not bring what it has to. */
export async function extract(
  context: BenchContext,
  zoom: Reachable,
  options: OurOptions,
): Promise<Usage & { readonly summary: Summary }> {
  const { from, to } = zoom.account;
  const usage = await runOurs([
    "extract",
    ...["--from-date", from, "--to-date", to, "--output-dir", options.outputDir, "--json", "--no-progress"],
    ...options.args ?? [],
  ], environment(zoom, options.caPath));
  context.sawMemory(usage.peakBytes);
  const summary = JSON.parse(usage.stdout) as Summary;
  if (options.downloaded !== undefined && summary.files.downloaded !== options.downloaded) {
    throw new Error(
      `${summary.files.downloaded} files came instead of ${options.downloaded}: ${usage.stdout}`,
    );
  }
  return { ...usage, summary };
}

/** One command, started as what Getting started installs starts it. Throws when it fails. */
export function runOurs(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Usage> {
  const command = [Deno.execPath(), "run", "-A", "--no-prompt", "--quiet", v8Flags, mainPath, ...args];
  return measure(command, { env: { [lazyImports]: "1", ...env } });
}

/** With it Deno reads the modules of a command when they are asked for. It may do so only with all rights. */
export const lazyImports = "DENO_UNSTABLE_LAZY_DYNAMIC_IMPORTS";

/** Variables with which it uses this account and nothing else. */
export function environment(zoom: Reachable, caPath?: string): Record<string, string> {
  return {
    ZOOM_ACCOUNT_ID: "bench-account",
    ZOOM_CLIENT_ID: "bench-client",
    ZOOM_CLIENT_SECRET: "bench-secret-value",
    ZOOM_API_URL: `${zoom.origin}/v2`,
    ZOOM_OAUTH_URL: `${zoom.origin}/oauth/token`,
    ...(caPath === undefined ? {} : { DENO_CERT: caPath }),
  };
}
