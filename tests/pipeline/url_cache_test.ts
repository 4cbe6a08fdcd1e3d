import assert from "node:assert/strict";
import { UrlCache } from "../../src/pipeline/url_cache.ts";

Deno.test("an address is handed out once: a second attempt has to ask for a fresh one", () => {
  const urls = new UrlCache();
  urls.put("f1", "https://zoom.example/1");
  assert.deepEqual([urls.take("f1"), urls.take("f1")], ["https://zoom.example/1", undefined]);
});

Deno.test("a newer address replaces an older one, also when the cache is full", () => {
  const urls = new UrlCache(1);
  urls.put("f1", "https://zoom.example/old");
  urls.put("f1", "https://zoom.example/new");
  assert.equal(urls.take("f1"), "https://zoom.example/new");
});

Deno.test("a full cache takes no more until one is taken out", () => {
  const urls = new UrlCache(2);
  for (const key of ["f1", "f2", "f3"]) urls.put(key, key);
  assert.equal(urls.take("f3"), undefined);
  assert.equal(urls.take("f1"), "f1");
  urls.put("f4", "f4");
  assert.equal(urls.take("f4"), "f4");
});
