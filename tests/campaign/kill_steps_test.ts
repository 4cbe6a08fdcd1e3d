import assert from "node:assert/strict";
import { type Chance, chance, count, highest, isLong, rounds } from "./_frame.ts";
import { startAccount, Trial } from "./_trial.ts";

const part = "1 kill";

/** In the short form: before each step, and after those of a file's life. */
const shortForm = /^before |^after (?:write partial|syncData partial|rename|database commit|write journal)/;

function shuffle<T>(items: readonly T[], { next }: Chance): T[] {
  return items.map((item) => [next(), item] as const).sort(([a], [b]) => a - b).map(([, item]) => item);
}

Deno.test("killed at every step that changes the disk, one after the other, the archive is the same in the end", async () => {
  const random = chance("steps");
  await using zoom = await startAccount({ meetings: 4, files: 16 });
  const args = ["--plugin", "checksum"];
  const { digests, steps } = await Trial.reference(zoom, args);
  const names = [...new Set(steps)].filter((step) => isLong || shortForm.test(step));
  for (
    const expected of [
      "rename partial",
      "syncData partial",
      "database commit",
      "rename sidecar",
      "write journal",
    ]
  ) {
    assert.ok(names.includes(`before ${expected}`) && names.includes(`after ${expected}`), expected);
  }
  for (let pass = 0; pass < rounds(1, 3); pass++) {
    let trial = await Trial.of(zoom, { args, digests });
    for (const step of shuffle(names, random)) {
      const seen = steps.filter((one) => one === step).length;
      const nth = random.int(1, Math.min(seen, isLong ? 12 : 3));
      let wasKilled = await trial.runToKill({ killAt: `${step}#${nth}` });
      if (!wasKilled) {
        await trial.settle();
        await trial[Symbol.asyncDispose]();
        trial = await Trial.of(zoom, { args, digests });
        wasKilled = await trial.runToKill({ killAt: `${step}#1` });
      }
      assert.ok(wasKilled, `never came to "${step}"`);
      count(part, "kills at an exact step");
    }
    await trial.settle();
    highest(part, "distinct steps", names.length);
    await trial[Symbol.asyncDispose]();
  }
});
