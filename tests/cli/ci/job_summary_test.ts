import assert from "node:assert/strict";
import fc from "fast-check";
import { maxSummaryBytes, renderJobSummary } from "../../../src/cli/ci/job_summary.ts";
import { cell, sizeOf } from "../../../src/cli/ci/markdown.ts";
import { outputsOf, renderOutputs } from "../../../src/cli/ci/outputs.ts";
import type { Failure } from "../../../src/core/events.ts";
import { outputsIn } from "../../support/actions_log.ts";
import { summaryOf } from "../_harness.ts";

function failure(i: number, change: Partial<Failure> = {}): Failure {
  return {
    path: `ana@example.test/meeting ${i}/file.mp4`,
    user_email: "ana@example.test",
    meeting_uuid: "m",
    file_key: `k${i}`,
    code: "http_500",
    message: "Zoom answered 500",
    ...change,
  };
}

Deno.test("a cell is plain text whatever a stranger wrote in it", () => {
  const text = fc.array(
    fc.constantFrom(
      ..."|`*_[]()<>!&#~\\\"'@:/\n\r-+.=$%^{}",
      "www.",
      "http://",
      "<script>",
      "x",
      " ",
      "é",
      "\u202e",
    ),
    { maxLength: 20 },
  ).map((parts) => parts.join(""));
  fc.assert(fc.property(text, (value) => {
    const shown = cell(value);
    assert.doesNotMatch(shown.replace(/&#\d+;/g, ""), /[|`*_[\]()<>!&#~\\"'@:/\r\n+=$%^{}\u202e]/);
    assert.doesNotMatch(shown, /www\./i);
  }));
  const decoded = cell("a|b <img src=x>").replace(
    /&#(\d+);/g,
    (_, code) => String.fromCodePoint(Number(code)),
  );
  assert.equal(decoded, "a|b <img src=x>", "and shows what was written");
});

Deno.test("the job summary tells verdict, reconciliation, people and failures, and a topic stays a topic", () => {
  const text = renderJobSummary({
    summary: summaryOf({
      exit_code: 4,
      status: "failed",
      failures: [failure(1, { path: "ana/x | y\n## Injected\n<script>alert(1)</script>/f.mp4" })],
    }),
    users: [{ user: "ana@example.test", downloaded: 12, bytes: 2048, failed: 1 }],
    warnings: ["[click](https://evil.example) | x"],
  });
  assert.match(text, /^## ❌ Finished with failures/);
  assert.match(text, /\*\*Files held\*\* \| \*\*\d+ of \d+\*\*/);
  assert.match(text, /\*\*Windows proven\*\* \| \*\*\d+ of \d+\*\*/);
  assert.match(text, /\| ana&#64;example\.test \| 12 \| 2\.00 KiB \| 1 \|/);
  assert.doesNotMatch(text, /<script|^## Injected|\]\(http/m);
  for (const line of text.split("\n").filter((line) => line.startsWith("| ana&#64;"))) {
    assert.equal(line.split("|").length, 6, line);
  }
});

Deno.test("the job summary of a huge run stays below 1 MiB and says what it leaves out", () => {
  const wide = "\u{1F9D1}".repeat(120) + "<>|".repeat(100);
  const users = Array.from(
    { length: 20_000 },
    (_, i) => ({ user: `${wide}${i}`, downloaded: 1, bytes: 1, failed: 0 }),
  );
  const failures = Array.from({ length: 1_000 }, (_, i) => failure(i, { path: wide + i, message: wide + i }));
  const { files } = summaryOf();
  const summary = summaryOf({ exit_code: 4, failures, files: { ...files, failed: 5_000 } });
  const warnings = Array.from({ length: 50 }, (_, i) => wide + i);
  const text = renderJobSummary({ summary, users, warnings });
  assert.ok(sizeOf(text) < maxSummaryBytes);
  assert.match(text, /… and 4,900 more/);
  assert.match(text, /… and 19,900 more/);
  const little = renderJobSummary({ summary, users, warnings, maxBytes: 20_000 });
  assert.ok(sizeOf(little) <= 20_000, "also where the step has written before");
  assert.match(little, /\*\*Files held\*\*/);
});

Deno.test("outputs survive any value", () => {
  const value = fc.array(fc.constantFrom("a", "\n", "=", "<<", "EOF", "\nexit-code=0\n", "é"), {
    maxLength: 12,
  })
    .map((parts) => parts.join(""));
  fc.assert(fc.property(value, value, (one, two) => {
    assert.deepEqual(outputsIn(renderOutputs({ one, two, three: "3" })), { one, two, three: "3" });
  }));
  assert.throws(() => renderOutputs({ x: "a\nEND\nb" }, "END"), TypeError);
});

Deno.test("outputs tell a complete run, one that stopped at a limit and one that failed apart", () => {
  const told = (code: number) => {
    const { complete, "more-to-do": more, "exit-code": exit } = outputsOf(
      code,
      summaryOf({ exit_code: code }),
    );
    return [complete, more, exit];
  };
  assert.deepEqual([told(0), told(8), told(4)], [
    ["true", "false", "0"],
    ["false", "true", "8"],
    ["false", "false", "4"],
  ]);
  assert.deepEqual(outputsOf(3, undefined), {
    "exit-code": "3",
    complete: "false",
    "more-to-do": "false",
    "files-downloaded": "0",
    "files-failed": "0",
    bytes: "0",
    "run-id": "",
  });
});
