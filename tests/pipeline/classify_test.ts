import assert from "node:assert/strict";
import type { FileStatus } from "../../src/inventory/mod.ts";
import { classify } from "../../src/pipeline/classify.ts";

const ready = { fileType: "MP4", status: "completed" };
const processing = { fileType: "MP4", status: "processing" };
const live = { fileType: "", status: "" };

type Case = readonly [string, typeof ready, FileStatus | undefined, string | undefined, FileStatus];

const cases: readonly Case[] = [
  ["new and ready", ready, undefined, undefined, "pending"],
  ["new, with no status stated", { fileType: "CC", status: "" }, undefined, undefined, "pending"],
  ["new and left out", ready, undefined, "types", "skipped"],
  ["new and processed", processing, undefined, undefined, "not_ready"],
  ["being recorded", live, undefined, undefined, "not_ready"],
  ["left out and processed: it may still get a type", processing, undefined, "types", "not_ready"],
  ["held", ready, "completed", undefined, "completed"],
  ["held, left out by now", ready, "completed", "types", "completed"],
  ["held, processed again", processing, "completed", undefined, "completed"],
  ["under way", ready, "active", undefined, "active"],
  ["failed before", ready, "failed", undefined, "pending"],
  ["failed before, left out by now", ready, "failed", "exclude-types", "skipped"],
  ["left out before, wanted now", ready, "skipped", undefined, "pending"],
  ["ready at last", ready, "not_ready", undefined, "pending"],
  ["recovered from the trash", ready, "in_trash", undefined, "pending"],
  ["gone and back", ready, "gone", undefined, "pending"],
];

Deno.test.each(cases)("a file that is %s", (_name, file, before, reason, expected) => {
  const next = classify(file, before, { reason });
  assert.equal(next.status, expected);
  assert.equal(next.reason, expected === "skipped" ? reason : null);
});
