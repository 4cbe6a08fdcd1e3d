/**
 * Makes docs/configuration.md anew from the option rows: `deno run -RW docs/render_configuration.ts`, then `deno fmt`.
 *
 * @module
 */
import { commands } from "../src/cli/commands.ts";
import { renderOptionsTable } from "../src/cli/options_table.ts";

/** The whole document. */
export function renderConfiguration(): string {
  const sections = commands.filter(({ name }) => !["help", "permissions"].includes(name)).map(
    ({ name, summary }) => {
      const table = renderOptionsTable(name);
      const hasOptions = table.split("\n").length > 3;
      return `## ${name}\n\n\`zoom-extract ${name}\`: ${summary}.\n\n${hasOptions ? table : "No options.\n"}`;
    },
  );
  return `${head}\n${sections.join("\n")}\n${tail}`;
}

const head = `# Configuration

<!-- Made by docs/render_configuration.ts from the option rows in src/cli/options.ts. A test checks that it is up to date. -->

A flag beats an environment variable, which beats \`.env\` in the working directory, which beats the \`--config\` file,
which beats the default. An empty variable counts as unset. Credentials have no flag: others on the machine can read a
command line.

The \`--config\` file is a JSON object. Its keys are the long flags without their dashes; a list is an array or a text with
commas; \`plugins\` holds the settings of [plugins](plugins.md).

\`\`\`json
{
  "output-dir": "/mnt/archive",
  "types": ["MP4", "CHAT"],
  "limit-rate": "10M",
  "plugins": { "checksum": { "scope": "archive" } }
}
\`\`\`

Bytes are written \`8388608\`, \`512K\`, \`10M\` or \`1.5G\`; times \`90\` (seconds), \`45m\` or \`2h30m\`; days \`YYYY-MM-DD\`, UTC.
`;

const tail = `## Looks

| Variable      | Meaning                                          |
| ------------- | ------------------------------------------------ |
| \`NO_COLOR\`    | when set: no colours                             |
| \`FORCE_COLOR\` | when set: colours, also where nobody looks       |
| \`TERM\`        | \`dumb\`: no colours, no live view                 |

Which rights reading these needs, and what happens without them: [permissions.md](permissions.md).
`;

if (import.meta.main) {
  await Deno.writeTextFile(new URL("configuration.md", import.meta.url), renderConfiguration());
}
