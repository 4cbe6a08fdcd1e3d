import assert from "node:assert/strict";
import { faultKinds, type FaultName } from "./_fault_kinds.ts";
import { expectations } from "./_fault_expectations.ts";
import { type Cell, playCell } from "./_fault_table.ts";
import { chance, count, isLong } from "./_frame.ts";
import { type PlaceName, places } from "./_places.ts";

/** A cell of the table with what is written there. */
interface Expected extends Cell {
  readonly outcome: string;
}

const all: Expected[] = Object.entries(expectations).flatMap(([name, groups]) =>
  groups.flatMap(({ once, always, of }) =>
    of.flatMap((fault) => {
      const place = name as PlaceName;
      return [{ place, fault, times: 1, outcome: once }, { place, fault, times: Infinity, outcome: always }];
    })
  )
);

Deno.test("the table of faults has every fault at every kind of request, once", () => {
  const wanted = Object.keys(places).flatMap((place) =>
    Object.keys(faultKinds).map((fault) => `${place}: ${fault}`)
  );
  const written = all.filter(({ times }) => times === 1).map(({ place, fault }) => `${place}: ${fault}`);
  assert.deepEqual(written.sort(), wanted.filter((cell) => !isBelievable(cell)).sort());
});

/** Bodies that nobody can tell from a text file, when they come again and again. */
function isBelievable(cell: string): boolean {
  const [place = "", fault = ""] = cell.split(": ");
  const names: readonly FaultName[] = ["200 no JSON", "200 object", "200 list", "200 text", "200 null"];
  return ["download", "storage"].includes(place) && names.includes(fault as FaultName);
}

/** In the short form a share of the table, another one for another seed. */
function chosen(): Expected[] {
  const { next } = chance("table of faults");
  return isLong ? all : all.filter((cell) => next() < 36 / all.length && !isSlow(cell));
}

/** A file that gets on by fifty bytes and waits, fifty times. */
function isSlow({ place, fault, times }: Cell): boolean {
  return /download|storage/.test(place) && fault === "stalls at 50" && times > 1;
}

const cells = chosen();

Deno.test(`${cells.length} of ${all.length} faults end as the table says, and heal`, async (t) => {
  const surprises: string[] = [];
  let next = 0;
  await Promise.all(Array.from({ length: 3 }, async () => {
    for (let cell; (cell = cells[next++]);) {
      const name = `${cell.fault}, ${cell.times === 1 ? "once" : "always"}, at ${cell.place}`;
      const outcome = await playCell(cell).catch((error) => String(error));
      if (!cell.outcome.split(" | ").includes(outcome)) {
        surprises.push(`${name}: ${outcome} instead of ${cell.outcome}`);
      }
      count("faults", "cells of the table");
    }
  }));
  await t.step("no surprises", () => assert.deepEqual(surprises, []));
});
