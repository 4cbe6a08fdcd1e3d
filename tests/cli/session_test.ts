import assert from "node:assert/strict";
import type { Config } from "../../src/core/config.ts";
import {
  ApiError,
  AppError,
  AuthError,
  DailyLimitError,
  InventoryError,
  LockedError,
  NetworkError,
  PluginError,
  StorageError,
  TransferError,
  UsageError,
} from "../../src/core/errors.ts";
import type { RunEvent } from "../../src/core/events.ts";
import type { ListFiles, RunExtract } from "../../src/cli/context.ts";
import { exitCodeFor, exitCodes } from "../../src/cli/exit_code.ts";
import { main } from "../../src/cli/mod.ts";
import { createStopControl } from "../../src/cli/stop_control.ts";
import { credentials, FakeProcess, runCli, summaryOf } from "./_harness.ts";

const url = "https://api.zoom.us/v2/users";

const endings: readonly (readonly [unknown, number])[] = [
  [new UsageError("x"), 2],
  [new AuthError("x"), 3],
  [new NetworkError("x"), 5],
  [new ApiError("x", { status: 503, url }), 5],
  [new DailyLimitError("x", { url, label: "Heavy", resumesAt: "2024-01-02T00:00:00Z" }), 5],
  [new StorageError("x", { path: "/x" }), 6],
  [new InventoryError("x"), 6],
  [new PluginError("x", { plugin: "p", stage: "load" }), 7],
  [new LockedError("x"), 9],
  [new TransferError("x", { code: "html" }), 1],
  [new AppError("x"), 1],
  [new TypeError("x"), 1],
  ["thrown text", 1],
];

Deno.test("extract ends with the exit code of the error that ended it", async () => {
  for (const [error, code] of endings) {
    assert.equal(exitCodeFor(error), code, String(error));
    const result = await runCli([], { overrides: { runExtract: () => Promise.reject(error) } });
    assert.equal(result.code, code, String(error));
    assert.ok(exitCodes.some(([known]) => known === code));
  }
});

Deno.test("extract ends with the exit code of its summary", async () => {
  for (const exit_code of [0, 4, 5, 8, 130]) {
    const runExtract = () => Promise.resolve(summaryOf({ exit_code }));
    assert.equal((await runCli([], { overrides: { runExtract } })).code, exit_code);
  }
});

Deno.test("renderError() tells an expected error in one line and its hint, and its causes only at DEBUG", async () => {
  const cause = new Error("connect ECONNREFUSED");
  const error = new NetworkError('Cannot reach "api.zoom.us": no answer', { cause, hint: "check the line" });
  const overrides = { runExtract: () => Promise.reject(error) };
  const quiet = await runCli([], { overrides });
  assert.equal(quiet.stderr, 'zoom-extract: Cannot reach "api.zoom.us": no answer\n  check the line\n');
  const verbose = await runCli(["--log-level", "debug"], { overrides });
  assert.match(verbose.stderr, /caused by: Error: connect ECONNREFUSED/);
});

Deno.test("renderError() shows the stack of an unexpected error, asks for a report, and no secret", async () => {
  const error = new TypeError(
    "x is undefined at https://zoom.us/rec/download/abcdSECRETSECRET?access_token=T0KEN",
  );
  const { stderr } = await runCli([], { overrides: { runExtract: () => Promise.reject(error) } });
  assert.match(stderr, /TypeError: x is undefined/);
  assert.match(stderr, /session_test\.ts/);
  assert.match(stderr, /please report it/);
  assert.doesNotMatch(stderr, /SECRET|T0KEN/);
});

Deno.test("renderError() explains a missing permission of the runtime without a stack", async () => {
  const error = new Deno.errors.NotCapable('Requires net access to "api.zoom.us:443"');
  const { stderr, code } = await runCli([], { overrides: { runExtract: () => Promise.reject(error) } });
  assert.equal(code, 2);
  assert.match(
    stderr,
    /^zoom-extract: Cannot go on: Requires net access to "api\.zoom\.us:443" \(add --allow-net=api\.zoom\.us:443;[^\n]*\)\n$/,
  );
});

function stopControl(process: FakeProcess) {
  const told: string[] = [];
  const control = createStopControl(process.context(), {
    onStop: () => void told.push("stop"),
    onForcedExit: () => void told.push("forced"),
  });
  return { control, told };
}

Deno.test("createStopControl() aborts at the first signal and takes its echo for the same Ctrl-C", () => {
  const process = new FakeProcess();
  const { control, told } = stopControl(process);
  process.sendSignal();
  process.advance(1);
  process.sendSignal();
  process.advance(400);
  process.sendSignal();
  assert.equal(control.signal.aborted, true);
  assert.equal((control.signal.reason as DOMException).message, "interrupted");
  assert.deepEqual(process.exits, []);
  assert.deepEqual(told, ["stop"]);
  control[Symbol.dispose]();
  assert.equal(process.signalListeners.size, 0);
  assert.equal(process.runningTimers, 0);
});

Deno.test("createStopControl() exits with 130 at the second signal half a second later", () => {
  const process = new FakeProcess();
  const { control, told } = stopControl(process);
  process.sendSignal();
  process.advance(500);
  process.sendSignal();
  assert.deepEqual(process.exits, [130]);
  assert.deepEqual(told, ["stop", "forced"]);
  control[Symbol.dispose]();
});

Deno.test("createStopControl() exits with 130 when the run has not ended 4.5 s after the signal", () => {
  const process = new FakeProcess();
  const { control } = stopControl(process);
  process.sendSignal();
  process.advance(4_499);
  assert.deepEqual(process.exits, []);
  process.advance(1);
  assert.deepEqual(process.exits, [130]);
  control[Symbol.dispose]();
});

Deno.test("createStopControl() lets a run that ends in time end by itself", () => {
  const process = new FakeProcess();
  const { control } = stopControl(process);
  process.sendSignal();
  process.advance(2_000);
  control[Symbol.dispose]();
  process.advance(10_000);
  assert.deepEqual(process.exits, []);
});

/** An engine that runs until its signal, and then throws its reason or reports the interruption. */
function endlessRun(process: FakeProcess, ending: "throws" | "reports"): RunExtract {
  return (_config, { signal }) =>
    new Promise((resolve, reject) => {
      signal.addEventListener("abort", () => {
        if (ending === "throws") reject(signal.reason);
        else resolve(summaryOf({ exit_code: 130, status: "interrupted" }));
      });
      process.sendSignal();
    });
}

Deno.test.each([{ ending: "throws" as const }, { ending: "reports" as const }])(
  "extract exits with 130 when an interrupted run $ending",
  async ({ ending }) => {
    const process = new FakeProcess(credentials, true);
    const result = await runCli([], { process, overrides: { runExtract: endlessRun(process, ending) } });
    assert.equal(result.code, 130);
    assert.match(result.stderr, /Stopping… \(again to quit at once\)/);
    assert.match(result.stderr, /Interrupted/);
    assert.doesNotMatch(result.stderr, /expected|report it/);
    assert.equal(process.signalListeners.size, 0);
    assert.equal(process.crashListeners.size, 0);
    assert.equal(process.runningTimers, 0);
  },
);

/** Hides the cursor as often as it shows it again. */
function cursorIsBack(text: string): boolean {
  return text.split("\x1b[?25l").length === text.split("\x1b[?25h").length;
}

Deno.test("extract paints on a terminal, prints above, and leaves the cursor shown, whatever happens", async () => {
  for (const outcome of ["ends", "throws"] as const) {
    const process = new FakeProcess({ ...credentials, NO_COLOR: "1" }, true);
    const runExtract: RunExtract = (_config, { onEvent }) => {
      const path = "a@x/20240101_000000Z_Plan_81234567890/20240101_000000Z_MP4.mp4";
      onEvent?.({ type: "file_started", key: "k", path, sizeBytes: 100, offset: 0 });
      process.advance(250);
      onEvent?.({ type: "notice", level: "warning", code: "x", message: "Zoom is slow\x1b[2J today" });
      onEvent?.({ type: "file_failed", key: "k", path, code: "html", message: "got a sign-in page" });
      process.advance(250);
      return outcome === "ends" ? Promise.resolve(summaryOf()) : Promise.reject(new AuthError("refused"));
    };
    await runCli([], { process, overrides: { runExtract } });
    const { text } = process.stderr;
    assert.ok(text.includes("\x1b[?25l"), "the live view was painted");
    assert.ok(cursorIsBack(text), outcome);
    assert.match(text, /warning {2}Zoom is slow\uFFFD\[2J today\n/);
    assert.match(text, /failed {2}a@x\/.*: got a\n {8}sign-in page\n/);
    assert.equal(process.runningTimers, 0);
  }
});

Deno.test("extract gives the cursor back on a forced exit", async () => {
  const process = new FakeProcess(credentials, true);
  const shown: boolean[] = [];
  const look = () => void shown.push(cursorIsBack(process.stderr.text));
  const runExtract: RunExtract = () => {
    process.advance(200);
    process.sendSignal();
    process.advance(600);
    look();
    process.sendSignal();
    look();
    return Promise.resolve(summaryOf());
  };
  await runCli([], { process, overrides: { runExtract } });
  assert.deepEqual(process.exits, [130]);
  assert.deepEqual(shown, [false, true], "painting while it stops, and no more after the exit");
});

Deno.test("extract gives the cursor back before a crash", async () => {
  const process = new FakeProcess(credentials, true);
  const shown: boolean[] = [];
  const runExtract: RunExtract = () => {
    process.advance(200);
    shown.push(cursorIsBack(process.stderr.text));
    process.crashListeners.forEach((listener) => listener());
    shown.push(cursorIsBack(process.stderr.text));
    return Promise.resolve(summaryOf());
  };
  await runCli([], { process, overrides: { runExtract } });
  assert.deepEqual(shown, [false, true]);
});

const plainWays = [
  { way: "without a terminal", args: [], env: {}, isTerminal: false },
  { way: "with --no-progress", args: ["--no-progress"], env: {}, isTerminal: true },
  { way: "with TERM=dumb", args: [], env: { TERM: "dumb" }, isTerminal: true },
];

Deno.test.each(plainWays)(
  "extract writes one plain line every ten seconds $way",
  async ({ args, env, isTerminal }) => {
    const process = new FakeProcess({ ...credentials, ...env, NO_COLOR: "1" }, isTerminal);
    const runExtract: RunExtract = () => {
      process.advance(35_000);
      return Promise.resolve(summaryOf());
    };
    await runCli(args, { process, overrides: { runExtract } });
    assert.equal(process.stderr.text.match(/^Progress: 0\/0 files.*elapsed$/gm)?.length, 3);
    assert.ok(!process.stderr.text.includes("\x1b"));
  },
);

const quietLevels = ["WARNING", "ERROR"].map((level) => ({ level }));

Deno.test.each(quietLevels)(
  "at --log-level $level a run in which all is well prints nothing, however long it takes",
  async ({ level }) => {
    const process = new FakeProcess(credentials);
    const runExtract: RunExtract = (_config, { onEvent }) => {
      onEvent?.({ type: "notice", level: "info", code: "x", message: "a note" });
      process.advance(35_000);
      return Promise.resolve(summaryOf());
    };
    const { code, stderr } = await runCli(["--log-level", level], { process, overrides: { runExtract } });
    assert.equal(code, 0);
    assert.equal(stderr, "");
  },
);

Deno.test.each(quietLevels)(
  "at --log-level $level what went wrong is printed, and then the summary",
  async ({ level }) => {
    for (const exit_code of [4, 5, 8]) {
      const runExtract: RunExtract = (_config, { onEvent }) => {
        onEvent?.({ type: "file_failed", key: "k", path: "a@x/m/f.mp4", code: "html", message: "a page" });
        return Promise.resolve(summaryOf({ exit_code, status: "failed" }));
      };
      const { stderr } = await runCli(["--log-level", level], { overrides: { runExtract } });
      assert.match(
        stderr,
        /^failed {2}a@x\/m\/f\.mp4: a page\n\nProgress: .*\nUsers processed: /,
        `${exit_code}`,
      );
    }
  },
);

Deno.test("at --log-level WARNING --json and the plan of --dry-run are printed all the same: they were asked for", async () => {
  const plan = { months: [], fetch: { files: 0, bytes: 0, unknownSizes: 0 }, held: { files: 0, bytes: 0 } };
  const runExtract: RunExtract = () => Promise.resolve(summaryOf({ plan }));
  const { stdout, stderr } = await runCli(["--json", "--dry-run", "--log-level", "WARNING"], {
    overrides: { runExtract },
  });
  assert.equal(JSON.parse(stdout).exit_code, 0);
  assert.match(stderr, /to fetch/i);
  assert.doesNotMatch(stderr, /^Users processed/m);
});

Deno.test("list at --log-level WARNING prints its rows, and the windows only where one is not proven", async () => {
  const quiet = ["list", "--csv", "--log-level", "WARNING"];
  const well = await runCli(quiet, { overrides: { listFiles } });
  assert.equal(well.stderr, "");
  assert.match(well.stdout, /^user_email,/);
  const unproven: ListFiles = async function* (config, options) {
    const proof = { scope: "account", asked: config.range, seen: 1, proven: false, reason: "one is missing" };
    options.onEvent?.({ type: "window", proof });
    yield* listFiles(config, options);
  };
  assert.match((await runCli(quiet, { overrides: { listFiles: unproven } })).stderr, /Windows proven: 1\/2/);
});

Deno.test("the first failures are told at once, thousands are not", async () => {
  const runExtract: RunExtract = (_config, { onEvent }) => {
    for (let n = 0; n < 500; n++) {
      onEvent?.({ type: "file_failed", key: `k${n}`, path: `p${n}`, code: "html", message: "sign-in page" });
    }
    return Promise.resolve(summaryOf());
  };
  const { stderr } = await runCli([], { overrides: { runExtract } });
  assert.equal(stderr.match(/^failed /gm)?.length, 20);
});

Deno.test("extract --json prints the summary as one object on stdout, and only that", async () => {
  const summary = summaryOf({ exit_code: 4, status: "failed" });
  const plan = { months: [], fetch: { files: 0, bytes: 0, unknownSizes: 0 }, held: { files: 0, bytes: 0 } };
  const result = await runCli(["--json"], { overrides: { runExtract: () => Promise.resolve(summary) } });
  assert.equal(result.code, 4);
  assert.match(result.stdout, /^\{.*\}\n$/);
  assert.deepEqual(JSON.parse(result.stdout), summary);
  const planned = await runCli(["--json", "--dry-run"], {
    overrides: { runExtract: () => Promise.resolve({ ...summary, plan }) },
  });
  assert.deepEqual(JSON.parse(planned.stdout).plan, plan);
  const quiet = await runCli([], { overrides: { runExtract: () => Promise.resolve(summary) } });
  assert.equal(quiet.stdout, "");
});

const meeting = {
  uuid: "abc==",
  id: "81234567890",
  hostId: "h",
  hostEmail: "a@x",
  topic: "=HYPERLINK(1)\x1b[31m",
  startTime: "2024-01-01T10:00:00Z",
  timezone: "",
  durationMinutes: 5,
};

const listFiles: ListFiles = async function* (_config, { onEvent }) {
  const asked = { from: "2024-01-01", to: "2024-01-31" };
  onEvent?.({ type: "window", proof: { scope: "account", asked, seen: 1, proven: true } });
  for (const [key, fileType] of [["k1", "MP4"], ["k2", "CHAT"]] as const) {
    yield await Promise.resolve({
      candidate: {
        user: { id: "h", email: "a@x", displayName: "A", status: "active" },
        meeting,
        file: {
          key,
          fileType,
          recordingType: "",
          fileExtension: "mp4",
          recordingStart: "2024-01-01T10:00:05Z",
          recordingEnd: "",
          status: "completed",
          listedSizeBytes: 2048,
        },
      },
      status: key === "k1" ? "completed" : "skipped",
      reason: key === "k1" ? undefined : "types",
      path: key === "k1" ? "a@x/m/f.mp4" : undefined,
    });
  }
};

Deno.test("list prints a table without anything that steers the terminal", async () => {
  const { code, stdout, stderr } = await runCli(["list"], { overrides: { listFiles } });
  assert.equal(code, 0);
  const lines = stdout.trimEnd().split("\n");
  assert.equal(lines.length, 3);
  assert.match(lines[0] ?? "", /^Start \(UTC\) +User +Topic +Type +Size +Status$/);
  assert.match(
    lines[2] ?? "",
    /^2024-01-01 10:00 +a@x +=HYPERLINK\(1\)\uFFFD\[31m +CHAT +2\.00 KiB +skipped \(types\)$/,
  );
  assert.match(stderr, /Windows proven: 1\/1/);
});

Deno.test.each([{ columns: 120 }, { columns: 100 }, { columns: 80 }, { columns: 60 }, { columns: 40 }])(
  "list keeps to a terminal of $columns columns",
  async ({ columns }) => {
    const process = new FakeProcess(credentials, true);
    process.columns = columns;
    const { stdout } = await runCli(["list"], { overrides: { listFiles }, process });
    // deno-lint-ignore no-control-regex -- the escape sequences of styled text
    const lines = stdout.replace(/\x1b\[[0-9;]*m/g, "").trimEnd().split("\n");
    for (const line of lines) assert.ok(line.length <= columns, line);
    assert.match(lines[1] ?? "", /^2024-01-01 .*MP4/);
  },
);

Deno.test.each([
  { args: ["--types", "chat"], keys: ["k2"] },
  { args: ["--exclude-types", "chat"], keys: ["k1"] },
])("list $args shows the types that are asked for", async ({ args, keys }) => {
  const { stdout } = await runCli(["list", "--json", ...args], { overrides: { listFiles } });
  assert.deepEqual(stdout.trimEnd().split("\n").map((line) => JSON.parse(line).file_key), keys);
});

Deno.test.each([
  { types: "MP5", said: /MP5 of --types is no file type .*: did you mean MP4\?/ },
  { types: "MP4,chat_mesage", said: /CHAT_MESAGE of --types .*: did you mean CHAT_MESSAGE\?/ },
  { types: "HOLOGRAM", said: /HOLOGRAM of --types .*: known ones are MP4, / },
])("--types $types is taken with a warning", async ({ types, said }) => {
  const overrides = { runExtract: () => Promise.resolve(summaryOf()) };
  const { code, stderr } = await runCli(["--types", types], { overrides });
  assert.equal(code, 0);
  assert.match(stderr, said);
});

Deno.test("list --json prints one object per line under the inventory's names", async () => {
  const { stdout } = await runCli(["list", "--json"], { overrides: { listFiles } });
  const rows = stdout.trimEnd().split("\n").map((line) => JSON.parse(line));
  assert.deepEqual(rows.map((row) => [row.file_key, row.file_type, row.status, row.reason, row.path]), [
    ["k1", "MP4", "completed", null, "a@x/m/f.mp4"],
    ["k2", "CHAT", "skipped", "types", null],
  ]);
  assert.equal(rows[0].meeting_topic, meeting.topic);
});

Deno.test("list --csv is RFC 4180 with a header, and formulas are neutralised", async () => {
  const { stdout } = await runCli(["list", "--csv"], { overrides: { listFiles } });
  const lines = stdout.split("\r\n");
  assert.equal(lines.length, 4);
  assert.match(lines[0] ?? "", /^user_email,user_id,meeting_uuid,/);
  assert.ok(lines[1]?.includes("'=HYPERLINK(1)"), lines[1]);
});

Deno.test("list exits with 4 when a window is not proven, and stops when nobody reads any more", async () => {
  const unproven: ListFiles = async function* (config: Config, options) {
    options.onEvent?.(
      {
        type: "window",
        proof: { scope: "account", asked: config.range, seen: 1, proven: false, reason: "one is missing" },
      } satisfies RunEvent,
    );
    yield* listFiles(config, options);
  };
  assert.equal((await runCli(["list"], { overrides: { listFiles: unproven } })).code, 4);

  let pulled = 0;
  const endless: ListFiles = async function* (config, options) {
    while (pulled < 1000) {
      pulled++;
      yield* listFiles(config, options);
    }
  };
  const stdout = { isTerminal: false, write: () => false };
  assert.equal((await runCli(["list"], { overrides: { listFiles: endless, stdout } })).code, 0);
  assert.equal(pulled, 1);
});

Deno.test("main() never throws and never needs the real terminal", async () => {
  const process = new FakeProcess({});
  assert.equal(await main(["--nonsense"], process.context()), 2);
});
