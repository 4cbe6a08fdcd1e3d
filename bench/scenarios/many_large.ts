import { join } from "node:path";
import { emptyDir, writeMedia } from "../support/bodies.ts";
import { measure } from "../support/child.ts";
import { startFront } from "../support/nginx.ts";
import { extract } from "../support/ours.ts";
import { alternate, median, type Scenario } from "../support/scenario.ts";

/** Several large files at once. */
export const manyLarge: Scenario = {
  name: "many-large",
  title: "16 files of 256 MiB, `auto`, against `aria2c -j8` then `sha256sum`",
  needs: ["nginx", "aria2c", "sha256sum"],
  async run(context) {
    const sizeBytes = (context.quick ? 4 : 256) * 1024 ** 2;
    const root = await emptyDir(context.dir, "files");
    await writeMedia(root, "large.mp4", sizeBytes);
    const meetings = 16;
    const files = [{ type: "MP4", path: "large.mp4", sizeBytes }];
    await using front = await startFront(
      { users: 4, meetings, files, from: "2024-03-01", to: "2024-03-28" },
      { root, dir: context.dir },
    );
    const pairs = await alternate(context.rounds(5), async () => {
      const outputDir = await emptyDir(context.dir, "ours");
      const usage = await extract(context, front.zoom, { outputDir, downloaded: meetings });
      await emptyDir(context.dir, "ours");
      context.say(`ours ${usage.seconds.toFixed(2)} s`);
      return usage;
    }, async () => {
      const dir = await emptyDir(context.dir, "reference");
      const list = join(context.dir, "urls.txt");
      const url = `${front.zoom.origin}/rec/download/large.mp4`;
      const lines = Array.from({ length: meetings }, (_, i) => `${url}\n  out=${i}.mp4\n`);
      await Deno.writeTextFile(list, lines.join(""));
      const aria2 =
        `aria2c -q -j8 --file-allocation=none --header='Authorization: Bearer bench-token' -d ${dir} -i ${list}`;
      const usage = await measure(["sh", "-c", `${aria2} && sha256sum ${dir}/*.mp4`]);
      await emptyDir(context.dir, "reference");
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
        atMost: 1,
        detail: `${seconds("ours")} s against ${seconds("reference")} s`,
      }],
    };
  },
};
