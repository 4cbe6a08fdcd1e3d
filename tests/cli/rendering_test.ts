import assert from "node:assert/strict";
import fc from "fast-check";
import { clusters, displayWidth } from "../../src/cli/render/display_width.ts";
import { bytesOf, etaText, percent, renderFrame } from "../../src/cli/render/frame.ts";
import { applyEvent, createProgressState, type ProgressState } from "../../src/cli/render/progress_state.ts";
import { RateMeter } from "../../src/cli/render/rate_meter.ts";
import { renderPlainLine } from "../../src/cli/render/reporter.ts";
import { renderTable } from "../../src/cli/render/table.ts";
import { createStyle, wantsColor } from "../../src/cli/render/style.ts";
import {
  hang,
  pad,
  printable,
  shellLines,
  truncateEnd,
  truncateMiddle,
  wrap,
} from "../../src/cli/render/text.ts";
import { transferLabel } from "../../src/cli/render/transfer_label.ts";
import { captureOutput } from "./_harness.ts";

const mebibyte = 1024 ** 2;

Deno.test.each([
  { text: "plain", width: 5 },
  { text: "", width: 0 },
  { text: "会議", width: 4 },
  { text: "한글", width: 4 },
  { text: "ｆｕｌｌ", width: 8 },
  { text: "e\u0301te\u0301", width: 3 },
  { text: "🎉", width: 2 },
  { text: "👩‍👩‍👧", width: 2 },
  { text: "🇦🇹", width: 2 },
  { text: "❤️", width: 2 },
  { text: "ж…", width: 2 },
  { text: "a\u200bb", width: 2 },
])("displayWidth() of $text is $width", ({ text, width }) => assert.equal(displayWidth(text), width));

const titles = fc.string({ unit: "grapheme", maxLength: 60 });
const western = fc.string({
  unit: fc.integer({ min: 0x20, max: 0x2060 }).map((c) => String.fromCodePoint(c)),
});

Deno.test("truncateMiddle(), truncateEnd() and pad() keep to their columns for every text", () => {
  fc.assert(fc.property(titles, fc.integer({ min: 1, max: 50 }), (text, columns) => {
    assert.ok(displayWidth(truncateMiddle(text, columns)) <= columns);
    assert.ok(displayWidth(truncateEnd(text, columns)) <= columns);
    assert.equal(displayWidth(pad(truncateEnd(text, columns), columns)), columns);
    if (displayWidth(text) <= columns) assert.equal(truncateMiddle(text, columns), text);
  }));
});

Deno.test("displayWidth() of a text is the sum of its clusters", () => {
  fc.assert(fc.property(fc.oneof(titles, western), (text) => {
    const sum = [...clusters(text)].reduce((total, cluster) => total + cluster.width, 0);
    assert.equal(displayWidth(text), sum);
  }));
});

Deno.test("truncateMiddle() keeps both ends and never halves a wide character", () => {
  assert.equal(truncateMiddle("20240101_Weekly_MP4.mp4", 12), "202401…4.mp4");
  assert.equal(truncateMiddle("発表会発表会発表会", 8), "発表…会");
  assert.equal(truncateMiddle("abcdef", 3), "ab…");
});

Deno.test("printable() leaves nothing that steers a terminal", () => {
  assert.equal(printable("a\x1b[31mred\nline\u202e!\x07"), "a\uFFFD[31mred line\uFFFD!\uFFFD");
  fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => {
    assert.doesNotMatch(printable(text), /[\p{Cc}\u202a-\u202e\u2066-\u2069]/u);
  }));
});

Deno.test("wrap() keeps every word and its columns", () => {
  const text = "one two three four";
  assert.deepEqual(wrap(text, 9), ["one two", "three", "four"]);
  assert.equal(wrap(text, 3).join(" "), text);
});

Deno.test.each([
  {
    path: "ana@example.com/20241201_140000Z_Weekly_sync_81234567890/20241201_140000Z_MP4_gallery_view.mp4",
    label: "2024-12-01 Weekly_sync  MP4_gallery_view.mp4",
  },
  { path: "team/2024/talk.mp4", label: "2024/talk.mp4" },
  { path: "talk.mp4", label: "talk.mp4" },
])("transferLabel() calls $path $label", ({ path, label }) => assert.equal(transferLabel(path), label));

Deno.test.each([
  { columns: 44, label: "2024-12-01 Weekly_sync  MP4_gallery_view.mp4" },
  { columns: 36, label: "Weekly_sync  MP4_gallery_view.mp4" },
  { columns: 30, label: "Weekly_sync  MP4_gall…view.mp4" },
  { columns: 20, label: "Weekl…  MP4_ga…w.mp4" },
  { columns: 3, label: "MP…" },
])("transferLabel() in $columns columns is $label", ({ columns, label }) => {
  const path = "ana@x/20241201_140000Z_Weekly_sync_81234567890/20241201_140000Z_MP4_gallery_view.mp4";
  assert.equal(transferLabel(path, columns), label);
});

Deno.test("transferLabel() keeps to its columns for every path", () => {
  fc.assert(fc.property(titles, titles, fc.integer({ min: 1, max: 60 }), (folder, file, columns) => {
    const path = `a@x/20241201_140000Z_${folder}_81234567890/20241201_140000Z_${file}.mp4`;
    assert.ok(displayWidth(transferLabel(path, columns)) <= columns);
  }));
});

Deno.test.each([
  { text: "note  one two three", columns: 0, lines: ["note  one two three"] },
  { text: "note  one two three", columns: 40, lines: ["note  one two three"] },
  {
    text: "warning  one two three four five six",
    columns: 24,
    lines: ["warning  one two three", "         four five six"],
  },
  {
    text: "\x1b[33mwarning\x1b[39m  one two three four five six",
    columns: 24,
    lines: ["\x1b[33mwarning\x1b[39m  one two three", "         four five six"],
  },
  {
    text: "first\n  one two three four five",
    columns: 20,
    lines: ["first", "  one two three", "    four five"],
  },
])("hang() breaks $text at $columns columns between words", ({ text, columns, lines }) => {
  assert.deepEqual(hang(text, columns).split("\n"), lines);
});

Deno.test("shellLines() makes lines that a shell reads as the same command", () => {
  const command =
    "$ zoom-extract --output-dir zoom_demo/zoom_recordings --include-trash --limit-rate 24M > x";
  const lines = shellLines(command, 44);
  assert.deepEqual(lines, [
    "$ zoom-extract \\",
    "    --output-dir zoom_demo/zoom_recordings \\",
    "    --include-trash --limit-rate 24M > x",
  ]);
  assert.equal(lines.join("\n").replace(/ \\\n +/g, " "), command);
});

function sampleState(transfers = 3): ProgressState {
  const state = createProgressState(0);
  const topics = [
    "Weekly sync",
    "発表会 🎉 Launch",
    "A very long topic that does not fit anywhere at all",
    "Plan",
  ];
  applyEvent(state, { type: "listing", users: 12, windows: 4, meetings: 340, files: 1156, done: false }, 0);
  for (let n = 0; n < transfers; n++) {
    const topic = topics[n % topics.length];
    const path = `ana@example.com/20241201_140000Z_${topic}_81234567890/20241201_140000Z_MP4.mp4`;
    applyEvent(state, { type: "file_started", key: `k${n}`, path, sizeBytes: 40 * mebibyte, offset: 0 }, 0);
    applyEvent(state, { type: "file_progress", key: `k${n}`, offset: (n + 1) * 10 * mebibyte }, 1000);
  }
  applyEvent(state, { type: "queue", files: 20, bytes: 900 * mebibyte, complete: true }, 1000);
  return state;
}

/** Columns of a line without its colours. */
function columnsOf(line: string): number {
  // deno-lint-ignore no-control-regex -- the escape sequences of styled text
  return displayWidth(line.replace(/\x1b\[[0-9;]*m/g, ""));
}

const widths = [1, 5, 20, 40, 80, 200].flatMap((columns) =>
  [true, false].map((color) => ({ columns, color }))
);

Deno.test.each(widths)("renderFrame() stays below $columns columns, colour $color", ({ columns, color }) => {
  const lines = renderFrame(sampleState(), { columns, rows: 24, color, nowMs: 2000 });
  assert.equal(lines.length, 4);
  for (const line of lines) assert.ok(columnsOf(line) <= Math.max(1, columns - 1), line);
  assert.equal(lines.join("").includes("\x1b"), color);
});

Deno.test("renderFrame() snapshots", async (t) => {
  const frames = [20, 40, 80, 120].map((columns) => {
    return [
      `-- ${columns} columns`,
      ...renderFrame(sampleState(), { columns, rows: 24, color: false, nowMs: 2000 }),
    ];
  });
  await t.assertSnapshot(frames.flat().join("\n"));
});

Deno.test("renderFrame() takes 80 by 24 where the terminal does not tell its size", () => {
  const unknown = renderFrame(sampleState(40), { columns: 0, rows: 0, color: false, nowMs: 2000 });
  assert.deepEqual(
    unknown,
    renderFrame(sampleState(40), { columns: 80, rows: 24, color: false, nowMs: 2000 }),
  );
});

Deno.test.each([{ rows: 24 }, { rows: 10 }, { rows: 4 }, { rows: 3 }, { rows: 1 }])(
  "renderFrame() of 40 transfers fits $rows rows and says what is missing",
  ({ rows }) => {
    const lines = renderFrame(sampleState(40), { columns: 80, rows, color: false, nowMs: 2000 });
    assert.ok(lines.length <= Math.max(1, rows - 2), `${lines.length} lines`);
    assert.match(lines.at(-1) ?? "", /0\/60 files/);
    const shown = lines.filter((line) => line.includes("MP4")).length;
    if (rows > 3) assert.ok(lines.some((line) => line.includes(`and ${40 - shown} more`)));
  },
);

Deno.test("renderFrame() shows a file that waits for another try", () => {
  const state = sampleState(1);
  const retry = {
    type: "file_retry",
    key: "k0",
    path: "p",
    attempt: 1,
    delayMs: 3000,
    message: "reset",
  } as const;
  applyEvent(state, retry, 1000);
  const options = { columns: 80, rows: 24, color: false };
  assert.match(renderFrame(state, { ...options, nowMs: 2000 })[0] ?? "", /try 2 in 2\.0s/);
  applyEvent(state, { type: "file_progress", key: "k0", offset: 11 * mebibyte }, 4100);
  assert.doesNotMatch(renderFrame(state, { ...options, nowMs: 4200 })[0] ?? "", /try 2/);
});

Deno.test("applyEvent() counts files and bytes once, whatever the listing said of their size", () => {
  const state = sampleState(2);
  const completed = { type: "file_completed", path: "p", sha256: "", candidate: {} as never } as const;
  applyEvent(state, { ...completed, key: "k0", sizeBytes: 55 * mebibyte }, 2000);
  applyEvent(state, { type: "file_failed", key: "k1", path: "p", code: "gone", message: "gone" }, 2000);
  assert.equal(state.completedFiles, 1);
  assert.equal(state.completedBytes, 55 * mebibyte);
  assert.equal(state.failedFiles, 1);
  assert.equal(state.transfers.size, 0);
  assert.match(renderPlainLine(state, 3000), /^Progress: 2\/22 files, 55\.0\/980 MiB \(5%\), .*1 failed/);
});

Deno.test("renderPlainLine() says what is listed until the listing is done", () => {
  const state = createProgressState(0);
  applyEvent(state, { type: "listing", users: 1, windows: 1, meetings: 2, files: 3, done: false }, 0);
  assert.match(
    renderPlainLine(state, 10_000),
    /^Progress: 0\/0 files, 0 B, listing… 1 user, 2 meetings, 3 files, 10s elapsed$/,
  );
  applyEvent(state, { type: "listing", users: 1, windows: 1, meetings: 2, files: 3, done: true }, 0);
  assert.doesNotMatch(renderPlainLine(state, 10_000), /listing/);
});

Deno.test("RateMeter follows the last seconds and falls to zero when nothing comes", () => {
  const meter = new RateMeter(0);
  meter.add(1_000_000, 100);
  assert.equal(meter.bytesPerSecond(200), 0);
  for (let ms = 200; ms <= 20_000; ms += 100) meter.add(100_000, ms);
  assert.ok(
    Math.abs(meter.bytesPerSecond(20_000) - 1_000_000) < 50_000,
    String(meter.bytesPerSecond(20_000)),
  );
  assert.equal(meter.bytesPerSecond(40_000), 0);
});

Deno.test("bytesOf(), percent() and etaText() say no more than is known", () => {
  assert.equal(bytesOf(12.5 * mebibyte, 45 * mebibyte), "12.5/45.0 MiB");
  assert.equal(bytesOf(500, 2048), "500 B/2.00 KiB");
  assert.equal(bytesOf(500, undefined), "500 B");
  assert.equal(percent(0.9999), "99%");
  assert.equal(percent(1.2), "100%");
  assert.equal(etaText(0, 10), "");
  assert.equal(etaText(100, 0), "");
  assert.equal(etaText(6_500, 100), "1m05s");
  assert.equal(etaText(300, 100), "3s");
});

Deno.test.each([
  { env: {}, isTerminal: true, color: true },
  { env: {}, isTerminal: false, color: false },
  { env: { NO_COLOR: "1" }, isTerminal: true, color: false },
  { env: { NO_COLOR: "" }, isTerminal: true, color: true },
  { env: { FORCE_COLOR: "1" }, isTerminal: false, color: true },
  { env: { FORCE_COLOR: "0" }, isTerminal: true, color: false },
  { env: { TERM: "dumb" }, isTerminal: true, color: false },
])("wantsColor() is $color for $env on a terminal $isTerminal", ({ env, isTerminal, color }) => {
  const variables = env as Record<string, string>;
  assert.equal(wantsColor(captureOutput(isTerminal), { env: (name) => variables[name] }), color);
});

Deno.test("renderTable() shortens its flexible column and aligns wide characters", () => {
  const lines = renderTable(
    [{ title: "User", flexible: true }, { title: "Files", align: "right" }],
    [["somebody.with.a.long.name@example.com", "1"], ["発表会", "1,234"]],
    { columns: 30, style: createStyle(false) },
  );
  assert.deepEqual(lines, [
    "User                     Files",
    "somebody.wi…example.com      1",
    "発表会                   1,234",
  ]);
});

Deno.test("renderTable() leaves out columns that can be spared before the flexible one says nothing", () => {
  const head = [
    { title: "User", flexible: true },
    { title: "Month", spare: 2 },
    { title: "Files", align: "right", spare: 1 },
    { title: "Bytes", align: "right" },
  ] as const;
  const rows = [["somebody.with.a.long.name@example.com", "2024-01", "1", "2.00 KiB"]];
  const tables = [60, 40, 30].map((columns) =>
    renderTable(head, rows, { columns, style: createStyle(false) })
  );
  assert.deepEqual(tables.map((lines) => lines[0]?.match(/\S+/g)), [
    ["User", "Month", "Files", "Bytes"],
    ["User", "Files", "Bytes"],
    ["User", "Bytes"],
  ]);
  for (const [index, columns] of [60, 40, 30].entries()) {
    for (const line of tables[index] ?? []) assert.ok(displayWidth(line) <= columns, line);
  }
});
