import assert from "node:assert/strict";
import { mountSmallDisk } from "../support/small_disk.ts";
import { chance, count, rounds } from "./_frame.ts";
import { startAccount, Trial } from "./_trial.ts";

const part = "3 disk";
const zoom = await startAccount({ meetings: 6, files: 30, large: 2, largeBytes: 1_000_000 });
const { digests } = await Trial.reference(zoom);
addEventListener("unload", () => void zoom[Symbol.asyncDispose]());

const sizes = chance("disk sizes");

Deno.test("a disk that is full anywhere in the run ends it with 6 and says so, and with room the next run completes", async () => {
  for (let round = 0; round < rounds(5, 40); round++) {
    // From too small for the inventory to too small for the last file.
    const kiB = round === 0 ? 64 : sizes.int(100, 2_700);
    await using trial = await Trial.of(zoom, { digests });
    await using disk = await mountSmallDisk(trial.archive.dir, kiB);
    const how = disk ? {} : { env: { CAMPAIGN_FAIL: `^(?:write|copy) #${sizes.int(1, 60)}+ ENOSPC` } };
    const says = /no space left|[KM]iB free|disk is full|disk I\/O error/i;
    await trial.runToFailure({ ...how, codes: [6], says });
    count(part, "runs on a full disk");
    if (disk) assert.ok(await disk.remount("size=16m"));
    await trial.settle();
  }
});

Deno.test("a disk that fills up at any step and stays full loses nothing that was held", async () => {
  const random = chance("full at");
  for (let round = 0; round < rounds(4, 40); round++) {
    await using trial = await Trial.of(zoom, { digests });
    const from = random.int(1, 120);
    const CAMPAIGN_FAIL = `^(?:write|copy|mkdir|open|database (?:commit|INSERT|UPDATE)) ?#${from}+ ENOSPC`;
    await trial.runToFailure({ env: { CAMPAIGN_FAIL }, codes: [6], says: /no space left|inventory/i });
    count(part, "runs on a full disk");
    await trial.settle();
  }
});

Deno.test("a read-only disk ends the run with 6 before anything is asked of Zoom", async () => {
  await using trial = await Trial.of(zoom, { digests });
  await using disk = await mountSmallDisk(trial.archive.dir, 16_384);
  if (disk) assert.ok(await disk.remount("ro"));
  zoom.resetCounts();
  const how = disk ? {} : { env: { CAMPAIGN_FAIL: "^(?:mkdir|open|write)#1+ EROFS" } };
  await trial.runToFailure({ ...how, codes: [6], says: /read-only/ });
  assert.equal(zoom.count("*"), 0);
  count(part, "runs on a read-only disk");
  if (disk) assert.ok(await disk.remount("rw"));
  await trial.settle();
});

Deno.test("a disk that turns read-only in the run ends it with 6, and writable again the next run completes", async () => {
  const random = chance("read-only at");
  for (let round = 0; round < rounds(3, 20); round++) {
    await using trial = await Trial.of(zoom, { digests });
    const CAMPAIGN_FAIL = `^(?:write|copy|mkdir|open|rename|remove|truncate|utime) ?#${
      random.int(12, 200)
    }+ EROFS`;
    await trial.runToFailure({ env: { CAMPAIGN_FAIL }, codes: [6], says: /read-only/ });
    count(part, "runs on a read-only disk");
    await trial.settle();
  }
});

Deno.test("a single read or write that fails costs at most the file it meets", async () => {
  const random = chance("bad sector");
  for (let round = 0; round < rounds(4, 40); round++) {
    await using trial = await Trial.of(zoom, { digests });
    const step = random.pick([
      "write partial",
      "syncData partial",
      "rename partial",
      "write sidecar",
      "rename sidecar",
    ]);
    const CAMPAIGN_FAIL = `^${step}$#${random.int(1, 8)} EIO`;
    await trial.runToFailure({ env: { CAMPAIGN_FAIL }, codes: [4, 6], says: /EIO/ });
    count(part, "single calls that failed");
    await trial.settle();
  }
});
