import assert from "node:assert/strict";
import { systemClock } from "../../src/core/clock.ts";
import { main } from "../../src/cli/mod.ts";
import {
  type FaultEffect,
  faultKinds,
  type FaultRule,
  simAccount,
  simMeeting,
  type SimulatorOptions,
  simUser,
  startSimulator,
} from "../../src/simulator/mod.ts";
import { FakeProcess } from "./_harness.ts";

/** Where a fault may meet doctor, and the line that tells of it. */
const places = {
  token: { on: "/oauth/token", check: "network|credentials" },
  list: { on: "/v2/accounts/*/recordings", check: "account list" },
  users: { on: "/v2/users", check: "user lists" },
  recordings: { on: "/v2/users/*/recordings", check: "user lists" },
  file: { on: "/rec/*", check: "download" },
} as const;

type Place = keyof typeof places;

/** How doctor ends in each place: the exit code of a line with ✗, or ! for a line that is worth a look. */
type Ends = Partial<Record<Place, number | "!">>;

const unanswered: Ends = { token: 5, list: 5, users: 5, recordings: 5 };

/** Every kind of fault; a place that is not named takes no notice of it. */
const table: {
  readonly [K in FaultEffect["do"]]: {
    readonly fault: Omit<FaultEffect & { do: K }, "do">;
    readonly ends: Ends;
  };
} = {
  status: { fault: { code: 503 }, ends: { ...unanswered, file: 5 } },
  cutAfter: { fault: { bytes: 0 }, ends: { ...unanswered, file: 5 } },
  stall: { fault: {}, ends: { ...unanswered, file: 5 } },
  shortBody: { fault: { bytes: 0 }, ends: { ...unanswered, file: 5 } },
  html: { fault: {}, ends: { ...unanswered, file: 3 } },
  jsonError: { fault: {}, ends: { token: 3, list: 3, users: 3, recordings: 3, file: 3 } },
  redirectTo: {
    fault: { url: "http://files.example.test/x" },
    ends: { token: 3, list: "!", users: 5, recordings: 5, file: 3 },
  },
  wrongRange: { fault: {}, ends: { file: "!" } },
  ignoreRange: { fault: {}, ends: {} },
  delay: { fault: { ms: 1_000 }, ends: { ...unanswered, file: 5 } },
  dropConnection: { fault: {}, ends: { ...unanswered, file: 5 } },
  expiredSignature: { fault: {}, ends: { token: 3, list: "!", users: 5, recordings: 5, file: 3 } },
  dailyLimit: { fault: {}, ends: { ...unanswered, file: 5 } },
  truncatedJson: { fault: {}, ends: unanswered },
  editJson: { fault: { path: "", value: [1] }, ends: unanswered },
  hugeJson: { fault: { bytes: 2_000_000 }, ends: {} },
  editHeaders: { fault: { headers: { date: "yesterday", "content-type": null } }, ends: {} },
  noLength: { fault: {}, ends: {} },
  wrongLength: { fault: { by: 9 }, ends: unanswered },
  repeatPage: { fault: {}, ends: {} },
  killToken: { fault: {}, ends: { list: 3, users: 3, recordings: 3, file: 3 } },
  echo: { fault: {}, ends: { token: 3, list: "!", users: 5, recordings: 5, file: 3 } },
};

const requestTimeoutMs = 200;

/** More than all tries of one request and the looks at the disk take. */
const patienceMs = 10_000;

async function look(options: SimulatorOptions): Promise<{ code: number; text: string; tookMs: number }> {
  await using zoom = await startSimulator({ users: 2, months: 1, ...options });
  const cwd = await Deno.makeTempDir({ prefix: "zoom-extract-doctor-" });
  try {
    const process = new FakeProcess({ ...zoom.env, LANG: "C.UTF-8" });
    const begin = performance.now();
    const context = process.context({ cwd, clock: systemClock, requestTimeoutMs });
    const code = await main(["doctor", "--min-free-space", "0"], context);
    const tookMs = performance.now() - begin;
    const [text, stderr] = [process.stdout.text, process.stderr.text];
    assert.equal(stderr, "");
    for (const secret of zoom.secrets()) assert.ok(!text.includes(secret), "a secret was shown");
    return { code, text, tookMs };
  } finally {
    await Deno.remove(cwd, { recursive: true });
  }
}

/** Findings by their mark, each with its way out; and the last line. */
function readLines(text: string): { found: Map<string, string[]>; verdict: string } {
  const [verdict = "", ...lines] = text.trimEnd().split("\n").reverse();
  const found = new Map<string, string[]>();
  for (const line of lines.reverse()) {
    const [, mark, check, remedy] = /^(?:([✓!✗–]) (\w+(?: \w+)*)  +\S|  +→ (\S.*)$)/.exec(line) ?? [];
    if (mark !== undefined && check !== undefined) found.set(`${mark} ${check}`, []);
    else if (remedy !== undefined) [...found.values()].at(-1)?.push(remedy);
    else assert.fail(`neither a finding nor a way out: ${line}`);
  }
  return { found, verdict };
}

Deno.test("doctor is tried with every kind of fault that the simulator knows", () => {
  assert.deepEqual(Object.keys(table).sort(), [...faultKinds].sort());
});

for (const [kind, { fault, ends }] of Object.entries(table)) {
  Deno.test(`doctor names what ${kind} breaks, and the way out, and ends in time`, async (t) => {
    for (const [place, { on, check }] of Object.entries(places)) {
      const end = ends[place as Place] ?? 0;
      await t.step(`${place}: ${end}`, async () => {
        const rule = { on, do: kind, ...fault } as FaultRule;
        const isByUser = place === "users" || place === "recordings";
        const accountList = isByUser ? { accountList: "refused" } as const : {};
        const { code, text, tookMs } = await look({ faults: [rule], ...accountList });
        assert.ok(tookMs < patienceMs, `${tookMs} ms`);
        assert.doesNotMatch(text, /^ +at |TypeError|please report/m);
        const { found, verdict } = readLines(text);
        const worst = [...found].filter(([line]) => line.startsWith("✗"));
        assert.equal(code, end === "!" ? 0 : end, text);
        assert.match(verdict, code === 0 ? /^A run would work/ : /^A run would fail: 1 error/);
        assert.deepEqual(
          worst.map(([line]) => new RegExp(`^✗ (${check})$`).test(line)),
          code === 0 ? [] : [true],
          text,
        );
        if (end === "!") assert.ok(found.has(`! ${check}`), text);
        const unhelped = [...found].filter(([line, ways]) => /^[!✗]/.test(line) && ways.length === 0);
        assert.deepEqual(unhelped, [], text);
      });
    }
  });
}

Deno.test("doctor sends somebody to the role of the app's owner only where Zoom refuses the file", async () => {
  const told = async (fault: FaultEffect) => (await look({ faults: [{ on: "/rec/*", ...fault }] })).text;
  assert.match(await told({ do: "jsonError", errorCode: 3332 }), /→ give the role of the app's owner/);
  for (const fault of [{ do: "status", code: 503 }, { do: "wrongRange" }, { do: "dailyLimit" }] as const) {
    assert.doesNotMatch(await told(fault), /role of the app's owner/);
  }
});

Deno.test("doctor reads a little of a large file that comes whole, and lets the rest go", async () => {
  const sizeBytes = 64 * 1024 ** 2;
  const host = simUser({ email: "ann@example.test" });
  const start = new Date(Date.now() - 3 * 86_400_000).toISOString().replace(/\.\d+/, "");
  const meeting = simMeeting({ host, start, files: [{ fileType: "MP4", sizeBytes }] });
  const account = simAccount({ users: [host], meetings: [meeting] });
  const real = globalThis.fetch;
  let countBytes = 0;
  let isWhole = false;
  globalThis.fetch = async (...args) => {
    const response = await real(...args);
    if (Number(response.headers.get("content-length")) < sizeBytes) return response;
    isWhole = true;
    const counted = response.body?.pipeThrough(
      new TransformStream({
        transform(chunk, controller) {
          countBytes += chunk.byteLength;
          controller.enqueue(chunk);
        },
      }),
    );
    return new Response(counted ?? null, { status: response.status, headers: response.headers });
  };
  try {
    const { code, text } = await look({ account, faults: [{ on: "/rec/*", do: "ignoreRange" }] });
    assert.match(text, /^✓ download +one byte of a recording came as it should$/m);
    assert.equal(code, 0, text);
  } finally {
    globalThis.fetch = real;
  }
  assert.ok(isWhole, "the file was not offered whole");
  assert.ok(countBytes > 0 && countBytes < 2 * 1024 ** 2, `${countBytes} bytes`);
});
