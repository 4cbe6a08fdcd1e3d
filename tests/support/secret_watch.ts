/**
 * Watches over the secrets of a test file: every simulated account tells what it hands out, and all that the program
 * leaves behind or says is searched for it. `preload.ts` makes it so for every test of the suite; the parts of this
 * folder use it by themselves, so that a test which is run alone is watched over too.
 */
import { basename, dirname, join } from "node:path";
import { observeSimulators, type Simulator } from "../../src/simulator/mod.ts";
import { SecretScan } from "./secret_scan.ts";

/** What was watched over in one process; they add up. */
export interface WatchTally {
  tests: number;
  simulators: number;
  secrets: number;
  files: number;
  outputs: number;
  storageRequests: number;
  found: string[];
}

const scan = new SecretScan();
/** Found since the last test ended. */
const fresh: string[] = [];
const running = new Set<Simulator>();
const excused = new WeakSet<Simulator>();
const excusedFiles = new Set<string>();
let masksExpected = false;
const outputs: { readonly name: string; readonly text: () => string }[] = [];
const tally: WatchTally = {
  tests: 0,
  simulators: 0,
  secrets: 0,
  files: 0,
  outputs: 0,
  storageRequests: 0,
  found: [],
};

observeSimulators({
  started(simulator) {
    tally.simulators++;
    running.add(simulator);
  },
  ending(simulator) {
    learn(simulator);
    running.delete(simulator);
    tally.storageRequests += simulator.count("storage");
    const [first] = simulator.misdirected;
    if (!first || excused.has(simulator)) return;
    fresh.push(`the storage host was sent a credential: ${first.method} ${first.path}`);
  },
});

function learn(simulator: Simulator): void {
  scan.add(simulator.secrets());
}

/** A secret that no simulator hands out, such as a client secret made up by a test. */
export function noteSecret(secret: string | undefined): void {
  if (secret !== undefined) scan.add([secret]);
}

/** For a test that sends a credential to the storage host on purpose. */
export function expectMisdirected(simulator: Simulator): void {
  excused.add(simulator);
}

/** For a file that holds a secret on purpose: the program itself, with the credentials of its simulated account. */
export function expectSecretIn(path: string): void {
  excusedFiles.add(path);
}

/** For a test whose program tells a workflow's runner what to hide: in such lines, and only in them, until it ends. */
export function expectMasks(): void {
  masksExpected = true;
}

/** Something that is written to until the test is over; searched then. */
export function watchOutput(name: string, text: () => string): void {
  outputs.push({ name, text });
}

/** Searches a text that the program has said. */
export function searchText(name: string, text: string): void {
  if (text === "") return;
  for (const simulator of running) learn(simulator);
  tally.outputs++;
  // The runner of a workflow takes such a line for itself and never shows it.
  const shown = masksExpected ? text.replace(/^::add-mask::.*$/gm, "") : text;
  note(name, new TextEncoder().encode(shown));
}

/** Searches every file below a folder: what lies in it after a test is all that the test has left on disk. */
export async function searchFolder(dir: string): Promise<void> {
  for (const simulator of running) learn(simulator);
  await searchBelow(dir, "");
}

async function searchBelow(root: string, below: string): Promise<void> {
  const entries = await Array.fromAsync(Deno.readDir(join(root, below))).catch(() => []);
  for (const entry of entries) {
    const path = join(below, entry.name);
    if (entry.isDirectory) await searchBelow(root, path);
    else if (entry.isFile && !isInput(join(root, path))) await searchFile(join(root, path));
  }
}

/** `.env` is where people keep their secrets: a test wrote it, not the program. */
function isInput(path: string): boolean {
  return basename(path) === ".env" || excusedFiles.has(path);
}

async function searchFile(path: string): Promise<void> {
  const bytes = await readEnds(path).catch(() => undefined);
  if (bytes === undefined) return;
  tally.files++;
  note(path, bytes);
}

const wholeBytes = 4 * 1024 ** 2;

/** A file's bytes; of a large one, which is a recording and no words of ours, the first megabytes. */
async function readEnds(path: string): Promise<Uint8Array> {
  using file = await Deno.open(path);
  const { size } = await file.stat();
  if (size <= wholeBytes) return await new Response(file.readable).bytes();
  const bytes = new Uint8Array(wholeBytes);
  const read = await file.read(bytes);
  return bytes.subarray(0, read ?? 0);
}

function note(place: string, bytes: Uint8Array): void {
  const secret = scan.find(bytes);
  if (secret !== undefined) fresh.push(`${place} holds the secret ${secret}`);
}

/** What was found in this test so far, taken back: for the test that plants a leak. */
export function takeFound(): string[] {
  return fresh.splice(0);
}

/** Searches what is still open; called after every test. */
export function closeTest(): void {
  for (const { name, text } of outputs.splice(0)) searchText(name, text());
  masksExpected = false;
  tally.tests++;
  const found = takeFound();
  tally.found.push(...found);
  if (found.length > 0) throw new Error(`A secret got out:\n  ${found.join("\n  ")}`);
}

/** The figures so far, and the secrets themselves for the last sweep. */
export function tallyNow(): { tally: WatchTally; secrets: string[] } {
  for (const simulator of running) learn(simulator);
  return { tally: { ...tally, secrets: scan.size, found: [...tally.found, ...fresh] }, secrets: [...scan] };
}

/** Searches each folder made for a test before it is removed, whoever removes it. */
export function watchRemoval(tempDir: string): void {
  const remove = Deno.remove;
  Deno.remove = async (path, options) => {
    const text = String(path);
    if (dirname(text) === tempDir && basename(text) !== "") await searchFolder(text);
    return await remove(path, options);
  };
}

/** Searches the outputs of each program that is run to its end, whoever runs it. */
export function watchCommands(): void {
  const output = Deno.Command.prototype.output;
  Deno.Command.prototype.output = async function () {
    const result = await output.call(this);
    for (const stream of ["stdout", "stderr"] as const) {
      searchText(`${stream} of a program`, textOf(result, stream));
    }
    return result;
  };
}

function textOf(result: Deno.CommandOutput, stream: "stdout" | "stderr"): string {
  try {
    return new TextDecoder().decode(result[stream]);
  } catch {
    return ""; // not piped
  }
}
