import { emptyDir } from "../support/bodies.ts";
import { startFakeZoom } from "../support/fake_zoom.ts";
import { extract } from "../support/ours.ts";
import type { BenchContext, Scenario } from "../support/scenario.ts";

const perSecond = 60;

/** Listing user by user within the limits of a plan. */
export const userWalk: Scenario = {
  name: "user-walk",
  title: "1,000 users × 12 months, account list refused, business plan, 100 ms per request",
  needs: [],
  async run(context) {
    // Four minutes in which the program mostly waits for its turn: all rounds side by side, each with its own account.
    const walks = await Promise.all(
      Array.from({ length: context.rounds(5) }, (_, round) => walk(context, `ours-${round}`)),
    );
    return {
      checks: [
        // The quick one is over before the pacer has found its rate.
        {
          what: "time that the limit allows",
          unit: "×",
          values: walks.map(({ share }) => share),
          atMost: context.quick ? 3 : 1.15,
          detail: walks[0]?.detail ?? "",
        },
        {
          what: "429 after the first minute",
          unit: "",
          values: walks.map(({ refusedLater }) => refusedLater),
          atMost: 0,
        },
      ],
    };
  },
};

async function walk(
  context: BenchContext,
  name: string,
): Promise<{ share: number; refusedLater: number; detail: string }> {
  const users = context.quick ? 40 : 1_000;
  await using zoom = await startFakeZoom({
    users,
    meetings: users * 12,
    files: [{ type: "TRANSCRIPT" }, { type: "CHAT" }],
    from: context.quick ? "2024-01-01" : "2023-04-01",
    to: "2024-03-28",
    accountList: false,
    latencyMs: 100,
    perSecond,
  });
  const run = await extract(context, zoom, {
    outputDir: await emptyDir(context.dir, name),
    downloaded: 0,
    args: ["--api-plan", "business", "--exclude-types", "TRANSCRIPT,CHAT"],
  });
  const { api, refused, refusedLater } = await zoom.takeStats();
  const detail = `${api} calls in ${run.seconds.toFixed(1)} s, ${refused} refused in all`;
  context.say(detail);
  return { share: run.seconds / (api / perSecond), refusedLater, detail };
}
