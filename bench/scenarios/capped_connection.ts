import { emptyDir, writeMedia } from "../support/bodies.ts";
import { measure } from "../support/child.ts";
import { startFront } from "../support/nginx.ts";
import { extract } from "../support/ours.ts";
import { alternate, median, type Scenario } from "../support/scenario.ts";

/** A server that gives each connection little. */
export const cappedConnection: Scenario = {
  name: "capped-connection",
  title: "one 256 MiB file, 8 MB/s per connection, against `aria2c -x4 -s4`",
  needs: ["nginx", "aria2c"],
  async run(context) {
    const sizeBytes = (context.quick ? 72 : 256) * 1024 ** 2;
    const root = await emptyDir(context.dir, "files");
    await writeMedia(root, "large.mp4", sizeBytes);
    const account = { users: 1, meetings: 1, files: [{ type: "MP4", path: "large.mp4", sizeBytes }] };
    await using front = await startFront({ ...account, from: "2024-03-01", to: "2024-03-28" }, {
      root,
      dir: context.dir,
      perConnection: context.quick ? 32_000_000 : 8_000_000,
    });
    const pairs = await alternate(context.rounds(5), async () => {
      const outputDir = await emptyDir(context.dir, "ours");
      const usage = await extract(context, front.zoom, { outputDir, downloaded: 1 });
      context.say(`ours ${usage.seconds.toFixed(2)} s`);
      return usage;
    }, async () => {
      const dir = await emptyDir(context.dir, "reference");
      const url = `${front.zoom.origin}/rec/download/large.mp4`;
      const header = "--header=Authorization: Bearer bench-token";
      const usage = await measure([
        "aria2c",
        "-q",
        "-x4",
        "-s4",
        "--file-allocation=none",
        header,
        "-d",
        dir,
        url,
      ]);
      context.say(`reference ${usage.seconds.toFixed(2)} s`);
      return usage;
    });
    const seconds = (side: "ours" | "reference") =>
      median(pairs.map((pair) => pair[side].seconds)).toFixed(2);
    return {
      checks: [{
        what: "wall",
        unit: "×",
        values: pairs.map(({ ours, reference }) => ours.seconds / reference.seconds),
        atMost: 1.05,
        detail: `${seconds("ours")} s against ${seconds("reference")} s`,
      }],
    };
  },
};
