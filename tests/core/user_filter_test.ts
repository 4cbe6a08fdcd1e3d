import assert from "node:assert/strict";
import { compileUserFilter } from "../../src/core/user_filter.ts";

const ana = { id: "u-ana", email: "ana@example.test" };
const bo = { id: "u-bo", email: "bo@other.test" };

Deno.test.each<[readonly string[], boolean, boolean]>([
  [[], true, true],
  [["*"], true, true],
  [["ana@example.test"], true, false],
  [["ANA@Example.TEST"], true, false],
  [["u-bo"], false, true],
  [["*@example.test"], true, false],
  [["!bo@other.test"], true, false],
  [["*", "!*@example.test"], false, true],
  [["ana@example.test", "!u-ana"], false, false],
  [["ana.example.test"], false, false],
])("the filter %j takes Ana: %s, Bo: %s", (patterns, takesAna, takesBo) => {
  const filter = compileUserFilter(patterns);
  assert.deepEqual([filter.matches(ana), filter.matches(bo)], [takesAna, takesBo]);
});

Deno.test("a pattern that matched nobody is known by name", () => {
  const filter = compileUserFilter(["ana@example.test", "nobody@example.test", "!x"]);
  filter.matches(ana);
  assert.deepEqual(filter.unmatched(), ["nobody@example.test"]);
});

Deno.test("filters that mean the same have the same canonical text", () => {
  assert.equal(compileUserFilter(["B", " a "]).canonical, compileUserFilter(["a", "b", "A"]).canonical);
});
