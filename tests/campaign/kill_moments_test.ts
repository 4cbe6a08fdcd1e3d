import assert from "node:assert/strict";
import { chance, count, highest, isLong, rounds, seed } from "./_frame.ts";
import { startAccount, Trial } from "./_trial.ts";

const part = "1 kill";

/** What stops may cost: this many times the account's bytes. */
const maxWrittenShare = 1.3;

interface Variant {
  readonly name: string;
  readonly args: readonly string[];
  readonly plugins?: boolean;
  readonly resume?: boolean;
}

const variants: readonly [Variant, ...Variant[]] = [
  { name: "plain", args: [] },
  { name: "one at a time", args: ["--max-concurrent", "1"] },
  { name: "--resume", args: ["--max-concurrent", "4"], resume: true },
  { name: "with a plugin", args: ["--plugin", "checksum"], plugins: true },
  { name: "oldest first", args: ["--order", "oldest"] },
];

Deno.test("killed at random moments, the archive is the same in the end, and little is fetched twice", async () => {
  const random = chance("moments");
  await using zoom = await startAccount({ meetings: 8, files: 40, large: 3 });
  const slow = ["--limit-rate", "16M"];
  const references = {
    plain: await Trial.reference(zoom, slow),
    checksum: await Trial.reference(zoom, [...slow, "--plugin", "checksum"]),
  };
  for (let kills = 0, round = 0; kills < rounds(20, 200); round++) {
    const variant = variants[round % variants.length] ?? variants[0];
    const { digests, milliseconds } = variant.plugins ? references.checksum : references.plain;
    await using trial = await Trial.of(zoom, { args: [...slow, ...variant.args], digests });
    const resume = variant.resume ? ["--resume"] : [];
    const planned = random.int(3, isLong ? 8 : 5);
    for (let n = 0; n < planned; n++) {
      const killAfterMs = random.int(40, Math.round(milliseconds));
      if (!await trial.runToKill({ killAfterMs, args: n > 0 ? resume : [] })) break;
      kills++;
      count(part, "kills at a random moment");
    }
    await trial.settle(resume);
    const share = await trial.writtenShare();
    assert.ok(share <= maxWrittenShare, `${variant.name}, seed ${seed}: ${share} × the account's bytes`);
    highest(part, "bytes written per byte of the account, at most", share);
    count(part, "archives checked against an undisturbed one");
  }
});
