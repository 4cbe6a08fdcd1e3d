/**
 * What digest, checks and resumability cost: one file over loopback, ours against the shortest way that keeps no
 * promise. Read the ratio, not the times.
 */
import { systemClock } from "../src/core/clock.ts";
import { localSink } from "../src/storage/mod.ts";
import { transferFile } from "../src/transfer/mod.ts";

const sizeBytes = 128 * 1024 ** 2;
const dir = await Deno.makeTempDir({ prefix: "zoom-extract-bench-" });
const source = `${dir}/source.bin`;
await writeNoise(source);
const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async () => {
  const file = await Deno.open(source);
  return new Response(file.readable, { headers: { "content-length": String(sizeBytes) } });
});
server.unref();
const url = `http://127.0.0.1:${server.addr.port}/`;
addEventListener("unload", () => Deno.removeSync(dir, { recursive: true }));

const options = { group: "128 MiB over loopback", n: 5, warmup: 1 } as const;

Deno.bench("fetch(), piped into a file", { ...options, baseline: true }, async () => {
  const { body } = await fetch(url);
  const file = await Deno.create(`${dir}/plain.bin`);
  await body?.pipeTo(file.writable);
});

let number = 0;
Deno.bench("transferFile(), digested, checked and flushed", options, async () => {
  const signal = new AbortController().signal;
  await using writer = await localSink(dir).begin([`ours-${number++}.bin`], {
    modifiedAt: undefined,
    signal,
  });
  const { body } = await fetch(url);
  if (body === null) throw new Error("the bench server sent no body");
  const receipt = await transferFile({
    open: () => Promise.resolve({ offset: 0, sizeBytes, contentType: "application/octet-stream", body }),
    writer,
    file: { fileType: "BIN", fileExtension: "bin" },
    idleTimeoutMs: 60_000,
    chunkSizeBytes: 8 * 1024 ** 2,
    clock: systemClock,
    signal,
  });
  await writer.commit(receipt);
  await Deno.remove(`${dir}/ours-${number - 1}.bin`);
});

async function writeNoise(path: string): Promise<void> {
  using file = await Deno.create(path);
  const block = new Uint8Array(65_536);
  for (let written = 0; written < sizeBytes; written += block.length) {
    crypto.getRandomValues(block);
    await file.write(block);
  }
}
