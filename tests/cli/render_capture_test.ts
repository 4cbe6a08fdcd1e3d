import assert from "node:assert/strict";
import { renderCapture } from "../../docs/render_capture.ts";

function textsOf(svg: string): string[] {
  return [...svg.matchAll(/<text [^>]*>([^<]*)<\/text>/g)].map((match) => match[1] ?? "").slice(1);
}

Deno.test("renderCapture() draws words in their columns and colours", () => {
  const svg = renderCapture({
    title: "t",
    columns: 40,
    captures: ["\x1b[1mone two\x1b[0m  \x1b[32mok\x1b[39m"],
  });
  assert.deepEqual(textsOf(svg), ["one two", "ok"]);
  assert.match(svg, /x="20" [^>]*textLength="58.8" [^>]*class="b">one two</);
  assert.match(svg, /x="95.6" [^>]*textLength="16.8" [^>]*style="fill:#3fb950">ok</);
});

Deno.test("renderCapture() gives wide characters two columns", () => {
  const svg = renderCapture({ title: "t", columns: 40, captures: ["会議a  x"] });
  assert.match(svg, /textLength="33.6" [^>]*>会議</);
  assert.match(svg, /x="53.6" [^>]*textLength="8.4" [^>]*>a</);
  assert.match(svg, /x="78.8" [^>]*>x</);
});

Deno.test("renderCapture() lets a look last into the next line, and no longer than its capture", () => {
  const svg = renderCapture({ title: "t", columns: 40, captures: ["\x1b[31ma\nb", "c"] });
  assert.match(svg, /fill:#ff7b72">a</);
  assert.match(svg, /fill:#ff7b72">b</);
  assert.doesNotMatch(svg, /fill:#ff7b72">c</);
});

Deno.test("renderCapture() leaves no sequence and no markup of the capture in the picture", () => {
  const svg = renderCapture({
    title: 'a "b" <c>',
    columns: 40,
    captures: ["\x1b[?25l\x1b(B<script>&amp;\x1b[K\x1b[2J"],
  });
  assert.ok(!svg.includes("\x1b"));
  assert.deepEqual(textsOf(svg), ["&lt;script&gt;&amp;amp;"]);
  assert.match(svg, /<title>a &quot;b&quot; &lt;c&gt;<\/title>/);
});

Deno.test("docs/demo.svg is complete, needs nothing from anywhere, and shows a run from start to end", async () => {
  const svg = await Deno.readTextFile(new URL("../../docs/demo.svg", import.meta.url));
  assert.match(
    svg,
    /^<!-- deno-fmt-ignore-file.*-->\n<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" .*<\/svg>\n$/s,
  );
  assert.doesNotMatch(svg.replace(/xmlns="[^"]*"/, ""), /https?:|href|url\(|<script|<image|\/work|\/tmp/);
  const texts = textsOf(svg).join("\n");
  for (const shown of ["$ zoom-extract extract", "MiB/s", "Files failed: 0", "Windows proven", "Done:"]) {
    assert.ok(texts.includes(shown), shown);
  }
});
