/** Where the lines of the documents are run: programs, settings, archives, and a folder for each act. */
import { join } from "node:path";
import type { Simulator } from "../../src/simulator/mod.ts";
import { ArchiveUnderTest } from "../support/archive_under_test.ts";
import { pluginSource } from "../plugin_host/_support.ts";
import { foreignNamings, writeForeign, writeForeignTree } from "../support/foreign_trees.ts";
import type { Act } from "./_acts.ts";
import { root } from "./_lines.ts";
import { isInCheckout, Stage } from "./_stage.ts";

/** What all acts share. */
export class Theatre implements AsyncDisposable {
  readonly #dir: string;
  readonly #zoom: Simulator;
  readonly #whole: ArchiveUnderTest;

  private constructor(dir: string, zoom: Simulator, whole: ArchiveUnderTest) {
    this.#dir = dir;
    this.#zoom = zoom;
    this.#whole = whole;
  }

  static async open(zoom: Simulator): Promise<Theatre> {
    const dir = await Deno.makeTempDir({ prefix: "zoom-extract-docs-" });
    await install(dir);
    const whole = await ArchiveUnderTest.of(zoom);
    const to = new Date().toISOString().slice(0, 10);
    await whole.run({ range: { from: "2019-01-01", to }, apiPlan: "business" });
    return new Theatre(dir, zoom, whole);
  }

  /**
   * Makes the folder of an act anew, with all that its lines find.
   *
   * @param lane acts of one lane follow each other in one place, where a checkout is compiled once
   */
  async stage({ found, lines }: Act, lane: number): Promise<Stage> {
    const needsCheckout = lines.some(({ text }) => isInCheckout(text));
    const home = join(this.#dir, needsCheckout ? `checkout-${lane}` : `lane-${lane}`);
    const isSet = found !== "noSettings";
    const stage = await Stage.make(home, {
      env: {
        PATH: `${join(this.#dir, "bin")}:${Deno.env.get("PATH")}`,
        DENO_DIR: join(this.#dir, "deno"),
        ...(isSet ? {} : this.#zoom.env),
      },
      keep: needsCheckout ? parts : [],
    });
    if (needsCheckout) await layCheckout(stage.cwd);
    if (isSet) {
      const settings = Object.entries(this.#zoom.env).map(([name, value]) => `${name}=${value}\n`).join("");
      await Deno.writeTextFile(join(stage.cwd, ".env"), settings, { mode: 0o600 });
    }
    await this.#fill({ found, lines }, stage);
    return stage;
  }

  async #fill({ found, lines }: Pick<Act, "found" | "lines">, stage: Stage): Promise<void> {
    if (lines.some(({ text }) => text.endsWith("hooks run"))) await dropIn(stage.cwd);
    if (found === "nothing" || found === "noSettings") return;
    const text = stage.wordsFor(lines[0]?.text ?? "");
    if (found === "foreign") {
      const [, folder = ""] = / adopt (\S+)/.exec(text) ?? [];
      const named = this.#zoom.truth().filter(({ fileId }) => fileId !== undefined);
      await writeForeignTree(stage.pathOf(folder), named, foreignNamings.zoomRecordingDownloader);
      return;
    }
    const [, place = "zoom_recordings"] = / (?:-o|--output-dir) (\S+)/.exec(text) ?? [];
    const archive = stage.pathOf(place);
    await succeed("cp", ["-a", this.#whole.dir, archive]);
    if (found !== "whole") await Deno.remove(join(archive, "_logs", "inventory.db"));
    if (found !== "lostWithFlaws") return;
    const video = (await this.#whole.tree()).find((path) => path.endsWith(".mp4")) ?? "";
    await Deno.remove(join(archive, video));
    await writeForeign(archive, "notes.txt", "nobody's");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#whole[Symbol.asyncDispose]();
    // What was compiled is the program, and nothing that it wrote.
    await Deno.remove(join(this.#dir, "deno"), { recursive: true });
    await Deno.remove(this.#dir, { recursive: true });
  }
}

/** The programs that a reader has, and a cache of their own for them: what is compiled here goes with the test. */
async function install(dir: string): Promise<void> {
  const bin = join(dir, "bin");
  const cache = join(dir, "deno");
  for (const folder of [bin, cache]) await Deno.mkdir(folder);
  const { denoDir } = JSON.parse(await succeed(Deno.execPath(), ["info", "--json"]));
  await Deno.symlink(join(denoDir, "npm"), join(cache, "npm"));
  const deno = `exec "${Deno.execPath()}"`;
  const programs = {
    deno: `${deno} "$@"`,
    "zoom-extract": `${deno} run -A --quiet "${join(root, "main.ts")}" "$@"`,
    // What npx would bring is the runtime that runs this test; another version would be another program.
    npx: `[ "$1 $2" = "--yes deno@${Deno.version.deno}" ] && shift 2 && ${deno} "$@"`,
  };
  for (const [name, body] of Object.entries(programs)) {
    await Deno.writeTextFile(join(bin, name), `#!/bin/sh\n${body}\n`, { mode: 0o755 });
  }
}

/** What a checkout consists of, as far as running it goes. */
const parts: readonly string[] = ["deno.json", "deno.lock", "main.ts", "mod.ts", "src", "plugins"];

/** Makes a checkout, where there is none yet. Its set of rights also reaches the simulated account. */
async function layCheckout(cwd: string): Promise<void> {
  if (await Deno.stat(join(cwd, "deno.json")).catch(() => undefined)) return;
  await succeed("cp", ["-R", ...parts.map((part) => join(root, part)), cwd]);
  const settings = JSON.parse(await Deno.readTextFile(join(root, "deno.json")));
  settings.permissions.default.net.push("127.0.0.1");
  await Deno.writeTextFile(join(cwd, "deno.json"), JSON.stringify(settings));
}

/** A hook of the reader's own, for lines that name none. */
async function dropIn(cwd: string): Promise<void> {
  const plugin = pluginSource("seen", "{ hooks: { afterTransfer: () => {} } }");
  await writeForeign(cwd, "plugins/seen.ts", plugin);
}

async function succeed(program: string, args: string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(program, { args }).output();
  if (!success) throw new Error(`${program} ${args.join(" ")}: ${new TextDecoder().decode(stderr)}`);
  return new TextDecoder().decode(stdout);
}
