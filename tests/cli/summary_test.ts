import assert from "node:assert/strict";
import { renderPlan } from "../../src/cli/render/plan.ts";
import { createStyle } from "../../src/cli/render/style.ts";
import { renderSummary } from "../../src/cli/render/summary.ts";
import { summaryOf } from "./_harness.ts";

const options = { style: createStyle(false), outputDir: "./zoom_recordings", warnings: [] };

Deno.test("renderSummary() says what the contract says, in its order", () => {
  const text = renderSummary(
    summaryOf({
      exit_code: 4,
      files: {
        found: 5678,
        downloaded: 1144,
        skipped: 78,
        failed: 12,
        not_ready: 0,
        in_trash: 0,
        gone: 0,
        pending: 4444,
        held: 1156,
      },
      users: 150,
      meetings: 3456,
      processed: { users: 45, meetings: 892 },
      windows: { proven: 11, unproven: 1, remembered: 3 },
      api_requests: 1234,
      seconds: 754,
    }),
    options,
  );
  assert.equal(
    text,
    `
Progress: 1,234/5,678 files processed (21.7%)
Users processed: 45/150
Meetings processed: 892/3,456
Files downloaded: 1,144
Files skipped: 78
Files failed: 12
Left to do: 4,444
Bytes downloaded: 3.00 MiB (4.07 KiB/s)
Time: 12m34s
API calls: 1,234
Windows proven: 11/12 (3 more from earlier runs)
Files held: 1,156/5,678

Finished with failures: run it again to try them once more`,
  );
});

Deno.test("renderSummary() lists ten failures, counts the rest and shows the way to them", () => {
  const failures = Array.from({ length: 12 }, (_, n) => ({
    path: `a@x/m/${n}.mp4`,
    user_email: "a@x",
    meeting_uuid: "u",
    file_key: `k${n}`,
    code: "html",
    message: "got https://zoom.us/rec/download/abcdSECRETSECRET",
  }));
  const files = { ...summaryOf().files, failed: 30 };
  const text = renderSummary(summaryOf({ exit_code: 4, failures, files }), options);
  assert.equal(text.match(/\(html\)/g)?.length, 10);
  assert.match(text, /… and 20 more: .*SELECT path, error FROM inventory WHERE status = 'failed'/);
  assert.doesNotMatch(text, /SECRET/);
});

Deno.test("renderSummary() names what Zoom still processes, trash, loss and warnings only where there are some", () => {
  const plain = renderSummary(summaryOf(), options);
  for (const word of ["Still processed", "trash", "Gone", "Left to do", "Warnings", "Failures"]) {
    assert.ok(!plain.includes(word), word);
  }
  const files = { ...summaryOf().files, not_ready: 1, in_trash: 2, gone: 3 };
  const text = renderSummary(summaryOf({ files }), { ...options, warnings: ["Zoom deletes 3 files soon"] });
  assert.match(text, /Still processed by Zoom: 1\nIn the trash: 2\nGone from Zoom: 3\n/);
  assert.match(text, /Warnings\n {2}Zoom deletes 3 files soon/);
});

Deno.test("renderPlan() says per user and month what would be fetched, and whether the disk holds it", () => {
  const plan = {
    months: [{
      user: "a@x",
      month: "2024-01",
      fetchFiles: 3,
      fetchBytes: 3 * 1024 ** 3,
      heldFiles: 1,
      heldBytes: 1024,
      skippedFiles: 2,
    }],
    fetch: { files: 3, bytes: 3 * 1024 ** 3, unknownSizes: 1 },
    held: { files: 1, bytes: 1024 },
    freeBytes: 5 * 1024 ** 3,
  };
  const layout = { columns: 80, style: createStyle(false), minFreeSpaceBytes: 1024 ** 3 };
  assert.equal(
    renderPlan(plan, layout),
    `
User  Month    To fetch     Bytes  Held     Bytes  Left out
a@x   2024-01         3  3.00 GiB     1  1.00 KiB         2

To fetch: 3 files, 3.00 GiB, 1 of unknown size; held: 1 file, 1.00 KiB
The disk holds it (5.00 GiB free, 1.00 GiB to be left)`,
  );
  const short = renderPlan({ ...plan, freeBytes: 3 * 1024 ** 3 }, layout);
  assert.match(short, /The disk does not hold it: 1\.00 GiB short/);
});
