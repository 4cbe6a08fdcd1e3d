import assert from "node:assert/strict";
import { definePlugin, testPlugin } from "zoom-extract";

Deno.test("the test kit runs a plugin against a simulated account", async () => {
  const seen = new Set<string>();
  const plugin = definePlugin({
    apiVersion: 1,
    name: "looker",
    version: "1.0.0",
    description: "Looks.",
    options: { type: { type: "string", required: true, help: "What to take." } },
    setup: ({ options }) => ({
      filters: { type: ({ file }) => file.fileType === options.type },
      hooks: { afterTransfer: ({ file }) => void seen.add(file.fileType) },
    }),
  });
  await using trial = await testPlugin(plugin, { options: { type: "M4A" } });
  const summary = await trial.run({ users: 1, seed: 3 });
  assert.equal(summary.exit_code, 0);
  assert.ok(summary.files.downloaded > 0 && summary.files.skipped > 0);
  assert.deepEqual([...seen], ["M4A"]);
  assert.ok((await Deno.stat(`${trial.dir}/_logs/inventory.db`)).isFile);
});
