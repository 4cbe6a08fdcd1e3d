import { makeBigInventory } from "../_big_inventory.ts";
import { emptyDir } from "../support/bodies.ts";
import { startFakeZoom } from "../support/fake_zoom.ts";
import { environment, extract, runOurs } from "../support/ours.ts";
import type { Check, Scenario } from "../support/scenario.ts";

/** An archive of a million files. */
export const millionFiles: Scenario = {
  name: "million-files",
  title: "an inventory of 1 million files: a run with nothing to do, `status`, `verify`",
  needs: [],
  async run(context) {
    const files = context.quick ? 5_000 : 1_000_000;
    const days = { from: "2023-01-01", to: "2023-12-31" };
    const outputDir = await emptyDir(context.dir, "ours");
    context.say("makes the archive");
    makeBigInventory(outputDir, { files, accountId: "bench-account", ...days, withFiles: true });
    await using zoom = await startFakeZoom({ users: 500, meetings: files / 5, files: [], ...days });
    const rounds = Array.from({ length: context.rounds(5) });
    const noOp: number[] = [];
    for (const _ of rounds) {
      noOp.push((await extract(context, zoom, { outputDir, downloaded: 0 })).seconds);
      context.say(`no-op run ${noOp.at(-1)?.toFixed(2)} s`);
    }
    const checks: Check[] = [{ what: "run with nothing to do", unit: "s", values: noOp, atMost: 60 }];
    for (const [command, atMost] of [["status", 2], ["verify", 60]] as const) {
      const values: number[] = [];
      for (const _ of rounds) {
        const usage = await runOurs([command, "--output-dir", outputDir], environment(zoom));
        context.sawMemory(usage.peakBytes);
        values.push(usage.seconds);
        context.say(`${command} ${usage.seconds.toFixed(2)} s`);
      }
      checks.push({ what: command, unit: "s", values, atMost });
    }
    return { checks };
  },
};
