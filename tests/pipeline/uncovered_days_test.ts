import assert from "node:assert/strict";
import fc from "fast-check";
import { addDays, type DateRange } from "../../src/core/date_range.ts";
import { type FileStatus, type Inventory, openInventory, toListedColumns } from "../../src/inventory/mod.ts";
import { uncoveredDays } from "../../src/pipeline/listing_stage.ts";
import { listedMeeting, ManualClock } from "./_support.ts";

const basis = { account: "a", participantAudio: false };
const range = { from: "2024-01-01", to: "2024-06-30" };

function prove(inventory: Inventory, scope: string, asked: DateRange, runId = "run1"): void {
  inventory.windows.save({ scope, asked, seen: 0, totalRecords: 0, proven: true }, runId, basis);
}

function days(inventory: Inventory, scope: string, runId?: string): string[] {
  return uncoveredDays(inventory, { scope, range, lookbackDays: 14, runId, basis })
    .map(({ from, to }) => `${from.slice(5)}..${to.slice(5)}`);
}

function addFile(inventory: Inventory, status: FileStatus, startTime: string, hostId = "u-ana"): void {
  const key = `${status} ${startTime} ${hostId}`;
  const { files: [file], raw, ...meeting } = listedMeeting(key, { startTime, hostId });
  inventory.meetings.save({ ...meeting, files: [], raw }, "run1");
  const user = { id: hostId, email: "", displayName: "", status: "" };
  if (file) inventory.files.insert(toListedColumns({ user, meeting, file }), { status }, "run1");
}

Deno.test("without proofs everything is to be listed, with them only what is new and the look-back", () => {
  using inventory = openInventory(":memory:", { clock: new ManualClock() });
  assert.deepEqual(days(inventory, "account"), ["01-01..06-30"]);
  prove(inventory, "account", range);
  assert.deepEqual(days(inventory, "account"), ["06-15..06-30"]);
});

Deno.test("what the account has proven holds for each user, not the other way round", () => {
  using inventory = openInventory(":memory:", { clock: new ManualClock() });
  prove(inventory, "user:u-ana", range);
  assert.deepEqual(days(inventory, "account"), ["01-01..06-30"]);
  assert.deepEqual(days(inventory, "user:u-bo"), ["01-01..06-30"]);
  prove(inventory, "account", range);
  assert.deepEqual(days(inventory, "user:u-bo"), ["06-15..06-30"]);
});

Deno.test("what was proven under a user filter holds for that filter alone", () => {
  using inventory = openInventory(":memory:", { clock: new ManualClock() });
  prove(inventory, "account:0a1b2c3d", range);
  assert.deepEqual(days(inventory, "account"), ["01-01..06-30"]);
  assert.deepEqual(days(inventory, "account:0a1b2c3d"), ["06-15..06-30"]);
});

Deno.test.each(["not_ready", "in_trash"] as FileStatus[])(
  "a day with a file that is %s is listed again",
  (status) => {
    using inventory = openInventory(":memory:", { clock: new ManualClock() });
    prove(inventory, "account", range);
    addFile(inventory, status, "2024-02-10T10:00:00Z");
    assert.deepEqual(days(inventory, "account"), ["02-09..02-11", "06-15..06-30"]);
    assert.deepEqual(days(inventory, "user:u-ana"), ["02-09..02-11", "06-15..06-30"]);
    assert.deepEqual(days(inventory, "user:u-bo"), ["06-15..06-30"], "it is Ana's");
  },
);

Deno.test("days that fit into one window are asked for at once", () => {
  using inventory = openInventory(":memory:", { clock: new ManualClock() });
  prove(inventory, "account", range);
  for (const day of ["02-03", "02-10", "02-25", "04-01"]) {
    addFile(inventory, "in_trash", `2024-${day}T10:00:00Z`);
  }
  assert.deepEqual(days(inventory, "account"), ["02-02..02-26", "03-31..04-02", "06-15..06-30"]);
});

Deno.test("a resumed run's own proofs count whatever their age", () => {
  using inventory = openInventory(":memory:", { clock: new ManualClock() });
  prove(inventory, "account", { from: "2024-06-01", to: "2024-06-30" }, "run7");
  assert.deepEqual(days(inventory, "account", "run7"), ["01-01..06-01"]);
  assert.deepEqual(days(inventory, "account", "run8"), ["01-01..06-01", "06-15..06-30"]);
});

Deno.test("every day that is not proven is asked for, and never a day outside the range", () => {
  const day = fc.integer({ min: 0, max: 181 }).map((n) => addDays(range.from, n));
  const window = fc.tuple(day, fc.nat(29)).map(([from, n]): DateRange => ({ from, to: addDays(from, n) }));
  fc.assert(fc.property(fc.array(window, { maxLength: 8 }), (windows) => {
    using inventory = openInventory(":memory:", { clock: new ManualClock() });
    for (const asked of windows) prove(inventory, "account", asked);
    const asked = uncoveredDays(inventory, {
      scope: "account",
      range,
      lookbackDays: 14,
      runId: undefined,
      basis,
    });
    for (let at = range.from; at <= range.to; at = addDays(at, 1)) {
      const isSettled = at <= "2024-06-15" && windows.some(({ from, to }) => from <= at && at <= to);
      assert.ok(isSettled || asked.some(({ from, to }) => from <= at && at <= to), at);
    }
    assert.ok(asked.every(({ from, to }) => range.from <= from && from <= to && to <= range.to));
  }));
});
