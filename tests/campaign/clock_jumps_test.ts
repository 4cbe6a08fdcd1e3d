import assert from "node:assert/strict";
import { count } from "./_frame.ts";
import { describe, FaultWorld } from "./_fault_world.ts";
import { places } from "./_places.ts";

const dayMs = 86_400_000;

Deno.test.each([
  { where: "in the listing", event: "window", days: 1 },
  { where: "in the listing", event: "window", days: -1 },
  { where: "in a transfer", event: "file_started", days: 1 },
  { where: "in a transfer", event: "file_started", days: -1 },
  { where: "between retries", event: "file_retry", days: 1 },
  { where: "between retries", event: "file_retry", days: -1 },
])("a clock that jumps $days days $where costs nothing", async ({ event, days }) => {
  for (const place of ["user list", "account list"] as const) {
    const { zoom, config } = places[place];
    await using world = await FaultWorld.create(`jump ${days} ${event}`, zoom());
    world.zoom.fault({ on: "/rec/*", do: "cutAfter", bytes: 50, times: 4 });
    let jumped = false;
    const onEvent = ({ type }: { type: string }) => {
      if (type !== event || jumped) return;
      jumped = true;
      world.clock.jump(days * dayMs);
    };
    const ending = await world.run(config, { onEvent });
    assert.ok(jumped, "the clock has jumped");
    assert.equal(ending.exitCode, 0, describe(ending));
    await world.assertHeals(config);
    world.clock.jump(-days * dayMs);
    await world.assertHeals(config);
    count("faults", "clock jumps");
  }
});
