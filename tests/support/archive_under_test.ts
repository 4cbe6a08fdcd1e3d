import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { DatabaseSync } from "node:sqlite";
import { join } from "node:path";
import { extract, type PartialConfig, type RunEvent, type RunSummary } from "../../mod.ts";
import { type Clock, systemClock } from "../../src/core/clock.ts";
import type { Simulator, TruthFile } from "../../src/simulator/mod.ts";
import { searchFolder, searchText } from "./secret_watch.ts";

/** How a test runs the program. */
export type RunOptions = Omit<PartialConfig, "credentials"> & {
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: RunEvent) => void;
};

/** An archive in a folder of its own, filled from a simulated account; removed when disposed. */
export class ArchiveUnderTest implements AsyncDisposable {
  readonly dir: string;
  readonly #zoom: Simulator;
  readonly #clock: Clock;

  private constructor(dir: string, zoom: Simulator) {
    this.dir = dir;
    this.#zoom = zoom;
    // The day is the account's; the time goes on, as pacing needs it to.
    const aheadMs = zoom.now() - Date.now();
    this.#clock = { ...systemClock, now: () => Date.now() + aheadMs };
  }

  static async of(zoom: Simulator): Promise<ArchiveUnderTest> {
    return new ArchiveUnderTest(await Deno.makeTempDir({ prefix: "zoom-extract-test-" }), zoom);
  }

  /** One run with everything at its default but what is given; no free space is asked for. */
  async run({ signal, onEvent, ...config }: RunOptions = {}): Promise<RunSummary> {
    const { credentials, apiUrl, oauthUrl } = this.#zoom;
    const summary = await extract(
      { credentials, apiUrl, oauthUrl, outputDir: this.dir, minFreeSpaceBytes: 0, ...config },
      {
        clock: this.#clock,
        ...(signal ? { signal } : {}),
        onEvent: (event) => {
          if ("message" in event) searchText(`event ${event.type}`, JSON.stringify(event));
          onEvent?.(event);
        },
      },
    ).catch((error) => {
      searchText("error of a run", Deno.inspect(error, { depth: 12, strAbbreviateSize: 10_000 }));
      throw error;
    });
    searchText("summary of a run", JSON.stringify(summary));
    return summary;
  }

  /** All rows of a query. */
  query(sql: string): Record<string, unknown>[] {
    using db = new DatabaseSync(join(this.dir, "_logs", "inventory.db"), { readOnly: true });
    return db.prepare(sql).all().map((row) => ({ ...row }));
  }

  /** Changes the inventory by hand. */
  change(sql: string): void {
    using db = new DatabaseSync(join(this.dir, "_logs", "inventory.db"));
    db.exec(sql);
  }

  /** Relative paths of all files, sorted; `all` with those in `_logs` and `_metadata`. */
  async tree({ all = false } = {}): Promise<string[]> {
    const paths: string[] = [];
    await walk(this.dir, "", paths);
    return paths.filter((path) => all || !/^_(logs|metadata)\//.test(path)).sort();
  }

  /** Path → SHA-256 of every file outside `_logs` and `_metadata`. */
  async digests(): Promise<Record<string, string>> {
    const digests: Record<string, string> = {};
    for (const path of await this.tree()) {
      digests[path] = createHash("sha256").update(await Deno.readFile(join(this.dir, path))).digest("hex");
    }
    return digests;
  }

  async text(path: string): Promise<string> {
    return await Deno.readTextFile(join(this.dir, path));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await searchFolder(this.dir);
    await Deno.remove(this.dir, { recursive: true });
  }
}

async function walk(root: string, below: string, paths: string[]): Promise<void> {
  for await (const entry of Deno.readDir(join(root, below))) {
    const path = below === "" ? entry.name : `${below}/${entry.name}`;
    if (entry.isDirectory) await walk(root, path, paths);
    else paths.push(path);
  }
}

const sidecars = ["meta.json", "files.csv"];
const fileName = /^\d{8}_\d{6}Z_[^/]+\.[a-z0-9]+$/;
const folderName = /^[^/]+\/\d{8}_\d{6}Z_.+_\d+(?:_[0-9a-f]{8})?$/;

/** Asserts that the tree holds every true file once, byte for byte, under a conventional name, and nothing else. */
export async function assertHoldsExactly(
  archive: ArchiveUnderTest,
  truth: readonly TruthFile[],
): Promise<void> {
  const recordings = Object.entries(await archive.digests())
    .filter(([path]) => !sidecars.includes(path.slice(path.lastIndexOf("/") + 1)));
  const wanted = truth.map((file) => `${file.userEmail.toLowerCase()} ${file.sha256}`).sort();
  const held = recordings.map(([path, sha256]) => `${path.slice(0, path.indexOf("/"))} ${sha256}`).sort();
  assert.deepEqual(held, wanted);
  for (const [path] of recordings) {
    const slash = path.lastIndexOf("/");
    assert.match(path.slice(slash + 1), fileName);
    assert.match(path.slice(0, slash), folderName);
  }
  for (const folder of new Set(recordings.map(([path]) => path.slice(0, path.lastIndexOf("/"))))) {
    for (const name of sidecars) assert.ok((await archive.text(`${folder}/${name}`)).length > 0);
  }
  const rows = archive.query(
    "SELECT path, sha256, file_size FROM inventory WHERE status = 'completed' ORDER BY path",
  );
  assert.deepEqual(rows.map(({ path, sha256 }) => [path, sha256]), recordings.map(([p, h]) => [p, h]).sort());
}

/** Asserts that nothing the simulator ever handed out as a secret stands in any file of the archive or in `texts`. */
export async function assertKeepsSecrets(
  archive: ArchiveUnderTest,
  zoom: Simulator,
  texts: readonly string[] = [],
): Promise<void> {
  const secrets = zoom.secrets().filter((secret) => secret.length >= 8);
  assert.ok(secrets.length > 0);
  const places: [string, string][] = texts.map((text, i) => [`text ${i}`, text]);
  for (const path of await archive.tree({ all: true })) {
    if (/\.(mp4|m4a|jpg)$/.test(path)) continue;
    const bytes = await Deno.readFile(join(archive.dir, path));
    places.push([path, new TextDecoder("latin1").decode(bytes)]);
  }
  for (const [place, text] of places) {
    for (const secret of secrets) assert.ok(!text.includes(secret), `${place} holds the secret ${secret}`);
  }
}
