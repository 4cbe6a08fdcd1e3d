import type { SimAccount } from "./account.ts";
import type { FaultRule } from "./faults.ts";
import { createDownloadBook } from "./_download_book.ts";
import { createFaultBook } from "./_fault_book.ts";
import { createFront, type Front } from "./_front.ts";
import { listen } from "./_listener.ts";
import { openMediaLibrary } from "./_media_library.ts";
import { tellObservers } from "./_observers.ts";
import { createPageBook } from "./_page_book.ts";
import { createRequestLog, type RecordedRequest } from "./_request_log.ts";
import { createTokenBook } from "./_token_book.ts";
import { type TruthFile, truthOf, type TruthOptions } from "./_truth.ts";
import type { World } from "./_world.ts";
import { type Credentials, resolveSettings, type Settings, type SimulatorOptions } from "./options.ts";

/** A running simulated account. Dispose it to stop both servers, stalled answers included. */
export interface Simulator extends AsyncDisposable {
  /** `http://127.0.0.1:PORT/v2` */
  readonly apiUrl: string;
  /** `http://127.0.0.1:PORT/oauth/token` */
  readonly oauthUrl: string;
  /** `http://127.0.0.1:OTHER_PORT`, where downloads are redirected to. */
  readonly storageUrl: string;
  /** What the token endpoint accepts. */
  readonly credentials: Credentials;
  /** The five `ZOOM_*` variables with which the program uses this account. */
  readonly env: Readonly<Record<string, string>>;
  /** Milliseconds since the epoch, by the account's clock. */
  now(): number;
  /** Live: what changes here, changes in the next answer. */
  readonly account: SimAccount;
  /** The requests so far, in order of arrival; the latest 200,000. */
  readonly requests: readonly RecordedRequest[];
  /**
   * Requests so far. `api` means every API call with the token's but without downloads, `storage` every request
   * there, and a path pattern such as `/rec/*` what it matches, as in {@linkcode FaultRule}.
   */
  count(route?: string): number;
  /** Requests that took a credential to the storage host, where none belongs; the first 100, never forgotten. */
  readonly misdirected: readonly RecordedRequest[];
  /** Forgets the requests so far. */
  resetCounts(): void;
  /** Adds faults; the first rule that meets a request wins. */
  fault(...rules: FaultRule[]): void;
  /** Ends all faults. */
  clearFaults(): void;
  /** Every file that Zoom holds now, offers for download, and that a client can find. */
  truth(options?: TruthOptions): TruthFile[];
  /**
   * Everything that must never be seen in a log or a file: every token, passcode, client secret, signature and
   * opaque part of a download address ever issued.
   */
  secrets(): string[];
}

/**
 * Starts a simulated Zoom account on two ports of 127.0.0.1: Zoom's own host and the storage host.
 *
 * @throws {Error} When the port is taken.
 */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const settings = resolveSettings(options);
  const closing = new AbortController();
  const log = createRequestLog();
  const faults = createFaultBook(settings);
  faults.add(options.faults ?? []);
  const front: { current?: Front } = {};
  const answer: Front["answer"] = (request) => {
    if (!front.current) throw new TypeError("The simulator is not ready");
    return front.current.answer(request);
  };
  const api = await listen(answer, { origin: "api", port: settings.port });
  const storage = await listen(answer, { origin: "storage", port: 0 });
  const apiOrigin = `http://127.0.0.1:${api.port}`;
  const storageOrigin = `http://127.0.0.1:${storage.port}`;
  const world = createWorld(settings, { apiOrigin, storageOrigin, mediaDir: options.mediaDir });
  front.current = createFront(world, { log, faults, signal: closing.signal });
  const { credentials } = settings;
  const simulator: Simulator = {
    apiUrl: `${apiOrigin}/v2`,
    oauthUrl: `${apiOrigin}/oauth/token`,
    storageUrl: storageOrigin,
    credentials,
    env: {
      ZOOM_ACCOUNT_ID: credentials.accountId,
      ZOOM_CLIENT_ID: credentials.clientId,
      ZOOM_CLIENT_SECRET: credentials.clientSecret,
      ZOOM_API_URL: `${apiOrigin}/v2`,
      ZOOM_OAUTH_URL: `${apiOrigin}/oauth/token`,
    },
    now: settings.now,
    account: settings.account,
    requests: log.requests,
    misdirected: log.misdirected,
    count: (route) => log.count(route),
    resetCounts: () => log.reset(),
    fault(...rules) {
      faults.add(rules);
      if (!faults.hasDrops()) return;
      api.closeIdle();
      storage.closeIdle();
    },
    clearFaults: () => faults.clear(),
    truth: (truthOptions) => truthOf(world, truthOptions),
    secrets: () => secretsOf(world),
    async [Symbol.asyncDispose]() {
      tellObservers("ending", simulator);
      closing.abort(new DOMException("The simulator is closing", "AbortError"));
      await Promise.all([api.close(), storage.close()]);
    },
  };
  tellObservers("started", simulator);
  return simulator;
}

function createWorld(
  settings: Settings,
  options: { apiOrigin: string; storageOrigin: string; mediaDir: string | undefined },
): World {
  const { seed, now } = settings;
  const { apiOrigin, storageOrigin, mediaDir } = options;
  return {
    settings,
    tokens: createTokenBook({ seed, now, isOpaque: settings.quirks.opaqueTokens }),
    pages: createPageBook({ seed, now, lifetimeMs: settings.pageTokenLifetimeSeconds * 1000 }),
    downloads: createDownloadBook({ seed, now, apiOrigin, storageOrigin }),
    library: mediaDir === undefined ? undefined : openMediaLibrary(mediaDir),
    refusedOnce: new Set(),
  };
}

function secretsOf(world: World): string[] {
  const { account, credentials } = world.settings;
  const passcodes = account.meetings.flatMap((meeting) => [meeting.passcode, meeting.playPasscode]);
  return [credentials.clientSecret, ...world.tokens.all(), ...world.downloads.secrets(), ...passcodes];
}
