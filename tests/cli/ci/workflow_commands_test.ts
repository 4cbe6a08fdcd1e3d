import assert from "node:assert/strict";
import fc from "fast-check";
import { Annotations } from "../../../src/cli/ci/annotations.ts";
import { defang, workflowCommand } from "../../../src/cli/ci/workflow_commands.ts";
import { commandsIn } from "../../support/actions_log.ts";

/** Texts made of what the runner looks for, among other things. */
const hostile = fc.array(
  fc.constantFrom(
    ..."::|:|error|::error::|##[|]|#|[|\n|\r|\r\n|\u0085|\u2028| |\t|\u00a0|%|%0A|%3A|,|=|stop-commands|add-mask|x|é"
      .split("|"),
    "|",
  ),
  { maxLength: 12 },
).map((parts) => parts.join(""));

Deno.test("a workflow command says what it was given, and is one command", () => {
  fc.assert(fc.property(hostile, hostile, (message, title) => {
    const commands = commandsIn(workflowCommand("error", message, { title }));
    assert.equal(commands.length, 1);
    assert.equal(commands[0]?.data, message);
    // The runner takes blanks around all properties away.
    if (title.trim() === title) assert.deepEqual(commands[0]?.properties, title === "" ? {} : { title });
  }));
});

Deno.test("a defanged text holds no command, and reads as before where there was none", () => {
  fc.assert(fc.property(hostile, (text) => assert.deepEqual(commandsIn(defang(text)), [])));
  for (
    const text of [
      "Progress: 1/2 files",
      "a::b",
      "https://x.example",
      "12:30:00 done",
      "# [x]",
      "x ::error::y",
    ]
  ) {
    assert.equal(defang(text), text);
  }
  assert.equal(
    defang("::error::x\n  ::add-mask::e\n##[error]x"),
    ": :error::x\n  : :add-mask::e\n# #[error]x",
  );
});

Deno.test("annotations stay within the ten of a level that GitHub shows, and say how many there are more", () => {
  const annotations = new Annotations();
  for (let i = 0; i < 25; i++) annotations.add("error", "failed", `file ${i}`);
  annotations.add("error", "failed", "file 3");
  annotations.add("warning", "odd", "::error::a topic\n::error::another");
  const commands = commandsIn(annotations.render());
  const errors = commands.filter(({ name }) => name === "error");
  assert.equal(errors.length, 10);
  assert.match(errors.at(-1)?.data ?? "", /and 16 more/);
  assert.deepEqual(commands.filter(({ name }) => name === "warning").map(({ data }) => data), [
    "::error::a topic ::error::another",
  ]);
});
