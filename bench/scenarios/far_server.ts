import { join } from "node:path";
import { emptyDir, writeMedia } from "../support/bodies.ts";
import { measure } from "../support/child.ts";
import { startServer } from "../support/fake_zoom.ts";
import { startFront } from "../support/nginx.ts";
import { extract } from "../support/ours.ts";
import { alternate, median, type Scenario } from "../support/scenario.ts";

/** A long way, where windows of HTTP/2 would be the limit. */
export const farServer: Scenario = {
  name: "far-server",
  title: "200 MB at 100 ms round trip, TLS, against `curl`",
  needs: ["nginx", "curl", "openssl"],
  async run(context) {
    const sizeBytes = (context.quick ? 20 : 200) * 1_000_000;
    const root = await emptyDir(context.dir, "files");
    await writeMedia(root, "large.mp4", sizeBytes);
    await using stack = new AsyncDisposableStack();
    const account = { users: 1, meetings: 1, files: [{ type: "MP4", path: "large.mp4", sizeBytes }] };
    const front = stack.use(
      await startFront({ ...account, from: "2024-03-01", to: "2024-03-28" }, {
        root,
        dir: context.dir,
        tls: true,
        storageOrigin: async (port) => {
          const proxy = stack.use(await startServer("../servers/delay_proxy.ts", [String(port), "50"]));
          return `https://127.0.0.1:${(proxy.ready as { port: number }).port}`;
        },
      }),
    );
    const pairs = await alternate(context.rounds(7), async () => {
      const outputDir = await emptyDir(context.dir, "ours");
      const usage = await extract(context, front.zoom, { outputDir, downloaded: 1, caPath: front.caPath });
      context.say(`ours ${usage.seconds.toFixed(2)} s`);
      return usage;
    }, async () => {
      const target = join(await emptyDir(context.dir, "reference"), "large.mp4");
      const url = `${front.zoom.origin}/rec/download/large.mp4`;
      const trust = ["--cacert", front.caPath ?? ""];
      const usage = await measure([
        "curl",
        "-sSfL",
        ...trust,
        "--oauth2-bearer",
        "bench-token",
        "-o",
        target,
        url,
      ]);
      context.say(`curl ${usage.seconds.toFixed(2)} s`);
      return usage;
    });
    const seconds = (side: "ours" | "reference") =>
      median(pairs.map((pair) => pair[side].seconds)).toFixed(2);
    return {
      checks: [{
        what: "wall",
        unit: "×",
        values: pairs.map(({ ours, reference }) => ours.seconds / reference.seconds),
        atMost: 1.1,
        detail: `${seconds("ours")} s against ${seconds("reference")} s`,
      }],
    };
  },
};
