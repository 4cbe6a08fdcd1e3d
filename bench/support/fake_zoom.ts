/**
 * The process behind `servers/zoom.ts`.
 *
 * @module
 */
import { fileURLToPath } from "node:url";

/** What the account holds and how it behaves. */
export interface FakeAccount {
  readonly users: number;
  /** Spread evenly over the days and users. */
  readonly meetings: number;
  readonly files: readonly FakeFile[];
  /** First and last day, `YYYY-MM-DD`. */
  readonly from: string;
  readonly to: string;
  /** Of each request. */
  readonly latencyMs?: number;
  /** API calls beyond these are answered with 429. */
  readonly perSecond?: number;
  /** False: the account-wide list is refused. */
  readonly accountList?: boolean;
  /** Under which the account is reached, where something stands in front of it. */
  readonly publicOrigin?: string;
}

/** One file of each meeting. */
export interface FakeFile {
  readonly type: string;
  /** Below `/rec/download/`; a small file of its own when left out. */
  readonly path?: string;
  readonly sizeBytes?: number;
}

/** What was asked of the account. */
export interface FakeStats {
  /** Milliseconds since the epoch; 0 before the first. */
  firstRequestMs: number;
  api: number;
  token: number;
  downloads: number;
  storage: number;
  /** Answers with 429; later: after the first minute. */
  refused: number;
  refusedLater: number;
}

/** A running account. */
export interface FakeZoom extends AsyncDisposable {
  readonly origin: string;
  readonly port: number;
  readonly smallBytes: number;
  readonly account: FakeAccount;
  /** What was asked since the last call of this. */
  takeStats(): Promise<FakeStats>;
}

/** Starts an account; dispose it to end its process. */
export async function startFakeZoom(account: FakeAccount): Promise<FakeZoom> {
  const served = await startServer("../servers/zoom.ts", [JSON.stringify(account)]);
  const { port, smallBytes } = served.ready as { port: number; smallBytes: number };
  const own = `http://127.0.0.1:${port}`;
  return {
    origin: account.publicOrigin ?? own,
    port,
    smallBytes,
    account,
    takeStats: async () => await (await fetch(`${own}/_bench`, { method: "POST" })).json() as FakeStats,
    [Symbol.asyncDispose]: () => served[Symbol.asyncDispose](),
  };
}

/** A server in a process of its own that prints one JSON line when ready, and ends with its standard input. */
export async function startServer(
  module: string,
  args: readonly string[],
): Promise<AsyncDisposable & { readonly ready: unknown }> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", fileURLToPath(new URL(module, import.meta.url)), ...args],
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  while (!text.includes("\n")) {
    const { value, done } = await reader.read();
    if (done) throw new Error(`${module} ended before it was ready`);
    text += value;
  }
  reader.releaseLock();
  return {
    ready: JSON.parse(text),
    async [Symbol.asyncDispose]() {
      await child.stdin.close();
      await child.status;
    },
  };
}
