import assert from "node:assert/strict";
import { chance, joinFigures } from "./_frame.ts";
import { figuresTable, withFigures } from "./run.ts";

Deno.test("chance() gives the same numbers for the same name, and others for another", () => {
  const draw = (name: string) => {
    const { int } = chance(name);
    return Array.from({ length: 50 }, () => int(3, 9));
  };
  assert.deepEqual(draw("kill"), draw("kill"));
  assert.notDeepEqual(draw("kill"), draw("disk"));
  assert.deepEqual([...new Set(draw("kill"))].sort(), [3, 4, 5, 6, 7, 8, 9]);
});

Deno.test("joinFigures() adds what several processes counted, and the table goes into its place", () => {
  const lines = [
    { part: "kill", name: "kills", value: 3, join: "sum" },
    { part: "disk", name: "free", value: 5, join: "min" },
    { part: "kill", name: "kills", value: 1_200, join: "sum" },
    { part: "kill", name: "worst", value: 1.234, join: "max" },
    { part: "kill", name: "worst", value: 1.2, join: "max" },
    { part: "disk", name: "free", value: 4, join: "min" },
  ].map((figure) => `${JSON.stringify(figure)}\n`).join("");
  const table = figuresTable(joinFigures(lines));
  assert.equal(
    table,
    "| Part | What | Figure |\n| --- | --- | ---: |\n| disk | free | 4 |\n| kill | kills | 1,203 |\n| kill | worst | 1.23 |\n",
  );
  const page = "a\n<!-- figures: written by deno task campaign -->\nold\n<!-- end of figures -->\nz\n";
  const next = withFigures(page, table);
  assert.ok(next.startsWith("a\n") && next.endsWith("<!-- end of figures -->\nz\n") && next.includes(table));
  assert.ok(!next.includes("old"));
  assert.equal(withFigures(next, table), next);
  assert.throws(() => withFigures("no markers", table));
});
