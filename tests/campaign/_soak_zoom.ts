/**
 * The simulated account of the soak, in a process of its own, so that its memory is not taken for the program's.
 *
 * Argument: JSON of {@linkcode SoakAccount}. Prints the variables of the account as one line of JSON, serves until its
 * standard input ends, and then prints what it counted.
 */
import { generateAccount, startSimulator } from "../../src/simulator/mod.ts";

/** How large the account is, and how fast its time goes. */
export interface SoakAccount {
  readonly files: number;
  readonly seed: number;
  /** Time that passes with each request for a file's bytes. */
  readonly perFileMs: number;
  readonly startMs: number;
}

/** Files of one meeting of the account. */
export const filesPerMeeting = 6;

/** What the account counted. */
export interface SoakCounts {
  readonly requests: number;
  readonly tokens: number;
  readonly refusedForRate: number;
  /** Most refusals for the rate in a row, on the API and on downloads. */
  readonly longestRefusal: number;
  readonly listings: number;
  readonly storage: number;
  readonly misdirected: number;
  readonly hours: number;
}

if (import.meta.main) await serve(JSON.parse(Deno.args[0] ?? "{}"));

async function serve({ files, seed, perFileMs, startMs }: SoakAccount): Promise<void> {
  const startedMs = Date.now();
  let served = 0;
  const now = () => startMs + (Date.now() - startedMs) + served * perFileMs;
  const meetings = Math.ceil(files / filesPerMeeting);
  const size = { users: 20, months: 6, meetings, files, fileSizeBytes: 2_000 };
  await using zoom = await startSimulator({
    account: generateAccount({ seed, ...size, nowMs: startMs }),
    seed,
    now,
    plan: "business",
    faults: [
      { on: "api", do: "status", code: 429, retryAfter: 20, probability: 0.02 },
      { on: "/rec/*", do: "status", code: 429, retryAfter: 5, probability: 0.004 },
      { on: "/rec/*", do: "status", code: 503, probability: 0.004 },
      { on: "/rec/*", do: "cutAfter", bytes: 700, probability: 0.004 },
      { on: "/rec/*", do: "status", code: 401, body: { code: 124, message: "expired" }, probability: 0.002 },
      { on: "/rec/*", do: "expiredSignature", probability: 0.002 },
    ],
  });
  const counter = setInterval(() => served = zoom.count("storage"), 20);
  await say(JSON.stringify(zoom.env));
  await new Response(Deno.stdin.readable).text();
  clearInterval(counter);
  const refusals = zoom.requests.map(({ status }) => status === 429);
  const counts: SoakCounts = {
    requests: zoom.requests.length,
    tokens: zoom.count("/oauth/token"),
    refusedForRate: refusals.filter(Boolean).length,
    longestRefusal: longest(refusals),
    listings: zoom.count("api"),
    storage: zoom.count("storage"),
    misdirected: zoom.misdirected.length,
    hours: (now() - startMs) / 3_600_000,
  };
  await say(JSON.stringify(counts));
}

function longest(flags: readonly boolean[]): number {
  let [most, current] = [0, 0];
  for (const flag of flags) most = Math.max(most, current = flag ? current + 1 : 0);
  return most;
}

async function say(line: string): Promise<void> {
  await Deno.stdout.write(new TextEncoder().encode(`${line}\n`));
}
