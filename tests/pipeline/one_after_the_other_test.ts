import assert from "node:assert/strict";
import { setImmediate } from "node:timers/promises";
import { oneAfterTheOther } from "../../src/pipeline/one_after_the_other.ts";

Deno.test("what waits for its turn gets it in the order of asking, and everybody else has one in between", async () => {
  const turn = oneAfterTheOther();
  const seen: string[] = [];
  const others = (async () => {
    while (!seen.includes("c")) {
      await setImmediate();
      seen.push("others");
    }
  })();
  await Promise.all(["a", "b", "c"].map(async (name) => {
    await turn();
    seen.push(name);
  }));
  await others;
  assert.deepEqual(seen.filter((name) => name !== "others"), ["a", "b", "c"]);
  for (const name of ["b", "c"]) assert.equal(seen[seen.indexOf(name) - 1], "others", seen.join(" "));
});
