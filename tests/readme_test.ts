import assert from "node:assert/strict";
import { exitCodes, renderOptionsTable } from "../src/cli/mod.ts";

const readmeUrl = new URL("../README.md", import.meta.url);
const begin = "<!-- options: made from src/cli/options.ts, checked by a test -->\n";
const end = "<!-- /options -->\n";

function withOptions(readme: string): string {
  const [head, rest = ""] = readme.split(begin);
  const [, tail = ""] = rest.split(end);
  return `${head}${begin}${renderOptionsTable()}${end}${tail}`;
}

/** The formatter aligns tables; that is no difference. */
function unaligned(text: string): string {
  return text.replace(/-{3,}/g, "---").replace(/ +/g, " ").replace(/\n+/g, "\n");
}

Deno.test("the README's configuration table is the one the option rows make", async () => {
  const readme = await Deno.readTextFile(readmeUrl);
  assert.ok(readme.includes(begin) && readme.includes(end));
  assert.equal(
    unaligned(readme),
    unaligned(withOptions(readme)),
    "run: deno run -RW tests/readme_test.ts && deno fmt README.md",
  );
});

Deno.test("the README names every exit code and every status", async () => {
  const readme = await Deno.readTextFile(readmeUrl);
  for (const [code] of exitCodes) assert.match(readme, new RegExp(`^\\| ${code} +\\| `, "m"));
  for (
    const status of ["pending", "active", "completed", "failed", "skipped", "not_ready", "in_trash", "gone"]
  ) {
    assert.ok(readme.includes(`\`${status}\``), status);
  }
});

Deno.test("every file that README and CONTRIBUTING point to is there", async () => {
  for (const document of ["../README.md", "../CONTRIBUTING.md"]) {
    const url = new URL(document, import.meta.url);
    const text = await Deno.readTextFile(url);
    const links = [...text.matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map((match) => match[1] ?? "");
    for (const link of links) assert.ok((await Deno.stat(new URL(link, url))).isFile, link);
  }
});

if (import.meta.main) await Deno.writeTextFile(readmeUrl, withOptions(await Deno.readTextFile(readmeUrl)));
