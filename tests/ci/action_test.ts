import assert from "node:assert/strict";
import { simAccount, simMeeting, type Simulator, simUser, startSimulator } from "../../src/simulator/mod.ts";
import { commandsIn } from "../support/actions_log.ts";
import { ArchiveUnderTest } from "../support/archive_under_test.ts";
import { until } from "../support/program.ts";
import { onPosix } from "../support/systems.ts";
import { type ActionUse, Repository } from "./_runner.ts";

const ana = simUser({ email: "ana@example.test" });
const range = { "from-date": daysAgo(25) };
/**
 * What GitHub, or a shell, could take for more than text. Should a defence ever be missing, all that happens is a
 * file `owned` in the workspace of the test: a payload that does harm has no place in a test.
 */
const hostile =
  'x"; touch owned; true `touch owned` $(touch owned) \n::error::owned\n##[add-mask]e ${{ secrets.X }}';

function daysAgo(days: number): string {
  return new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10);
}

function meeting(days: number, topic = "Plan"): ReturnType<typeof simMeeting> {
  return simMeeting({ host: ana, start: `${daysAgo(days)}T09:00:00Z`, topic, files: ["MP4", "CHAT"] });
}

function startZoom(...meetings: ReturnType<typeof simMeeting>[]): Promise<Simulator> {
  return startSimulator({ account: simAccount({ users: [ana], meetings }) });
}

/** Uses the action as a workflow does: credentials are variables of the step. */
function use(repository: Repository, zoom: Simulator, { inputs, env, ...rest }: ActionUse = {}) {
  const args = `--min-free-space=0${inputs?.["args"] ? `\n${inputs["args"]}` : ""}`;
  return repository.use({ ...rest, inputs: { ...range, ...inputs, args }, env: { ...zoom.env, ...env } });
}

/** How many files were fetched meanwhile: one request each, with its redirect. */
async function downloadsOf(zoom: Simulator, work: () => Promise<unknown>): Promise<number> {
  const before = zoom.count("/rec/*");
  await work();
  return zoom.count("/rec/*") - before;
}

/** The action's scripts are bash's: what a Windows machine calls so may be another system's. */
function test(name: string, body: () => Promise<void>): void {
  Deno.test(name, onPosix, body);
}

for (const state of ["cache", "artifact"]) {
  test(`with its state as ${state}, the next run on an empty machine fetches only what is new`, async () => {
    await using repository = await Repository.create();
    await using api = fakeGitHub(repository);
    await using zoom = await startZoom(meeting(20), meeting(21));
    const inputs = { state };
    const first = await use(repository, zoom, { inputs, env: api.env });
    assert.ok(first.ok, first.log);
    assert.deepEqual(
      [first.outputs["files-downloaded"], first.outputs["complete"], first.outputs["exit-code"]],
      ["4", "true", "0"],
    );
    zoom.account.meetings.push(meeting(2, "New"));
    const second = await use(repository, zoom, { inputs, env: api.env });
    assert.ok(second.ok, second.log);
    assert.equal(second.outputs["files-downloaded"], "2");
    const media = second.files.filter((file) => /\.(mp4|txt)$/.test(file));
    assert.ok(media.length === 2 && media.every((file) => file.includes("_New_")), media.join("\n"));
    const downloads = await downloadsOf(zoom, async () => {
      const third = await use(repository, zoom, { inputs, env: api.env });
      assert.deepEqual([third.ok, third.outputs["files-downloaded"], third.outputs["complete"]], [
        true,
        "0",
        "true",
      ]);
    });
    assert.equal(downloads, 0);
    const kept = repository.artifacts.filter(({ name }) => name.startsWith("zoom-recordings"));
    assert.equal(kept.length, 2, "the files of the runs that had some");
    assert.ok(kept.every(({ compressionLevel }) => compressionLevel === 0), "media are packed already");
  });
}

test("a run that stops at its limit is no red cross, and the next one goes on", async () => {
  await using repository = await Repository.create();
  await using zoom = await startZoom(meeting(20), meeting(21), meeting(22));
  const inputs = { "max-transfer": "1", args: "--max-concurrent=1" };
  const first = await use(repository, zoom, { inputs });
  assert.ok(first.ok, first.log);
  assert.deepEqual(
    [first.outputs["more-to-do"], first.outputs["complete"], first.outputs["exit-code"]],
    ["true", "false", "8"],
  );
  assert.match(first.summary, /^## ⏸️ Stopped at a limit/);
  const second = await use(repository, zoom);
  assert.deepEqual([second.ok, second.outputs["complete"]], [true, "true"]);
  const files = Number(first.outputs["files-downloaded"]) + Number(second.outputs["files-downloaded"]);
  assert.equal(files, 6, "each file once");
});

test("a run with failures is a red cross; what it did fetch is kept, and its state", async () => {
  await using repository = await Repository.create();
  await using zoom = await startZoom(meeting(20), meeting(21));
  zoom.fault({ on: "/rec/*", do: "status", code: 400, after: 1 });
  const first = await use(repository, zoom, { inputs: { args: "--max-concurrent=1" } });
  assert.deepEqual(
    [first.ok, first.outputs["exit-code"], first.outputs["files-downloaded"], first.outputs["files-failed"]],
    [false, "4", "1", "3"],
  );
  assert.equal(commandsIn(first.log).filter(({ name }) => name === "error").length, 3, first.log);
  assert.match(first.summary, /### Failures/);
  zoom.clearFaults();
  const second = await use(repository, zoom);
  assert.deepEqual([second.ok, second.outputs["files-downloaded"], second.outputs["complete"]], [
    true,
    "3",
    "true",
  ]);
});

test("credentials that are refused are a red cross with one error", async () => {
  await using repository = await Repository.create();
  await using zoom = await startZoom(meeting(20));
  const refused = await use(repository, zoom, { env: { ZOOM_CLIENT_SECRET: "wrong" } });
  assert.deepEqual([refused.ok, refused.outputs["exit-code"]], [false, "3"]);
  assert.equal(commandsIn(refused.log).filter(({ name }) => name === "error").length, 1, refused.log);
  const missing = await use(repository, zoom, { env: { ZOOM_CLIENT_SECRET: "" } });
  assert.deepEqual([missing.ok, missing.outputs["exit-code"]], [false, "2"]);
  assert.match(missing.summary, /ZOOM&#95;CLIENT&#95;SECRET/);
});

test("a check tells the steps after it what it found, and is a red cross where something is missing", async () => {
  await using repository = await Repository.create();
  await using zoom = await startZoom(meeting(20));
  await using archive = await ArchiveUnderTest.of(zoom);
  await archive.run();
  const inputs = { command: "verify", state: "none", "output-dir": archive.dir };
  const well = await use(repository, zoom, { inputs });
  assert.deepEqual(
    [well.ok, well.outputs["complete"], well.outputs["files-held"]],
    [true, "true", "2"],
    well.log,
  );
  const [lost = ""] = (await archive.tree()).filter((path) => path.endsWith(".mp4"));
  await Deno.remove(`${archive.dir}/${lost}`);
  const { ok, outputs, summary, log } = await use(repository, zoom, { inputs });
  assert.deepEqual([ok, outputs["exit-code"], outputs["files-missing"], outputs["files-extra"]], [
    false,
    "4",
    "1",
    "0",
  ]);
  assert.match(summary, /^## ❌ Not all is well/);
  assert.deepEqual(commandsIn(log).filter(({ name }) => name === "error").map(({ data }) => data), [
    `${lost}: missing`,
  ]);
});

test("files that could not be kept are not called held by the state that the next run gets", async () => {
  await using repository = await Repository.create();
  await using zoom = await startZoom(meeting(20));
  const first = await use(repository, zoom, { broken: ["files"] });
  assert.equal(first.ok, false);
  assert.deepEqual(repository.caches, [], "no state");
  const second = await use(repository, zoom);
  assert.deepEqual([second.ok, second.outputs["files-downloaded"]], [true, "2"]);
});

test("whatever inputs, topics and variables hold, nothing of it is run or taken for a command", async () => {
  await using repository = await Repository.create();
  await using zoom = await startZoom(meeting(20, hostile), meeting(21, "::error::owned"));
  const plain = await use(repository, zoom);
  assert.ok(plain.ok, plain.log);
  assert.deepEqual(commandsIn(plain.log).filter(({ name }) => name === "error" || name === "warning"), []);
  for (
    const name of [
      "from-date",
      "users",
      "types",
      "max-duration",
      "limit-rate",
      "plugins",
      "plugin-options",
      "args",
    ]
  ) {
    const result = await use(repository, zoom, { inputs: { [name]: hostile } });
    const commands = commandsIn(result.log);
    assert.ok(!result.files.includes("owned"), `${name} was run`);
    for (const { name: command, data } of commands) {
      assert.ok(command !== "error" || !data.startsWith("owned"), `${name}: ${data}`);
      assert.ok(command !== "add-mask" || data !== "e ${{ secrets.X }}", name);
    }
    if (name !== "users") assert.equal(result.ok, false, `${name} is refused`);
  }
  for (const name of ["command", "files", "state", "state-key", "output-dir"]) {
    const result = await use(repository, zoom, { inputs: { [name]: hostile } });
    assert.deepEqual([result.ok, result.ran], [false, ["check"]], `${name} is refused before anything runs`);
    assert.ok(!result.log.includes("owned") && !result.files.includes("owned"), result.log);
  }
});

test("uses that would lose recordings, or show them to anybody, are refused at once", async () => {
  await using repository = await Repository.create();
  await using zoom = await startZoom(meeting(20));
  const lost = await repository.use({ inputs: { ...range, files: "none" }, env: zoom.env });
  assert.deepEqual([lost.ok, lost.ran], [false, ["check"]]);
  assert.match(lost.log, /would be lost with the runner/);
  const open = await use(repository, zoom, { visibility: "public" });
  assert.deepEqual([open.ok, open.ran], [false, ["check"]]);
  const meant = await use(repository, zoom, { visibility: "public", inputs: { "allow-public": "true" } });
  assert.ok(meant.ok, meant.log);
  const disk = await use(repository, zoom, {
    visibility: "public",
    inputs: { files: "none", state: "none" },
  });
  assert.deepEqual([disk.ok, disk.ran], [false, ["check"]], "its log alone tells who met when");
});

test("secrets are masked first, and stand in no file, output or log of their own", async () => {
  await using repository = await Repository.create();
  await using zoom = await startZoom(meeting(20));
  const { log, summary, outputs } = await use(repository, zoom);
  const secret = zoom.credentials.clientSecret;
  const masks = commandsIn(log).filter(({ name }) => name === "add-mask").map(({ data }) => data);
  assert.ok(masks.includes(secret));
  const unmasked = log.split("\n").filter((line) => !line.startsWith("::add-mask::"));
  for (const text of [...unmasked, summary, JSON.stringify(outputs)]) assert.ok(!text.includes(secret), text);
});

test("a job that is cancelled stops the run cleanly, and the next one goes on", async () => {
  await using repository = await Repository.create();
  await using zoom = await startZoom(meeting(20), meeting(21));
  zoom.fault({ on: "/rec/*", do: "stall", times: 1000 });
  const cancelled = await use(repository, zoom, {
    cancelWhen: (ended) => until(() => zoom.count("/rec/*") > 0, ended),
  });
  assert.equal(cancelled.outputs["exit-code"], "130", cancelled.log);
  assert.equal(cancelled.ok, false);
  assert.equal(cancelled.ran.at(-1), "Keep the state in the cache", "what is known by now is kept");
  zoom.clearFaults();
  const next = await use(repository, zoom);
  assert.deepEqual([next.ok, next.outputs["complete"]], [true, "true"], next.log);
});

test("the state of an artifact is taken from this repository and branch only", async () => {
  await using repository = await Repository.create();
  await using zoom = await startZoom(meeting(20));
  await using api = fakeGitHub(repository, { head_repository_id: 666 });
  const inputs = { state: "artifact" };
  await use(repository, zoom, { inputs, env: api.env });
  const fork = await use(repository, zoom, { inputs, env: api.env });
  assert.equal(fork.outputs["files-downloaded"], "2", "a fork's artifact is not believed");
  await using denied = fakeGitHub(repository, {}, 403);
  const refused = await use(repository, zoom, { inputs, env: denied.env });
  assert.deepEqual([refused.ok, refused.outputs["files-downloaded"]], [false, ""]);
  assert.match(
    commandsIn(refused.log).at(-1)?.data ?? "",
    /GitHub answered 403; the job needs "permissions: actions: read"/,
  );
});

test("the step that holds the token follows nobody to another host", async () => {
  await using repository = await Repository.create();
  await using zoom = await startZoom(meeting(20));
  let visits = 0;
  await using elsewhere = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, () => {
    visits++;
    return Response.json({ total_count: 0, artifacts: [] });
  });
  const away = `http://localhost:${elsewhere.addr.port}/`;
  await using api = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => {} },
    () => Response.redirect(away),
  );
  const env = { GITHUB_API_URL: `http://127.0.0.1:${api.addr.port}/api/v3` };
  const led = await use(repository, zoom, { inputs: { state: "artifact" }, env });
  assert.deepEqual([led.ok, led.outputs["files-downloaded"], visits], [false, "", 0], led.log);
  assert.match(commandsIn(led.log).at(-1)?.data ?? "", /Cannot look for the state of an earlier run: /);
});

/** The part of GitHub's API that lists artifacts; newest first, as GitHub has them. */
function fakeGitHub(
  repository: Repository,
  run: Readonly<Record<string, unknown>> = {},
  status = 200,
): { readonly env: Readonly<Record<string, string>> } & AsyncDisposable {
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, (request) => {
    const url = new URL(request.url);
    const isAsked = url.pathname === "/repos/acme/archive/actions/artifacts" &&
      request.headers.get("authorization") === "Bearer ghs_token";
    if (!isAsked || status !== 200) return new Response("{}", { status: status === 200 ? 404 : status });
    const artifacts = repository.artifacts.filter(({ name }) => name === url.searchParams.get("name")).map((
      one,
      i,
    ) => ({
      name: one.name,
      expired: false,
      created_at: `2024-06-30T12:00:${String(i).padStart(2, "0")}Z`,
      workflow_run: { id: one.runId, repository_id: 1, head_repository_id: 1, head_branch: "main", ...run },
    }));
    return Response.json({ total_count: artifacts.length, artifacts: artifacts.reverse() });
  });
  return {
    env: { GITHUB_API_URL: `http://127.0.0.1:${server.addr.port}` },
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}
