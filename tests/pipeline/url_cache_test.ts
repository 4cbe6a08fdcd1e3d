import assert from "node:assert/strict";
import fc from "fast-check";
import { UrlCache } from "../../src/pipeline/url_cache.ts";

/** Chunks with room for two short addresses each. */
const short = "https://zoom.example/1";
const small = { chunks: 3, chunkBytes: 2 * (short.length + 2) };

Deno.test("an address is handed out once: a second attempt has to ask for a fresh one", () => {
  const urls = new UrlCache();
  urls.put("f1", short);
  assert.deepEqual([urls.peek("f1"), urls.take("f1"), urls.take("f1")], [short, short, undefined]);
});

Deno.test("a newer address replaces an older one", () => {
  const urls = new UrlCache();
  urls.put("f1", "https://zoom.example/old");
  urls.put("f1", "https://zoom.example/ü/new?a=b");
  assert.equal(urls.take("f1"), "https://zoom.example/ü/new?a=b");
  assert.equal(urls.take("f1"), undefined);
});

Deno.test("a full cache takes no more until the addresses of a chunk are taken out", () => {
  const urls = new UrlCache(small);
  for (let i = 1; i <= 8; i++) urls.put(`f${i}`, short);
  assert.deepEqual([urls.take("f7"), urls.take("f8")], [undefined, undefined]);
  assert.equal(urls.take("f1"), short);
  urls.put("f9", short);
  assert.equal(urls.take("f9"), undefined, "one of its chunk is still wanted");
  assert.equal(urls.take("f2"), short);
  for (const key of ["f9", "f10", "f11"]) urls.put(key, short);
  assert.deepEqual(["f3", "f4", "f5", "f6", "f9", "f10"].map((key) => urls.take(key)), Array(6).fill(short));
  assert.equal(urls.take("f11"), undefined);
});

Deno.test("an address longer than a chunk is not kept, and disturbs nothing", () => {
  const urls = new UrlCache(small);
  urls.put("f1", short);
  urls.put("long", "x".repeat(small.chunkBytes));
  assert.deepEqual([urls.take("long"), urls.take("f1")], [undefined, short]);
});

Deno.test("a cache with room hands out what a map would, whatever the order of puts and takes", () => {
  const step = fc.record({ key: fc.nat(20), length: fc.option(fc.nat(60), { nil: undefined }) });
  fc.assert(fc.property(fc.array(step, { maxLength: 300, size: "max" }), (steps) => {
    // Each of the 21 addresses may hold a chunk of its own.
    const urls = new UrlCache({ chunks: 22, chunkBytes: 64 });
    const model = new Map<number, string>();
    for (const { key, length } of steps) {
      if (length === undefined) {
        assert.equal(urls.take(`f${key}`), model.get(key));
        model.delete(key);
      } else {
        model.set(key, "u".repeat(length));
        urls.put(`f${key}`, "u".repeat(length));
      }
    }
    for (const [key, url] of model) assert.equal(urls.peek(`f${key}`), url);
  }));
});
