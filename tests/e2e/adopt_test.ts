import assert from "node:assert/strict";
import { join } from "node:path";
import { openArchive } from "../../src/archive/mod.ts";
import { systemClock } from "../../src/core/clock.ts";
import {
  generateAccount,
  simAccount,
  simMeeting,
  type Simulator,
  simUser,
  startSimulator,
  type TruthFile,
} from "../../src/simulator/mod.ts";
import { ArchiveUnderTest, assertHoldsExactly, assertKeepsSecrets } from "../support/archive_under_test.ts";
import { foreignNamings, writeForeign, writeForeignTree } from "../support/foreign_trees.ts";
import { Program, type ProgramResult, runProgram } from "../support/program.ts";

const nowMs = Date.now();
const day = (back: number) => new Date(nowMs - back * 86_400_000).toISOString().slice(0, 10);
const account = () =>
  generateAccount({ users: 3, months: 1, meetings: 6, files: 24, fileSizeBytes: 20_000, nowMs });
const ana = simUser({ email: "ana@example.test" });

/** A folder of another tool; removed when disposed. */
class Foreign implements AsyncDisposable {
  private constructor(readonly dir: string) {}

  static async create(): Promise<Foreign> {
    return new Foreign(await Deno.realPath(await Deno.makeTempDir({ prefix: "zoom-extract-foreign-" })));
  }

  /** Path → size, time, number of names and bytes of every file. */
  async snapshot(): Promise<Record<string, string>> {
    const files: Record<string, string> = {};
    const walk = async (below: string): Promise<void> => {
      for await (const entry of Deno.readDir(join(this.dir, below))) {
        const path = below === "" ? entry.name : `${below}/${entry.name}`;
        if (entry.isDirectory) await walk(path);
        else if (entry.isFile) {
          const info = await Deno.stat(join(this.dir, path));
          const digest = await crypto.subtle.digest("SHA-256", await Deno.readFile(join(this.dir, path)));
          files[path] = `${info.size} ${info.mtime?.getTime()} ${new Uint8Array(digest).toHex()}`;
        }
      }
    };
    await walk("");
    return files;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.dir, { recursive: true });
  }
}

function adopt(
  zoom: Simulator,
  dir: string,
  archive: ArchiveUnderTest,
  ...more: string[]
): Promise<ProgramResult> {
  return runProgram([
    "adopt",
    dir,
    "-o",
    archive.dir,
    "--min-free-space",
    "0",
    "--from-date",
    day(60),
    ...more,
  ], { zoom });
}

function extract(zoom: Simulator, archive: ArchiveUnderTest): Promise<ProgramResult> {
  return runProgram(["-o", archive.dir, "--min-free-space", "0", "--from-date", day(60)], { zoom });
}

interface JsonLine {
  readonly type: string;
  readonly file: string;
  readonly status: string;
  readonly why: string | null;
  readonly [name: string]: unknown;
}

function lines({ stdout }: ProgramResult): { files: JsonLine[]; summary: Record<string, { files: number }> } {
  const all = stdout.trimEnd().split("\n").map((line) => JSON.parse(line));
  return { files: all.filter(({ type }) => type === "file"), summary: all.at(-1) };
}

Deno.test.each(Object.keys(foreignNamings) as (keyof typeof foreignNamings)[])(
  "what %s left is taken over, and extract fetches only the rest",
  async (tool) => {
    await using zoom = await startSimulator({ account: account() });
    await using archive = await ArchiveUnderTest.of(zoom);
    await using foreign = await Foreign.create();
    // A third was never downloaded.
    const some = zoom.truth().filter((_, i) => i % 3 !== 0);
    const written = await writeForeignTree(foreign.dir, some, foreignNamings[tool]);
    const before = await foreign.snapshot();
    const { code, stdout, stderr } = await adopt(zoom, foreign.dir, archive, "--by", "link", "--json");
    assert.equal(code, 0, stderr);
    const { summary } = lines({ stdout } as ProgramResult);
    assert.equal(summary["adopted"]?.files, written.size, stdout);
    const rest = zoom.truth().length - written.size;
    assert.equal(summary["still_to_fetch"]?.files, rest);
    assert.deepEqual(await foreign.snapshot(), before);
    assert.ok((await archive.tree()).every((path) => !path.endsWith(".part")));
    const rows = archive.query("SELECT DISTINCT reason, attempts FROM inventory WHERE status = 'completed'");
    assert.deepEqual(rows, [{ reason: "adopted", attempts: 0 }]);
    await assertKeepsSecrets(archive, zoom, [stdout, stderr]);

    zoom.resetCounts();
    assert.equal((await extract(zoom, archive)).code, 0);
    assert.equal(zoom.count("/rec/*"), rest);
    await assertHoldsExactly(archive, zoom.truth());
    assert.deepEqual(await foreign.snapshot(), before);
    const journal = (await archive.text("_logs/inventory.jsonl")).trimEnd().split("\n").map((line) =>
      JSON.parse(line)
    );
    assert.equal(journal.filter(({ reason }) => reason === "adopted").length, written.size);
  },
);

Deno.test("without --by a report is made, and nothing is changed or created", async () => {
  await using zoom = await startSimulator({ account: account() });
  await using archive = await ArchiveUnderTest.of(zoom);
  await using foreign = await Foreign.create();
  await writeForeignTree(foreign.dir, zoom.truth(), foreignNamings.zoomRecordingDownloader);
  const before = await foreign.snapshot();
  const outputDir = join(archive.dir, "never");
  const result = await runProgram(["adopt", foreign.dir, "-o", outputDir], { zoom });
  assert.equal(result.code, 0, result.stderr);
  assert.match(result.stderr, new RegExp(`Matched: ${zoom.truth().length} files`));
  assert.match(result.stderr, /Still to fetch: 0 files/);
  assert.match(result.stdout, /^matched .+\n +→ ana.+\(id in its name, and size\)$/m);
  assert.deepEqual(await foreign.snapshot(), before);
  assert.deepEqual(await archive.tree({ all: true }), []);

  // Of an archive that exists no byte changes either.
  await extract(zoom, archive);
  const state = await archive.digests();
  const again = await adopt(zoom, foreign.dir, archive, "--json");
  assert.equal(again.code, 0, again.stderr);
  const { summary } = lines(again);
  assert.equal(summary["held"]?.files, zoom.truth().length);
  assert.deepEqual(await archive.digests(), state);
  assert.deepEqual(archive.query("SELECT count(*) AS n FROM runs"), [{ n: 1 }]);
});

/** One meeting with a video in two views of one size, its audio, transcript and chat, and a timeline without a size. */
function twins(): ReturnType<typeof simAccount> {
  const start = `${day(5)}T14:00:00Z`;
  const mp4 = { fileType: "MP4", sizeBytes: 300_000 };
  const files = [
    { ...mp4, recordingType: "shared_screen_with_speaker_view" },
    { ...mp4, recordingType: "gallery_view" },
    { fileType: "M4A", sizeBytes: 50_000 },
    { fileType: "TRANSCRIPT", sizeBytes: 3_000 },
    { fileType: "CHAT", sizeBytes: 700 },
    { fileType: "TIMELINE", sizeBytes: 900, listedSize: null, id: null, recordingType: null },
  ];
  return simAccount({ users: [ana], meetings: [simMeeting({ host: ana, start, topic: "Plan", files })] });
}

function ofType(truth: readonly TruthFile[], type: string, index = 0): TruthFile {
  const found = truth.filter(({ fileType }) => fileType === type)[index];
  assert.ok(found);
  return found;
}

Deno.test("pages, truncated files, strangers and twins: each is told apart, with the reason", async () => {
  await using zoom = await startSimulator({ account: twins() });
  await using archive = await ArchiveUnderTest.of(zoom);
  await using foreign = await Foreign.create();
  const truth = zoom.truth();
  const [speaker, gallery] = [ofType(truth, "MP4"), ofType(truth, "MP4", 1)];
  const [audio, transcript] = [ofType(truth, "M4A"), ofType(truth, "TRANSCRIPT")];
  const at = `GMT${speaker.recordingStart.replace(/[-:]/g, "").replace("T", "-").replace("Z", "")}`;
  const page = "<!DOCTYPE html><html><head><title>Sign In</title></head></html>";
  const files: Record<string, Uint8Array | string> = {
    // Of equal size, start and kind of name: only the bytes tell which is which.
    [`a/${at}_Recording_1920x1080.mp4`]: gallery.bytes(),
    [`b/${at}_Recording_1920x1080.mp4`]: speaker.bytes(),
    [`page/${at}_Recording_1920x1080.mp4`]: page,
    [`cut/${at}_Recording.m4a`]: audio.bytes().subarray(0, 20_000),
    [`nearly/${at}_Recording.transcript.vtt`]: transcript.bytes().subarray(0, 2_990),
    [`${at}_Recording_640x360.json`]: ofType(truth, "TIMELINE").bytes(),
    "holiday.mp4": speaker.bytes(),
    "GMT20140101-000000_Recording.mp4": speaker.bytes(),
    [`${at}_Recording_1920x1080.mp4.crdownload`]: "half",
    [`${at}_RecordingnewChat.txt`]: "",
    "double_click_to_convert_01.zoom": "zoom",
  };
  for (const [path, bytes] of Object.entries(files)) await writeForeign(foreign.dir, path, bytes);
  await Deno.symlink(join(foreign.dir, "holiday.mp4"), join(foreign.dir, `${at}_link.mp4`));
  const before = await foreign.snapshot();
  const result = await adopt(zoom, foreign.dir, archive, "--by", "copy", "--json");
  assert.equal(result.code, 0, result.stderr);
  const told = new Map(lines(result).files.map(({ file, status, why }) => [file, [status, why ?? ""]]));
  assert.deepEqual(Object.fromEntries(told), {
    [`a/${at}_Recording_1920x1080.mp4`]: ["adopted", ""],
    [`b/${at}_Recording_1920x1080.mp4`]: ["adopted", ""],
    [`page/${at}_Recording_1920x1080.mp4`]: ["refused", "an HTML page instead of MP4"],
    [`cut/${at}_Recording.m4a`]: ["refused", "20,000 bytes, and the recording has 50,000"],
    [`nearly/${at}_Recording.transcript.vtt`]: ["refused", "2990 bytes, and the recording has 3000"],
    [`${at}_Recording_640x360.json`]: ["adopted", ""],
    "holiday.mp4": ["unmatched", "its name tells neither a time of day nor an id"],
    "GMT20140101-000000_Recording.mp4": ["unmatched", "no recording of that size starts when its name says"],
    [`${at}_Recording_1920x1080.mp4.crdownload`]: ["unmatched", "a download that did not end"],
    [`${at}_RecordingnewChat.txt`]: ["unmatched", "it is empty"],
    [`${at}_link.mp4`]: ["unmatched", "a symbolic link is not followed"],
    "double_click_to_convert_01.zoom": ["unmatched", "its name tells neither a time of day nor an id"],
  });
  assert.deepEqual(await foreign.snapshot(), before);
  zoom.resetCounts();
  assert.equal((await extract(zoom, archive)).code, 0);
  assert.equal(zoom.count("/rec/*"), 3);
  await assertHoldsExactly(archive, truth);
});

Deno.test("names from a stranger are printed safely, and a CSV cell is no formula", async () => {
  await using zoom = await startSimulator({ account: twins() });
  await using archive = await ArchiveUnderTest.of(zoom);
  await using foreign = await Foreign.create();
  await writeForeign(foreign.dir, "=cmd()\u001b[31m\u202egpj 20240102_101010Z\n.mp4", "x");
  const text = await adopt(zoom, foreign.dir, archive);
  assert.equal(text.code, 0, text.stderr);
  // deno-lint-ignore no-control-regex -- these are what must not be there
  assert.doesNotMatch(text.stdout + text.stderr, /[\u001b\u202e]/);
  assert.equal(text.stdout.trimEnd().split("\n").length, 2);
  const csv = await adopt(zoom, foreign.dir, archive, "--csv");
  assert.match(csv.stdout, /^file,size,status,why,proof,file_key,archive_path\r\n"?'=cmd/);
});

Deno.test.each(["link", "copy", "move"])(
  "--by %s: what becomes of the source, and of the time of the file",
  async (by) => {
    await using zoom = await startSimulator({ account: twins() });
    await using archive = await ArchiveUnderTest.of(zoom);
    await using foreign = await Foreign.create();
    const chat = ofType(zoom.truth(), "CHAT");
    const path = foreignNamings.webPortal(chat);
    await writeForeign(foreign.dir, path, chat.bytes());
    const source = join(foreign.dir, path);
    const then = new Date("2020-01-01T00:00:00Z");
    await Deno.utime(source, then, then);
    const { code, stderr } = await adopt(zoom, foreign.dir, archive, "--by", by);
    assert.equal(code, 0, stderr);
    const held = (await archive.tree()).find((name) => name.endsWith(".txt")) ?? "";
    const info = await Deno.stat(join(archive.dir, held));
    const left = await Deno.stat(source).catch(() => undefined);
    assert.equal(left?.mtime?.getTime(), by === "move" ? undefined : then.getTime());
    assert.equal(info.ino === left?.ino, by === "link");
    assert.equal(info.mtime?.getTime(), by === "link" ? then.getTime() : Date.parse(chat.recordingStart));
    const again = await adopt(zoom, foreign.dir, archive, "--by", by, "--json");
    assert.equal(again.code, 0, again.stderr);
    assert.deepEqual(lines(again).files.map(({ status }) => status), by === "move" ? [] : ["held"]);
  },
);

/** Kills the program once so many recordings have their place. */
async function killAfter(program: Program, archive: ArchiveUnderTest, count: number): Promise<void> {
  let hasEnded = false;
  void program.result.then(() => hasEnded = true);
  const isThere = async () =>
    (await archive.tree()).filter((path) => /_(?:MP4|M4A)/.test(path)).length >= count;
  while (!hasEnded && !await isThere()) await new Promise((resolve) => setTimeout(resolve, 2));
  if (!hasEnded) program.kill("SIGKILL");
  await program.result;
}

Deno.test.each([1, 5, 12])(
  "a move killed after %d files loses nothing, and the next one ends it",
  async (count) => {
    const account = generateAccount({
      users: 2,
      months: 1,
      meetings: 10,
      files: 20,
      fileSizeBytes: 4_000_000,
      nowMs,
    });
    await using zoom = await startSimulator({ account });
    await using archive = await ArchiveUnderTest.of(zoom);
    await using foreign = await Foreign.create();
    const truth = zoom.truth();
    await writeForeignTree(foreign.dir, truth, foreignNamings.zoomRecordingDownloader);
    const args = ["adopt", foreign.dir, "-o", archive.dir, "--min-free-space", "0", "--by", "move"];
    await killAfter(new Program(args, { zoom }), archive, count);
    const anywhere = new Set([
      ...Object.values(await archive.digests()),
      ...Object.values(await foreign.snapshot()).map((text) => text.split(" ").at(-1)),
    ]);
    for (const file of truth) assert.ok(anywhere.has(file.sha256), "every recording is somewhere, whole");
    const { code, stderr } = await runProgram(args, { zoom });
    assert.equal(code, 0, stderr);
    assert.deepEqual(await foreign.snapshot(), {});
    assert.ok((await archive.tree()).every((path) => !path.endsWith(".part")));
    zoom.resetCounts();
    assert.equal((await extract(zoom, archive)).code, 0);
    assert.equal(zoom.count("/rec/*"), 0);
    await assertHoldsExactly(archive, truth);
  },
);

Deno.test("an archive of this program elsewhere is taken over by its digests; a file that rotted is not", async () => {
  await using zoom = await startSimulator({ account: account() });
  await using former = await ArchiveUnderTest.of(zoom);
  await using archive = await ArchiveUnderTest.of(zoom);
  await extract(zoom, former);
  const victim = (await former.tree()).find((path) => path.endsWith(".mp4")) ?? "";
  const bytes = await Deno.readFile(join(former.dir, victim));
  bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1;
  await Deno.writeFile(join(former.dir, victim), bytes);
  const result = await adopt(zoom, former.dir, archive, "--by", "link", "--json");
  assert.equal(result.code, 0, result.stderr);
  const { files } = lines(result);
  assert.equal(files.length, zoom.truth().length, "no sidecar, log or state file is taken for a recording");
  const refused = files.filter(({ status }) => status !== "adopted");
  assert.deepEqual(refused.map(({ file, status }) => [file, status]), [[victim, "refused"]]);
  assert.match(refused[0]?.why ?? "", /its meta\.json states another SHA-256$/);
  assert.ok((await archive.tree()).every((path) => !path.endsWith(".part")));
  zoom.resetCounts();
  assert.equal((await extract(zoom, archive)).code, 0);
  assert.equal(zoom.count("/rec/*"), 1);
  await assertHoldsExactly(archive, zoom.truth());
});

Deno.test("an archive in the folder, and a folder in the archive: its own files are never found", async () => {
  await using zoom = await startSimulator({ account: account() });
  await using archive = await ArchiveUnderTest.of(zoom);
  const truth = zoom.truth();
  await writeForeignTree(join(archive.dir, "old"), truth.slice(0, 8), foreignNamings.zoomBatchDownloader);
  const inside = await adopt(zoom, archive.dir, archive, "--by", "move", "--json");
  assert.equal(inside.code, 0, inside.stderr);
  assert.equal(lines(inside).summary["adopted"]?.files, 8);
  const again = await adopt(zoom, archive.dir, archive, "--by", "move", "--json");
  assert.deepEqual(lines(again).files, []);

  await using foreign = await Foreign.create();
  await writeForeignTree(foreign.dir, truth.slice(8, 12), foreignNamings.zoomBatchDownloader);
  const within = join(foreign.dir, "archive");
  const args = ["adopt", foreign.dir, "-o", within, "--min-free-space", "0", "--json"];
  const first = await runProgram([...args, "--by", "copy"], { zoom });
  assert.equal(lines(first).summary["adopted"]?.files, 4, first.stderr);
  const second = await runProgram(args, { zoom });
  assert.deepEqual(lines(second).files.map(({ status }) => status), ["held", "held", "held", "held"]);
});

Deno.test("hooks become due as after a download", async () => {
  await using zoom = await startSimulator({ account: twins() });
  await using archive = await ArchiveUnderTest.of(zoom);
  await using foreign = await Foreign.create();
  const chat = ofType(zoom.truth(), "CHAT");
  await writeForeign(foreign.dir, foreignNamings.webPortal(chat), chat.bytes());
  const { code, stderr } = await adopt(zoom, foreign.dir, archive, "--by", "link", "--plugin", "checksum");
  assert.equal(code, 0, stderr);
  assert.deepEqual(archive.query("SELECT plugin, hook, status FROM hook_runs"), [
    { plugin: "checksum", hook: "afterTransfer", status: "pending" },
  ]);
});

Deno.test("an unproven window makes it exit 4, and what matched is taken over all the same", async () => {
  const { meetings } = twins();
  const bo = simUser({ email: "bo@example.test", recordings: "forbidden" });
  const account = simAccount({ users: [ana, bo], meetings });
  await using zoom = await startSimulator({ account, accountList: "refused" });
  await using archive = await ArchiveUnderTest.of(zoom);
  await using foreign = await Foreign.create();
  const chat = ofType(zoom.truth(), "CHAT");
  await writeForeign(foreign.dir, foreignNamings.webPortal(chat), chat.bytes());
  const { code, stderr } = await adopt(zoom, foreign.dir, archive, "--by", "link");
  assert.equal(code, 4, stderr);
  assert.match(stderr, /Taken over: 1 file/);
});

Deno.test("a wrong call is refused before anything is created", async () => {
  await using zoom = await startSimulator({ account: twins() });
  await using archive = await ArchiveUnderTest.of(zoom);
  await using foreign = await Foreign.create();
  await writeForeign(foreign.dir, "holiday.mp4", "x");
  const outputDir = join(archive.dir, "never");
  const cases: [string[], RegExp][] = [
    [[], /no folder is named/],
    [["a", "b"], /Cannot use "b": zoom-extract adopt takes one folder/],
    [[join(foreign.dir, "nothing")], /there is no such folder/],
    [[join(foreign.dir, "holiday.mp4")], /it is not a folder/],
    [[foreign.dir], /no name in ".*" tells a date[\s\S]*--from-date/],
    [[foreign.dir, "--by", "magic"], /magic/],
    [[foreign.dir, "--json", "--csv"], /two formats/],
  ];
  for (const [args, message] of cases) {
    const { code, stderr } = await runProgram(["adopt", ...args, "-o", outputDir], { zoom });
    assert.equal(code, 2, stderr);
    assert.match(stderr, message);
  }
  await assert.rejects(Deno.stat(outputDir), Deno.errors.NotFound);
});

Deno.test("an archive that a run holds is left alone: exit 9; a full disk ends it: exit 6; a report needs neither", async () => {
  await using zoom = await startSimulator({ account: twins() });
  await using archive = await ArchiveUnderTest.of(zoom);
  await using foreign = await Foreign.create();
  const chat = ofType(zoom.truth(), "CHAT");
  const path = foreignNamings.webPortal(chat);
  await writeForeign(foreign.dir, path, chat.bytes());
  {
    await using _held = await openArchive(archive.dir, { runId: "other", clock: systemClock });
    assert.equal((await adopt(zoom, foreign.dir, archive, "--by", "link")).code, 9);
    const report = await adopt(zoom, foreign.dir, archive);
    assert.equal(report.code, 0, report.stderr);
    assert.match(report.stderr, /Matched: 1 file/);
  }
  const args = ["adopt", foreign.dir, "-o", archive.dir, "--by", "copy", "--min-free-space", "1000T"];
  const full = await runProgram(args, { zoom });
  assert.equal(full.code, 6, full.stderr);
  assert.deepEqual(await Deno.readFile(join(foreign.dir, path)), chat.bytes());
  assert.deepEqual((await archive.tree()).filter((name) => name.endsWith(".part")), []);
});
