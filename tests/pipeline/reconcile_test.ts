import assert from "node:assert/strict";
import fc from "fast-check";
import {
  ApiError,
  AuthError,
  InventoryError,
  NetworkError,
  StorageError,
  UsageError,
} from "../../src/core/errors.ts";
import { type FileStatus, type Inventory, openInventory, toListedColumns } from "../../src/inventory/mod.ts";
import { countFiles, ListingTally, reconcile, type RunOutcome } from "../../src/pipeline/reconcile.ts";
import { listedMeeting } from "./_support.ts";

const scope = { runId: "run1", range: { from: "2024-06-01", to: "2024-06-30" } };

function addFile(inventory: Inventory, key: string, status: FileStatus): void {
  const { files, raw, ...meeting } = listedMeeting(`m-${key}`);
  inventory.meetings.save({ ...meeting, files, raw }, "run1");
  const [file] = files;
  if (!file) throw new TypeError("no file");
  const user = { id: meeting.hostId, email: meeting.hostEmail, displayName: "", status: "" };
  const columns = toListedColumns({ user, meeting, file: { ...file, key } });
  inventory.files.insert(columns, { status }, "run1");
}

function outcome(inventory: Inventory, change: Partial<RunOutcome> = {}): RunOutcome {
  return {
    runId: "run1",
    scope,
    inventory,
    tally: new ListingTally(),
    downloaded: 0,
    receivedBytes: 0,
    seconds: 1,
    apiRequests: 3,
    dailyLimit: false,
    ...change,
  };
}

const unproven = () => {
  const tally = new ListingTally();
  tally.window({
    scope: "account",
    asked: scope.range,
    seen: 1,
    proven: false,
    reason: "1 of 2 meetings arrived",
  });
  return tally;
};
const api = new ApiError("Cannot list", { status: 503, url: "https://zoom.example" });

type Case = readonly [string, readonly FileStatus[], Partial<RunOutcome>, number, string];
const cases: readonly Case[] = [
  ["nothing there", [], {}, 0, "completed"],
  ["everything held", ["completed"], {}, 0, "completed"],
  [
    "files left out, processed, trashed and gone",
    ["skipped", "not_ready", "in_trash", "gone"],
    {},
    0,
    "completed",
  ],
  ["one file failed", ["completed", "failed"], {}, 4, "failed"],
  ["one file left", ["pending"], {}, 4, "failed"],
  ["one file left under way", ["active"], {}, 4, "failed"],
  ["a window not proven", ["completed"], { tally: unproven() }, 4, "failed"],
  ["a daily limit", ["completed"], { dailyLimit: true }, 5, "failed"],
  ["a daily limit and failed files", ["failed"], { dailyLimit: true }, 5, "failed"],
  ["interrupted", ["pending", "failed"], { stopped: { kind: "interrupted" } }, 130, "interrupted"],
  ["stopped at a limit", ["pending"], { stopped: { kind: "limit" } }, 8, "interrupted"],
  ["credentials refused", [], { stopped: { kind: "error", error: new AuthError("refused") } }, 3, "failed"],
  ["nothing answered", [], { stopped: { kind: "error", error: new NetworkError("down") } }, 5, "failed"],
  ["Zoom in trouble", [], { stopped: { kind: "error", error: api } }, 5, "failed"],
  [
    "disk full",
    ["pending"],
    { stopped: { kind: "error", error: new StorageError("full", { path: "x" }) } },
    6,
    "failed",
  ],
  ["database damaged", [], { stopped: { kind: "error", error: new InventoryError("damaged") } }, 6, "failed"],
  ["filter matched nobody", [], { stopped: { kind: "error", error: new UsageError("nobody") } }, 2, "failed"],
  ["a mistake", [], { stopped: { kind: "error", error: new TypeError("oops") } }, 1, "failed"],
];

Deno.test.each(cases)("a run with %s", (_name, statuses, change, exitCode, status) => {
  using inventory = openInventory(":memory:");
  statuses.forEach((fileStatus, i) => addFile(inventory, `f${i}`, fileStatus));
  const summary = reconcile(outcome(inventory, change));
  assert.deepEqual([summary.exit_code, summary.status], [exitCode, status]);
});

Deno.test("what ended the run comes first among the failures, then windows, then files", () => {
  using inventory = openInventory(":memory:");
  addFile(inventory, "f1", "failed");
  inventory.files.setStatus("f1", { status: "failed", error_code: "truncated", error: "short" }, "run1");
  const error = new StorageError("Cannot write: the disk is full", { path: "x", code: "disk_full" });
  const { failures } = reconcile(
    outcome(inventory, { tally: unproven(), stopped: { kind: "error", error } }),
  );
  assert.deepEqual(failures.map(({ code, message }) => [code, message]), [
    ["disk_full", "Cannot write: the disk is full"],
    ["window_unproven", "account 2024-06-01..2024-06-30: 1 of 2 meetings arrived"],
    ["truncated", "short"],
  ]);
  assert.deepEqual([failures[2]?.file_key, failures[2]?.meeting_uuid, failures[2]?.user_email], [
    "f1",
    "m-f1",
    "ana@example.test",
  ]);
});

Deno.test("the failure of a user's list names the user", () => {
  const tally = new ListingTally((id) => id === "u-ana" ? "ana@example.test" : undefined);
  tally.failed("user:u-ana", scope.range, { code: "zoom_4711", message: "no scope" });
  tally.failed("user:u-ana/trash", { from: "", to: "" }, { code: "zoom_4711", message: "no scope" });
  tally.failed("account", scope.range, { code: "http_503", message: "down" });
  assert.deepEqual(tally.failures.map(({ user_email }) => user_email), [
    "ana@example.test",
    "ana@example.test",
    "",
  ]);
});

Deno.test("a secret in a message does not reach the summary", () => {
  const tally = new ListingTally();
  tally.failed("account", scope.range, { code: "x", message: "https://zoom.us/x?access_token=abcdefghijkl" });
  assert.ok(!JSON.stringify(tally.failures).includes("abcdefghijkl"));
});

Deno.test("the counts add up for any mixture of files", () => {
  const statuses: FileStatus[] = [
    "pending",
    "active",
    "completed",
    "failed",
    "skipped",
    "not_ready",
    "in_trash",
    "gone",
  ];
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...statuses), { maxLength: 30 }), fc.nat(30), (mixture, n) => {
      using inventory = openInventory(":memory:");
      mixture.forEach((status, i) => addFile(inventory, `f${i}`, status));
      const downloaded = Math.min(n, mixture.filter((status) => status === "completed").length);
      const counts = countFiles({ inventory, scope, downloaded });
      const { found, held: _held, ...parts } = counts;
      assert.equal(found, mixture.length);
      assert.equal(Object.values(parts).reduce((sum, files) => sum + files, 0), found);
    }),
  );
});
