import { emptyDir } from "../support/bodies.ts";
import { startFakeZoom } from "../support/fake_zoom.ts";
import { extract } from "../support/ours.ts";
import type { Scenario } from "../support/scenario.ts";

const perSecond = 60;

/** Listing user by user within the limits of a plan. */
export const userWalk: Scenario = {
  name: "user-walk",
  title: "1,000 users × 12 months, account list refused, business plan, 100 ms per request",
  needs: [],
  async run(context) {
    const users = context.quick ? 40 : 1_000;
    const days = { from: context.quick ? "2024-01-01" : "2023-04-01", to: "2024-03-28" };
    await using zoom = await startFakeZoom({
      users,
      meetings: users * 12,
      files: [{ type: "TRANSCRIPT" }, { type: "CHAT" }],
      ...days,
      accountList: false,
      latencyMs: 100,
      perSecond,
    });
    const shares: number[] = [];
    const refused: number[] = [];
    let detail = "";
    for (let round = 0; round < context.rounds(5); round++) {
      const outputDir = await emptyDir(context.dir, "ours");
      await zoom.takeStats();
      const run = await extract(context, zoom, {
        outputDir,
        downloaded: 0,
        args: ["--api-plan", "business", "--exclude-types", "TRANSCRIPT,CHAT"],
      });
      const { api, refused: all, refusedLater } = await zoom.takeStats();
      shares.push(run.seconds / (api / perSecond));
      refused.push(refusedLater);
      detail = `${api} calls in ${run.seconds.toFixed(1)} s, ${all} refused in all`;
      context.say(detail);
    }
    return {
      checks: [
        // The quick one is over before the pacer has found its rate.
        {
          what: "time that the limit allows",
          unit: "×",
          values: shares,
          atMost: context.quick ? 3 : 1.15,
          detail,
        },
        { what: "429 after the first minute", unit: "", values: refused, atMost: 0 },
      ],
    };
  },
};
