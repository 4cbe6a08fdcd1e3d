import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { bundledPlugins } from "../../plugins/mod.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** The TypeScript blocks of a document those that cannot run as tests included. */
async function blocksOf(document: string): Promise<string[]> {
  const text = await Deno.readTextFile(join(root, document));
  return [...text.matchAll(/```ts(?: ignore)?\n([\s\S]*?)```/g)].map((match) => match[1] ?? "");
}

Deno.test("every TypeScript block of the manual and of the README type-checks", async () => {
  const dir = await Deno.makeTempDir({ prefix: "zoom-extract-manual-" });
  try {
    const blocks = [...await blocksOf("docs/plugins.md"), ...await blocksOf("README.md")];
    assert.ok(blocks.length >= 9, `${blocks.length} blocks`);
    const files = blocks.map((_, index) => join(dir, `block_${index}.ts`));
    for (const [index, file] of files.entries()) await Deno.writeTextFile(file, blocks[index] ?? "");
    const { code, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["check", "--quiet", "--config", join(root, "deno.json"), ...files],
    }).output();
    assert.equal(code, 0, new TextDecoder().decode(stderr));
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});

interface Manifest {
  readonly name: string;
  readonly description: string;
  readonly kinds?: readonly string[];
  readonly options?: Readonly<Record<string, { readonly help: string }>>;
}

for (const [name, load] of Object.entries(bundledPlugins)) {
  Deno.test(`the manual tells about ${name} and each of its options as its manifest does`, async () => {
    const manifest = (await load()).default as unknown as Manifest;
    assert.equal(manifest.name, name);
    assert.ok(manifest.kinds?.length, "kinds are stated");
    const manual = await Deno.readTextFile(join(root, "docs/plugins.md"));
    const section = manual.split(`### \`${name}\``)[1]?.split("\n### ")[0] ?? "";
    const flat = section.replace(/\s+/g, " ");
    assert.ok(flat.includes(manifest.description.replace(/\s+/g, " ")), "its description");
    for (const [option, { help }] of Object.entries(manifest.options ?? {})) {
      assert.ok(section.includes(`\`${option}\``), option);
      assert.ok(flat.includes(help.replaceAll("|", "\\|").replace(/\s+/g, " ")), `help of ${option}`);
    }
    const readme = await Deno.readTextFile(join(root, "README.md"));
    assert.ok(readme.includes(`\`${name}\``), "the README names it");
  });
}
