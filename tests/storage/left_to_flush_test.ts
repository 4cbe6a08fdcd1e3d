import assert from "node:assert/strict";
import { join } from "node:path";
import { localSink } from "../../src/storage/mod.ts";

// In a file of its own: once a disk was slow to flush, nothing is flushed on this thread for a while anyway.
Deno.test("localSink() flushes on another thread where an earlier process may have left much to flush", async () => {
  const dir = await Deno.makeTempDir({ prefix: "zoom-extract-test-" });
  const flushesHere = async (sizeBytes: number) => {
    await Deno.writeFile(join(dir, "a.part"), new Uint8Array(sizeBytes));
    await using writer = await localSink(dir).begin(["a"], { signal: new AbortController().signal });
    const { syncDataSync } = Deno.FsFile.prototype;
    let here = 0;
    Deno.FsFile.prototype.syncDataSync = () => void here++;
    try {
      await writer.flush();
    } finally {
      Object.assign(Deno.FsFile.prototype, { syncDataSync });
    }
    return here;
  };
  assert.deepEqual([await flushesHere(65_536), await flushesHere(65_537)], [1, 0]);
  await Deno.remove(dir, { recursive: true });
});
