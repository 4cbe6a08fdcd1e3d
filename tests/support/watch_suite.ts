/** The watch over secrets, seen from the program that starts the tests: where it notes, and what came of it. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { noteSecret, searchFolder, takeFound, type WatchTally } from "./secret_watch.ts";

/** The watch over one run of the suite. */
export interface SuiteWatch extends AsyncDisposable {
  /** For `deno test`. */
  readonly flags: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /**
   * Searches what the tests have left behind, and adds up.
   *
   * @param isWhole a whole suite in which nothing was searched is refused
   */
  close(options: { isWhole: boolean }): Promise<{ ok: boolean; text: string }>;
}

/** Makes a folder in which all folders of tests lie, and in which each test file leaves its notes. */
export async function openSecretWatch(): Promise<SuiteWatch> {
  // As the program tells it: on macOS the folder for what is temporary lies behind a link.
  const root = await Deno.realPath(await Deno.makeTempDir({ prefix: "zoom-extract-suite-" }));
  const [notes, temp] = [join(root, "notes"), join(root, "tmp")];
  await Promise.all([Deno.mkdir(notes), Deno.mkdir(temp)]);
  return {
    flags: ["--preload", fileURLToPath(new URL("./preload.ts", import.meta.url))],
    // TMP and TEMP are what Windows calls it.
    env: { ZOOM_EXTRACT_TEST_WATCH: notes, TMPDIR: temp, TMP: temp, TEMP: temp },
    async close({ isWhole }) {
      const { tally, secrets } = await readNotes(notes);
      for (const secret of secrets) noteSecret(secret);
      const left = await Array.fromAsync(Deno.readDir(temp));
      await searchFolder(temp);
      return verdict({ ...tally, found: [...tally.found, ...takeFound()] }, {
        isWhole,
        left: left.map(({ name }) => name),
      });
    },
    [Symbol.asyncDispose]: () => Deno.remove(root, { recursive: true }),
  };
}

async function readNotes(dir: string): Promise<{ tally: WatchTally; secrets: Set<string> }> {
  const sum: WatchTally = {
    tests: 0,
    simulators: 0,
    secrets: 0,
    files: 0,
    outputs: 0,
    storageRequests: 0,
    found: [],
  };
  const secrets = new Set<string>();
  for await (const { name } of Deno.readDir(dir)) {
    const note = JSON.parse(await Deno.readTextFile(join(dir, name))) as {
      tally: WatchTally;
      secrets: string[];
    };
    for (const secret of note.secrets) secrets.add(secret);
    const { found, ...counts } = note.tally;
    sum.found.push(...found);
    for (const [key, count] of Object.entries(counts)) sum[key as keyof typeof counts] += count;
  }
  return { tally: sum, secrets };
}

/** What is said in the end; not `ok` when a secret got out, or when a whole suite saw nothing. */
export function verdict(
  tally: WatchTally,
  { isWhole, left }: { isWhole: boolean; left: readonly string[] },
): { ok: boolean; text: string } {
  const { tests, secrets, files, outputs, simulators, storageRequests, found } = tally;
  const number = (count: number) => count.toLocaleString("en-US");
  const isBlind = isWhole && [tests, secrets, files, outputs, storageRequests].includes(0);
  const lines = [
    `Secrets: ${number(secrets)} handed out by ${number(simulators)} simulated accounts in ${
      number(tests)
    } ` +
    `tests; ${number(files)} files and ${number(outputs)} outputs searched, ${number(found.length)} found; ` +
    `${number(storageRequests)} requests to storage without a credential`,
    ...(left.length === 0 ? [] : [`  Left over by the tests, and searched: ${left.join(", ")}`]),
    ...found.map((line) => `  ${line}`),
    ...(isBlind ? ["  Nothing was watched: this suite proves nothing about secrets"] : []),
  ];
  return { ok: found.length === 0 && !isBlind, text: lines.join("\n") };
}
