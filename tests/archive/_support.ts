import { join } from "node:path";
import { type Finding, verify, type VerifyOptions, type VerifySummary } from "../../src/app_verify.ts";
import { completeConfig } from "../../src/core/config.ts";
import { generateAccount, type Simulator } from "../../src/simulator/mod.ts";
import type { ArchiveUnderTest } from "../support/archive_under_test.ts";

/** An account with a few meetings of several files each. */
export function smallAccount(): ReturnType<typeof generateAccount> {
  return generateAccount({
    users: 2,
    months: 1,
    meetings: 4,
    files: 20,
    fileSizeBytes: 5_000,
    nowMs: Date.now(),
  });
}

/** How a check came out. */
export interface Checked {
  readonly summary: VerifySummary;
  readonly findings: readonly Finding[];
  /** Marks and paths of all that is not held, sorted. */
  readonly lines: readonly string[];
  /** Codes and messages of notices. */
  readonly notices: readonly string[];
}

/** Checks an archive in this process; with `zoom` the account is there to repair it from. */
export async function check(
  archive: Pick<ArchiveUnderTest, "dir">,
  { zoom, ...options }: VerifyOptions & { zoom?: Simulator } = {},
): Promise<Checked> {
  const { credentials = { accountId: "", clientId: "", clientSecret: "" }, apiUrl, oauthUrl } = zoom ?? {};
  const findings: Finding[] = [];
  const notices: string[] = [];
  const config = completeConfig({
    credentials,
    apiUrl,
    oauthUrl,
    outputDir: archive.dir,
    minFreeSpaceBytes: 0,
  });
  const summary = await verify(config, {
    onFindings: (page) => findings.push(...page),
    onEvent: (event) => event.type === "notice" && notices.push(`${event.code}: ${event.message}`),
    ...options,
  });
  const lines = findings.filter(({ mark }) => mark !== "=").map(({ mark, path }) => `${mark} ${path}`).sort();
  return { summary, findings, lines, notices };
}

/** Paths of an archive that a test damages. */
export interface Places {
  readonly root: string;
  /** Relative paths of files, those of one meeting first. */
  readonly files: readonly string[];
  /** Relative path of the first file's folder, with the names of all that it holds. */
  readonly folder: string;
  readonly inFolder: readonly string[];
  at(path: string): string;
}

/** Chooses what to damage. */
export function placesOf(archive: ArchiveUnderTest): Places {
  const rows = archive.query(
    "SELECT path, meeting_uuid FROM inventory WHERE status = 'completed' ORDER BY meeting_uuid, path",
  );
  const files = rows.map(({ path }) => String(path));
  const first = files[0] ?? "";
  const folder = first.slice(0, first.lastIndexOf("/"));
  const inFolder = [
    ...files.filter((path) => path.startsWith(`${folder}/`)).map((path) => path.slice(folder.length + 1)),
    "meta.json",
    "files.csv",
  ];
  return { root: archive.dir, files, folder, inFolder, at: (path) => join(archive.dir, ...path.split("/")) };
}

/** Changes one byte in the middle of a file. */
export async function flipByte(path: string): Promise<void> {
  const bytes = await Deno.readFile(path);
  const middle = Math.floor(bytes.length / 2);
  bytes[middle] = (bytes[middle] ?? 0) ^ 1;
  await Deno.writeFile(path, bytes);
}
