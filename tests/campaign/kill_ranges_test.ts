import assert from "node:assert/strict";
import { ByteRanges } from "../../src/transfer/mod.ts";
import { chance, count, rounds, seed } from "./_frame.ts";
import { startAccount, Trial } from "./_trial.ts";

const part = "1 kill";
const largeBytes = 160 * 1024 ** 2;

/** What the inventory says is there of files that arrive in ranges. */
function mappedBytes({ archive }: Trial): number {
  return archive.query(
    "SELECT partial_ranges FROM inventory WHERE partial_ranges IS NOT NULL AND status <> 'completed'",
  )
    .reduce((sum, row) => sum + new ByteRanges(JSON.parse(String(row["partial_ranges"]))).totalBytes, 0);
}

Deno.test("killed while a large file arrives in four ranges, each next run asks for what its map lacks, and no more", async () => {
  const random = chance("ranges");
  await using zoom = await startAccount({ meetings: 1, files: 2, large: 1, largeBytes });
  const args = ["--segments", "4"];
  const { digests, milliseconds } = await Trial.reference(zoom, args);
  const total = zoom.truth().reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  let midway = 0;
  for (let round = 0; round < rounds(3, 40) || (midway === 0 && round < 30); round++) {
    await using trial = await Trial.of(zoom, { args, digests });
    for (let n = random.int(1, 3); n > 0; n--) {
      const killAfterMs = random.int(Math.round(milliseconds / 3), Math.round(milliseconds));
      if (!await trial.runToKill({ killAfterMs })) break;
      count(part, "kills while ranges arrive");
    }
    const mapped = mappedBytes(trial);
    const before = await trial.writtenBytes();
    await trial.settle();
    const written = await trial.writtenBytes() - before;
    if (mapped === 0) continue;
    midway++;
    assert.ok(
      written <= total - mapped,
      `seed ${seed}: ${written} of ${total - mapped} bytes that were missing`,
    );
    assert.ok(written >= largeBytes - mapped);
    count(part, "maps of ranges gone on with");
  }
  assert.ok(midway > 0, "no kill met a map");
});
