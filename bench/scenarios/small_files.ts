import { emptyDir } from "../support/bodies.ts";
import { startFakeZoom } from "../support/fake_zoom.ts";
import { extract } from "../support/ours.ts";
import { median, type Outcome, type Scenario } from "../support/scenario.ts";

const latencyMs = 20;

/** Many small files behind a latency, and the same again with nothing new. */
export const smallFiles: Scenario = {
  name: "small-files",
  title:
    "1,100 small files, 20 ms per request, defaults, against one request after the other; then the same again",
  needs: [],
  async run(context): Promise<Outcome> {
    const perMeeting = 5;
    const meetings = context.quick ? 20 : 220;
    await using zoom = await startFakeZoom({
      users: 10,
      meetings,
      files: Array.from({ length: perMeeting }, () => ({ type: "TRANSCRIPT" })),
      from: "2024-03-01",
      to: "2024-03-28",
      latencyMs,
    });
    const first: number[] = [];
    const shareOfSerial: number[] = [];
    const again: number[] = [];
    const againCalls: number[] = [];
    const againDownloads: number[] = [];
    for (let round = 0; round < context.rounds(5); round++) {
      const outputDir = await emptyDir(context.dir, "ours");
      await zoom.takeStats();
      const run = await extract(context, zoom, { outputDir, downloaded: meetings * perMeeting });
      const { api, token, downloads, storage } = await zoom.takeStats();
      first.push(run.seconds);
      shareOfSerial.push(run.seconds / ((api + token + downloads + storage) * latencyMs / 1000));
      const second = await extract(context, zoom, { outputDir, downloaded: 0 });
      const stats = await zoom.takeStats();
      again.push(second.seconds);
      againCalls.push(stats.api + stats.token);
      againDownloads.push(stats.downloads);
      context.say(`first ${run.seconds.toFixed(2)} s, again ${second.seconds.toFixed(2)} s`);
    }
    return {
      checks: [
        { what: "first run", unit: "s", values: first, atMost: 8 },
        {
          what: "share of the serial time",
          unit: "×",
          values: shareOfSerial,
          atMost: 1 / 8,
          detail: `${(1 / median(shareOfSerial)).toFixed(1)} × faster than one after the other`,
        },
        { what: "again", unit: "s", values: again, atMost: 1 },
        { what: "again: API calls", unit: "", values: againCalls, atMost: 5 },
        { what: "again: downloads", unit: "", values: againDownloads, atMost: 0 },
      ],
    };
  },
};
