import { join } from "node:path";
import { emptyDir, writeMedia } from "../support/bodies.ts";
import { measure } from "../support/child.ts";
import { type Front, startFront } from "../support/nginx.ts";
import { extract } from "../support/ours.ts";
import {
  alternate,
  type BenchContext,
  type Check,
  median,
  type Outcome,
  type Scenario,
} from "../support/scenario.ts";

const days = { from: "2024-03-01", to: "2024-03-28" };

/** One large file over plain HTTP. */
export const largeFile: Scenario = {
  name: "large-file",
  title: "one 2 GiB file, SHA-256 included, against `curl -o` then `sha256sum`",
  needs: ["nginx", "curl", "sha256sum"],
  run: (context) => compareWithCurl(context, { tls: false, atMost: 1 }),
};

/** The same over TLS. */
export const largeFileTls: Scenario = {
  name: "large-file-tls",
  title: "the same over TLS",
  needs: ["nginx", "curl", "sha256sum", "openssl"],
  run: (context) => compareWithCurl(context, { tls: true, atMost: 1.2 }),
};

async function compareWithCurl(
  context: BenchContext,
  { tls, atMost }: { tls: boolean; atMost: number },
): Promise<Outcome> {
  const sizeBytes = (context.quick ? 32 : 2048) * 1024 ** 2;
  const root = await emptyDir(context.dir, "files");
  await writeMedia(root, "large.mp4", sizeBytes);
  const account = { users: 1, meetings: 1, files: [{ type: "MP4", path: "large.mp4", sizeBytes }], ...days };
  await using front = await startFront(account, { root, dir: context.dir, tls });
  const pairs = await alternate(
    context.rounds(5),
    async () => {
      const outputDir = await emptyDir(context.dir, "ours");
      const usage = await extract(context, front.zoom, { outputDir, downloaded: 1, caPath: front.caPath });
      await emptyDir(context.dir, "ours");
      context.say(`ours ${usage.seconds.toFixed(2)} s`);
      return usage;
    },
    () => curlThenDigest(context, front),
  );
  return { checks: ratios(pairs, atMost) };
}

async function curlThenDigest(context: BenchContext, front: Front) {
  const target = join(await emptyDir(context.dir, "reference"), "large.mp4");
  const trust = front.caPath === undefined ? "" : `--cacert ${front.caPath}`;
  const url = `${front.zoom.origin}/rec/download/large.mp4`;
  const usage = await measure([
    "sh",
    "-c",
    `curl -sSfL ${trust} --oauth2-bearer bench-token -o ${target} ${url} && sha256sum ${target}`,
  ]);
  await emptyDir(context.dir, "reference");
  context.say(`reference ${usage.seconds.toFixed(2)} s`);
  return usage;
}

interface Took {
  readonly seconds: number;
  readonly cpuSeconds: number;
}

function ratios(pairs: readonly { ours: Took; reference: Took }[], atMost: number): Check[] {
  const check = (what: string, of: (took: Took) => number): Check => ({
    what,
    unit: "×",
    values: pairs.map(({ ours, reference }) => of(ours) / of(reference)),
    atMost,
    detail: `${median(pairs.map(({ ours }) => of(ours))).toFixed(2)} s against ${
      median(pairs.map(({ reference }) => of(reference))).toFixed(2)
    } s`,
  });
  return [check("wall", ({ seconds }) => seconds), check("CPU", ({ cpuSeconds }) => cpuSeconds)];
}
