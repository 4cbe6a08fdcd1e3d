import { join } from "node:path";
import { emptyDir, writeSmall } from "../support/bodies.ts";
import { measure } from "../support/child.ts";
import { type Front, startFront } from "../support/nginx.ts";
import { extract } from "../support/ours.ts";
import { alternate, type BenchContext, median, type Scenario } from "../support/scenario.ts";

const perMeeting = 5;
const days = { from: "2024-01-01", to: "2024-03-28" };

/** Very many small files without latency: what one costs, and whether that grows with their number. */
export const bulkSmall: Scenario = {
  name: "bulk-small",
  title: "100,000 new small files, no latency, against `aria2c -i`, and against our own 1,000",
  needs: ["nginx", "aria2c"],
  async run(context) {
    const many = context.quick ? 2_000 : 100_000;
    const few = context.quick ? 500 : 1_000;
    const root = await emptyDir(context.dir, "files");
    const sizeBytes = await writeSmall(root);
    const fewSeconds: number[] = [];
    {
      await using front = await start(context, root, { files: few, sizeBytes });
      for (let i = 0; i < context.rounds(5); i++) {
        fewSeconds.push((await fetchAll(context, front, few)).seconds);
      }
    }
    await using front = await start(context, root, { files: many, sizeBytes });
    const pairs = await alternate(
      context.rounds(5),
      () => fetchAll(context, front, many),
      () => aria2(context, front, many),
    );
    const perFew = median(fewSeconds) / few;
    const micros = (seconds: number) => `${Math.round(seconds * 1e6)} µs`;
    const ours = median(pairs.map(({ ours }) => ours.seconds)) / many;
    const reference = median(pairs.map(({ reference }) => reference.seconds)) / many;
    return {
      checks: [
        {
          what: "per file",
          unit: "×",
          values: pairs.map(({ ours, reference }) => ours.seconds / reference.seconds),
          atMost: 1,
          detail: `${micros(ours)} against ${micros(reference)}`,
        },
        {
          what: "per file, against 1,000",
          unit: "×",
          values: pairs.map(({ ours }) => ours.seconds / many / perFew),
          atMost: 1.2,
          detail: `${micros(ours)} against ${micros(perFew)}`,
        },
      ],
    };
  },
};

function start(
  context: BenchContext,
  root: string,
  { files, sizeBytes }: { files: number; sizeBytes: number },
): Promise<Front> {
  return startFront({
    users: 100,
    meetings: files / perMeeting,
    files: Array.from({ length: perMeeting }, () => ({ type: "TRANSCRIPT", sizeBytes })),
    ...days,
  }, { root, dir: context.dir });
}

async function fetchAll(context: BenchContext, front: Front, files: number) {
  const outputDir = await emptyDir(context.dir, "ours");
  const usage = await extract(context, front.zoom, { outputDir, downloaded: files });
  await emptyDir(context.dir, "ours");
  context.say(`ours, ${files} files: ${usage.seconds.toFixed(2)} s`);
  return usage;
}

async function aria2(context: BenchContext, front: Front, files: number) {
  const dir = await emptyDir(context.dir, "reference");
  const list = join(context.dir, "urls.txt");
  const lines = Array.from({ length: files }, (_, i) => {
    const meeting = Math.floor(i / perMeeting);
    return `${front.zoom.origin}/rec/download/small/${i}.vtt\n  out=user${
      meeting % 100
    }/m${meeting}/${i}.vtt\n`;
  });
  await Deno.writeTextFile(list, lines.join(""));
  const header = "--header=Authorization: Bearer bench-token";
  const usage = await measure([
    ...[
      "aria2c",
      "-q",
      "-j16",
      "--file-allocation=none",
      "--deferred-input=true",
      header,
      "-d",
      dir,
      "-i",
      list,
    ],
  ]);
  await emptyDir(context.dir, "reference");
  context.say(`aria2c, ${files} files: ${usage.seconds.toFixed(2)} s`);
  return usage;
}
