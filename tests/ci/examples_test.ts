import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { join } from "node:path";
import { parse } from "yaml";
import { simAccount, simMeeting, type Simulator, simUser, startSimulator } from "../../src/simulator/mod.ts";
import { runProgram } from "../support/program.ts";
import { isProgram } from "../../plugins/_program.ts";
import { onPosix } from "../support/systems.ts";
import { fillIn, holds } from "./_expressions.ts";
import { Repository, root, type Step } from "./_runner.ts";

const needsRclone = { ignore: onPosix.ignore || !await isProgram("rclone") };
const ana = simUser({ email: "ana@example.test" });

function daysAgo(days: number): string {
  return new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10);
}

function meeting(days: number): ReturnType<typeof simMeeting> {
  return simMeeting({ host: ana, start: `${daysAgo(days)}T09:00:00Z`, files: ["MP4", "CHAT"] });
}

/** The steps of the only job of an example. */
async function stepsOf(example: string): Promise<readonly Step[]> {
  const text = await Deno.readTextFile(join(root, ".github/workflows/examples", example));
  const { jobs } = parse(text) as { jobs: Record<string, { steps: Step[] }> };
  return Object.values(jobs)[0]?.steps ?? [];
}

/** Runs the script of a step as the runner does. */
async function runScript(script: string, cwd: string, env: Readonly<Record<string, string>>) {
  const { code, stdout, stderr } = await new Deno.Command("bash", {
    args: ["--noprofile", "--norc", "-eo", "pipefail", "-c", script],
    cwd,
    clearEnv: true,
    env: { PATH: Deno.env.get("PATH") ?? "", HOME: cwd, ...env },
    stdin: "null",
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, stdout: text(stdout), log: text(stdout) + text(stderr) };
}

/** How a night went. */
interface Night {
  readonly ok: boolean;
  readonly downloaded: string | undefined;
  readonly log: string;
}

/** A bucket, and the repository whose workflow fills it night by night, each on a machine of its own. */
class Bucket implements AsyncDisposable {
  readonly #dir: string;
  readonly #repository: Repository;
  readonly #zoom: Simulator;
  #nights = 0;

  private constructor(dir: string, repository: Repository, zoom: Simulator) {
    this.#dir = dir;
    this.#repository = repository;
    this.#zoom = zoom;
  }

  static async for(zoom: Simulator): Promise<Bucket> {
    const dir = await Deno.makeTempDir({ prefix: "zoom-extract-bucket-" });
    return new Bucket(dir, await Repository.create(), zoom);
  }

  /** Where the archive in it lies. */
  get archive(): string {
    return join(this.#dir, "bucket", "my-zoom-archive");
  }

  /** Runs the workflow; what it installs, and the run that it starts at its end, are left out. */
  async night(fromDate = "", variables: Readonly<Record<string, string>> = {}): Promise<Night> {
    const machine = join(this.#dir, `machine-${++this.#nights}`);
    await Deno.mkdir(machine);
    // GitHub keeps a cache for seven days without a run.
    this.#repository.caches.length = 0;
    const env = {
      RCLONE_CONFIG_BUCKET_TYPE: "alias",
      RCLONE_CONFIG_BUCKET_REMOTE: join(this.#dir, "bucket"),
      ...variables,
    };
    let [outputs, failed, log]: [Record<string, string>, boolean, string] = [{}, false, ""];
    for (const step of await stepsOf("scheduled-extract.yml")) {
      if (/^(Install rclone|Go on)$/.test(step.name ?? "")) continue;
      const contexts = { inputs: { "from-date": fromDate }, steps: { zoom: { outputs } } };
      if (!holds(step.if, contexts, { failed, cancelled: false })) continue;
      if (step.run !== undefined) {
        const script = await runScript(step.run, machine, env);
        failed ||= script.code !== 0;
        log += script.log;
        continue;
      }
      const given = Object.entries(step.with ?? {}).map(([name, value]) =>
        [name, fillIn(String(value), contexts)] as const
      );
      const inputs = Object.fromEntries(given);
      const used = await this.#repository.use({
        inputs: { ...inputs, args: `${inputs["args"] ?? ""}\n--min-free-space=0` },
        env: { ...this.#zoom.env, ...env },
        workspace: machine,
      });
      outputs = { ...used.outputs };
      failed ||= !used.ok;
      log += used.log;
    }
    return { ok: !failed, downloaded: outputs["files-downloaded"], log };
  }

  /** How many files the inventory in the bucket calls held. */
  held(): unknown {
    using db = new DatabaseSync(join(this.archive, "_logs", "inventory.db"), { readOnly: true });
    return db.prepare("SELECT count(*) AS files FROM inventory WHERE status = 'completed'").get()?.["files"];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#repository[Symbol.asyncDispose]();
    await Deno.remove(this.#dir, { recursive: true });
  }
}

Deno.test(
  "night by night on empty machines, the example keeps a whole archive in its bucket",
  needsRclone,
  async () => {
    await using zoom = await startSimulator({
      account: simAccount({ users: [ana], meetings: [meeting(20), meeting(21)] }),
    });
    await using bucket = await Bucket.for(zoom);
    const first = await bucket.night();
    assert.deepEqual([first.ok, first.downloaded, bucket.held()], [true, "4", 4], first.log);
    zoom.account.meetings.push(meeting(2));
    // A range without the first two: only the inventory knows of them.
    const second = await bucket.night(daysAgo(5));
    assert.deepEqual([second.ok, second.downloaded, bucket.held()], [true, "2", 6], second.log);
    const { code, stderr } = await runProgram(["verify", "--deep", "--output-dir", bucket.archive]);
    assert.equal(code, 0, stderr);
  },
);

Deno.test("a night that cannot begin leaves the inventory in the bucket as it is", needsRclone, async () => {
  await using zoom = await startSimulator({
    account: simAccount({ users: [ana], meetings: [meeting(20)] }),
  });
  await using bucket = await Bucket.for(zoom);
  await bucket.night();
  const path = join(bucket.archive, "_logs", "inventory.db");
  const before = await Deno.readFile(path);
  const asked = zoom.count("*");
  const refused = await bucket.night("", { ZOOM_CLIENT_SECRET: "" });
  const unreachable = await bucket.night("", { RCLONE_CONFIG_BUCKET_TYPE: "nonesuch" });
  assert.deepEqual([refused.ok, unreachable.ok, unreachable.downloaded], [false, false, undefined]);
  assert.deepEqual(await Deno.readFile(path), before);
  assert.equal(zoom.count("*"), asked, "without its inventory a run does not even ask");
});

Deno.test("the issue that a check opens counts in its title all that is not well", onPosix, async () => {
  const dir = await Deno.makeTempDir({ prefix: "zoom-extract-issue-" });
  try {
    const steps = await stepsOf("weekly-verify.yml");
    const { run = "" } = steps.find(({ name }) => name === "Open an issue where not all is well") ?? {};
    await Deno.writeTextFile(join(dir, "gh"), '#!/bin/sh\nprintf "%s\\n" "$@"\n', { mode: 0o755 });
    const counts = {
      MISSING: "0",
      DIFFERENT: "0",
      UNREADABLE: "0",
      EXTRA: "3",
      PAGE: "https://example.test/run",
    };
    const { code, stdout } = await runScript(run, dir, {
      ...counts,
      PATH: `${dir}:${Deno.env.get("PATH")}`,
    });
    assert.equal(code, 0);
    const title = stdout.split("\n")[stdout.split("\n").indexOf("--title") + 1];
    assert.equal(title, "Zoom archive: 0 missing, 0 different, 0 unreadable, 3 extra");
    assert.ok(stdout.includes(counts.PAGE));
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});
