import type { FaultRule } from "../../src/simulator/mod.ts";
import { faultKinds, type FaultName, patienceMs } from "./_fault_kinds.ts";
import { type Ending, FaultWorld } from "./_fault_world.ts";
import { type PlaceName, places } from "./_places.ts";

/** One fault at one kind of request. */
export interface Cell {
  readonly place: PlaceName;
  readonly fault: FaultName;
  readonly times: number;
}

/**
 * Plays a cell: a run with the fault, then one without, after which the archive holds everything. Wrong bytes,
 * losses that nobody names and archives that do not heal throw.
 *
 * @returns how the first run ended, as the table has it
 */
export async function playCell({ place, fault, times }: Cell): Promise<string> {
  const { target, zoom, config } = places[place];
  await using world = await FaultWorld.create(`${fault} ${place}`, zoom());
  world.zoom.fault(rule(world, { ...target, ...faultKinds[fault], times }));
  const ending = await world.run(config, { patienceMs: patienceMs([faultKinds[fault]]) });
  const held = await world.assertNothingWrong(config);
  const whole = held === world.truth(config).length;
  world.assertNamed(ending);
  await world.assertHeals(config);
  return ending.exitCode === 0 && !whole ? `0, ${held} held` : outcomeOf(ending);
}

/** Where the address of a fault is only known once the simulator runs. */
export function rule(world: FaultWorld, given: FaultRule): FaultRule {
  const isLoop = given.do === "redirectTo" && given.url === "";
  return isLoop ? { ...given, url: new URL("/rec/download/loop", world.zoom.apiUrl).href } : given;
}

/** `0`; `4: file html`; `5: NetworkError`. */
export function outcomeOf({ exitCode, summary, error }: Ending): string {
  const causes = summary
    ? [
      ...new Set(
        summary.failures.map(({ file_key, code }) => `${file_key === "" ? "list" : "file"} ${code}`),
      ),
    ]
    : [error instanceof Error ? error.name : String(error)];
  return causes.length === 0 ? String(exitCode) : `${exitCode}: ${causes.sort().join(", ")}`;
}
