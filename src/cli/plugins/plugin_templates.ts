/** The files of a new plugin. */
export interface NewPlugin {
  readonly plugin: string;
  readonly test: string;
}

type Template = (names: { readonly name: string; readonly file: string }) => NewPlugin;

/** Starting points, each complete: they type-check, pass their test, and do something sensible. */
export const pluginTemplates: Readonly<Record<"filter" | "naming" | "hook", Template>> = {
  filter: ({ name, file }) => ({
    plugin: `import { definePlugin } from "zoom-extract";

/** Leaves out what is too short to be worth keeping. */
export default definePlugin({
  apiVersion: 1,
  name: "${name}",
  version: "0.1.0",
  description: "Leaves out meetings shorter than some minutes.",
  kinds: ["filter"],
  // Set one with --plugin-option ${name}.minutes=10, or in the configuration file.
  options: { minutes: { type: "number", default: 5, help: "Shortest meeting to fetch, in minutes." } },
  setup: ({ options }) => ({
    filters: {
      // true takes the file; false leaves it out, with "${name}/duration" as the reason in the inventory.
      duration: ({ meeting }) => meeting.durationMinutes >= options.minutes,
    },
  }),
});
`,
    test: `import assert from "node:assert/strict";
import { sampleCandidate, testPlugin } from "zoom-extract";
import plugin from "./${file}";

Deno.test("short meetings are left out, long ones taken", async () => {
  await using trial = await testPlugin(plugin, { options: { minutes: 10 } });
  const lasting = (durationMinutes: number) => sampleCandidate({ meeting: { durationMinutes } });
  assert.equal(await trial.choose(lasting(9)), "${name}/duration");
  assert.equal(await trial.choose(lasting(10)), undefined);
});
`,
  }),
  naming: ({ name, file }) => ({
    plugin: `import { definePlugin } from "zoom-extract";

/** A folder per month and meeting. */
export default definePlugin({
  apiVersion: 1,
  name: "${name}",
  version: "0.1.0",
  description: "Sorts meetings by month.",
  kinds: ["naming"],
  setup: () => ({
    namings: {
      // Folders and, last, the base name. Odd characters, collisions and the extension are looked after.
      path: ({ user, meeting, file }) => [
        meeting.startTime.slice(0, 7),
        \`\${meeting.startTime.slice(0, 10)} \${meeting.topic} (\${user.email || user.id}) \${meeting.id}\`,
        file.fileType,
      ],
    },
  }),
});
`,
    test: `import assert from "node:assert/strict";
import { sampleCandidate, testPlugin } from "zoom-extract";
import plugin from "./${file}";

Deno.test("meetings are sorted by month", async () => {
  await using trial = await testPlugin(plugin);
  const path = await trial.name(sampleCandidate({ meeting: { topic: "Plan", startTime: "2024-05-02T14:00:00Z" } }));
  assert.deepEqual(path, ["2024-05", "2024-05-02 Plan (ana@example.test) 81234567890", "MP4"]);
});
`,
  }),
  hook: ({ name, file }) => ({
    plugin: `import { definePlugin } from "zoom-extract";

/** Keeps a list of what has arrived, a line per file. */
export default definePlugin({
  apiVersion: 1,
  name: "${name}",
  version: "0.1.0",
  description: "Writes a line for each file that has arrived.",
  kinds: ["hook"],
  // Because it asks for this, it takes part once it is granted: --grant ${name}
  permissions: { write: ["$PLUGIN_DATA"] },
  setup: ({ dataDir, log }) => ({
    hooks: {
      // The file is complete and on disk. Called at least once per file: a stop may come before it is noted.
      async afterTransfer({ relativePath, receipt, meeting }) {
        const line = [receipt.sha256, receipt.sizeBytes, meeting.topic, relativePath].join("\\t");
        await Deno.writeTextFile(\`\${dataDir}/arrived.tsv\`, \`\${line}\\n\`, { append: true });
        log.debug(\`noted \${relativePath}\`);
      },
    },
  }),
});
`,
    test: `import assert from "node:assert/strict";
import { sampleCandidate, testPlugin } from "zoom-extract";
import plugin from "./${file}";

Deno.test("each file that arrives gets a line", async () => {
  await using trial = await testPlugin(plugin);
  const stored = await trial.store(sampleCandidate({ meeting: { topic: "Plan" } }), "a/b.mp4", "bytes");
  await trial.call("afterTransfer", stored);
  const text = await Deno.readTextFile(\`\${trial.dir}/_metadata/plugins/${name}/arrived.tsv\`);
  assert.match(text, /^[0-9a-f]{64}\\t5\\tPlan\\ta\\/b\\.mp4\\n$/);
});
`,
  }),
};
