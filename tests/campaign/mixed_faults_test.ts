import assert from "node:assert/strict";
import type { FaultRule } from "../../src/simulator/mod.ts";
import { generateAccount, type SimulatorOptions } from "../../src/simulator/mod.ts";
import { faultKinds, type FaultName, patienceMs } from "./_fault_kinds.ts";
import { rule } from "./_fault_table.ts";
import { describe, FaultWorld, noon, type WorldConfig } from "./_fault_world.ts";
import { type Chance, chance, count, rounds } from "./_frame.ts";

const targets = [
  "/oauth/token",
  "/users",
  "/users/*/recordings",
  "/accounts/*/recordings",
  "/meetings/*/recordings",
  "/rec/*",
  "/storage/*",
  "api",
  "storage",
  "*",
] as const;

/** Bodies that are as plausible as the file itself when they come again and again. */
const believable = ["200 object", "200 list", "200 no JSON", "200 text", "200 null", "200 empty"];

interface Mix {
  readonly zoom: SimulatorOptions;
  readonly config: WorldConfig;
  readonly faults: readonly FaultRule[];
}

function draw({ int, pick, next }: Chance, round: number): Mix {
  const names = Object.keys(faultKinds) as [FaultName, ...FaultName[]];
  const faults = Array.from({ length: int(1, 4) }, (): FaultRule => {
    const on = pick(targets);
    const isFile = on === "*" || on === "storage" || on === "/rec/*" || on === "/storage/*";
    const fitting = names.filter((name) => !isFile || !believable.includes(name)) as [
      FaultName,
      ...FaultName[],
    ];
    const effect = faultKinds[pick(fitting)];
    // Each of these costs real time.
    const times = patienceMs([effect]) === undefined ? pick([1, 1, 2, 3, 6, Infinity]) : int(1, 3);
    return { on, ...effect, times, after: int(0, 3), probability: pick([1, 1, 0.5]) };
  });
  const account = generateAccount({
    seed: round,
    users: int(1, 3),
    months: 1,
    meetings: int(2, 7),
    nowMs: noon,
  });
  const [first] = account.meetings[0]?.files ?? [];
  // Large enough to arrive in ranges.
  const isLarge = round % 8 === 0 && first?.fileType === "MP4";
  if (isLarge) first.sizeBytes = 72 * 1024 ** 2;
  const zoom: SimulatorOptions = {
    account,
    seed: round,
    accountList: pick(["allowed", "allowed", "refused", "partial"]),
    ...(next() < 0.3 ? { tokenLifetimeSeconds: 20 } : {}),
    ...(next() < 0.3 ? { signedUrlLifetimeSeconds: 5 } : {}),
    quirks: { chunkedDownloads: next() < 0.2, inexactFileSize: next() < 0.2, relativeRedirect: next() < 0.2 },
  };
  const config: WorldConfig = {
    participantAudio: next() < 0.2,
    includeTrash: next() < 0.2,
    ...(isLarge ? { segments: int(2, 6) } : {}),
  };
  if (isLarge) count("faults", "mixes that meet the ranges of a large file");
  return { zoom, config, faults };
}

const total = rounds(25, 500);

Deno.test(`${total} mixes of random faults end by themselves, name what is missing, and heal`, async (t) => {
  let next = 0;
  const failures: string[] = [];
  await Promise.all(Array.from({ length: 3 }, async () => {
    while (next < total) {
      const round = next++;
      const mix = draw(chance(`mix ${round}`), round);
      try {
        await play(mix, round);
      } catch (error) {
        failures.push(`round ${round}: ${JSON.stringify(mix.faults)}: ${error}`);
      }
      count("faults", "mixes of random faults");
    }
  }));
  await t.step("none failed", () => assert.deepEqual(failures, []));
});

async function play({ zoom, config, faults }: Mix, round: number): Promise<void> {
  await using world = await FaultWorld.create(`mix ${round}`, zoom);
  world.zoom.fault(...faults.map((fault) => rule(world, fault)));
  const ending = await world.run(config, { patienceMs: patienceMs(faults) });
  const held = await world.assertNothingWrong(config);
  assert.ok([0, 3, 4, 5].includes(ending.exitCode), `an exit code no fault stands for: ${describe(ending)}`);
  // A refusal for good has to be there for a run to end with it.
  if (ending.exitCode === 0 && !saysNothingThere(faults)) {
    assert.equal(held, world.truth(config).length, "0 means that everything is held");
  }
  world.assertNamed(ending);
  await world.assertHeals(config);
}

/** Zoom saying twice that there is no recording is believed for the time being. */
function saysNothingThere(faults: readonly FaultRule[]): boolean {
  return faults.some((fault) => fault.do === "status" && JSON.stringify(fault.body ?? null).includes("3301"));
}
