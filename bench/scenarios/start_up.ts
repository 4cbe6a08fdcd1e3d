import { join } from "node:path";
import { emptyDir } from "../support/bodies.ts";
import { measure } from "../support/child.ts";
import { startFakeZoom } from "../support/fake_zoom.ts";
import { extract, runOurs } from "../support/ours.ts";
import { alternate, median, type Scenario } from "../support/scenario.ts";

/** How long it takes until something happens. */
export const startUp: Scenario = {
  name: "start-up",
  title: "`--help`, against `deno run` of an empty module; the first request after the start",
  needs: [],
  async run(context) {
    const empty = join(context.dir, "empty.ts");
    await Deno.writeTextFile(empty, "export {};\n");
    await runOurs(["--help"]);
    const pairs = await alternate(
      context.quick ? 3 : context.rounds(15),
      () => runOurs(["--help"]),
      () => measure([Deno.execPath(), "run", "-A", "--quiet", empty]),
    );
    const first: number[] = [];
    await using zoom = await startFakeZoom({
      users: 1,
      meetings: 1,
      files: [{ type: "TRANSCRIPT" }],
      from: "2024-03-01",
      to: "2024-03-28",
    });
    for (let round = 0; round < (context.quick ? 2 : context.rounds(9)); round++) {
      const outputDir = await emptyDir(context.dir, "ours");
      await zoom.takeStats();
      const startedMs = Date.now();
      await extract(context, zoom, { outputDir, downloaded: 1 });
      first.push(((await zoom.takeStats()).firstRequestMs - startedMs) / 1000);
    }
    const millis = (side: "ours" | "reference") =>
      `${Math.round(median(pairs.map((pair) => pair[side].seconds)) * 1000)} ms`;
    return {
      checks: [
        {
          what: "--help",
          unit: "×",
          values: pairs.map(({ ours, reference }) => ours.seconds / reference.seconds),
          atMost: 2.5,
          detail: `${millis("ours")} against ${millis("reference")}`,
        },
        { what: "first request", unit: "s", values: first, atMost: 0.3 },
      ],
    };
  },
};
