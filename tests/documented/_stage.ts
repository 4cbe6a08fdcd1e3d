/** The folder in which the lines of an act are run. */
import { join, resolve } from "node:path";
import { searchText } from "../support/secret_watch.ts";

/** What a line left behind. */
export interface LineResult {
  readonly code: number;
  /** What it printed, on both ways. */
  readonly shown: string;
  /** Files that its output went to, and their sizes. */
  readonly written: Readonly<Record<string, number>>;
}

const patienceMs = 180_000;

/** Folders of a whole machine that the documents name. */
const machine = ["mnt", "nas", "deposit", "srv", "var/lib/zoom"];

/** What readers put in the place of a word in capitals. */
const placeholders: Readonly<Record<string, string>> = {
  COMMAND: "verify",
  NAME: "my-own",
  DIR: "/nas/zoom-recordings",
  FOLDER: "/nas/zoom-recordings",
};

/** A line with something in the place of each word in capitals that stands for it. */
export function fillIn(text: string): string {
  return text.replaceAll(/\b[A-Z]+\b/g, (word) => placeholders[word] ?? word);
}

/** True for a line that is meant for the folder of the repository. */
export function isInCheckout(text: string): boolean {
  return /^(npx|deno) /.test(text);
}

/** A home with a folder to work in, and what stands for the rest of the machine. */
export class Stage {
  /** Where lines are run. */
  readonly cwd: string;
  readonly #home: string;
  readonly #env: Readonly<Record<string, string>>;

  private constructor(home: string, env: Readonly<Record<string, string>>) {
    this.#home = home;
    this.cwd = join(home, "zoom");
    this.#env = { ...env, HOME: home, LANG: "C.UTF-8", NO_COLOR: "1" };
  }

  /**
   * Makes the folder, empty but for what is kept in the working folder.
   *
   * @param keep names in the working folder that stay from the act before
   */
  static async make(
    home: string,
    { env, keep }: { env: Readonly<Record<string, string>>; keep: readonly string[] },
  ): Promise<Stage> {
    const stage = new Stage(home, env);
    await Deno.mkdir(stage.cwd, { recursive: true });
    await sweep(home, ["zoom"]);
    await sweep(stage.cwd, keep);
    for (const name of machine) await Deno.mkdir(join(home, name), { recursive: true });
    return stage;
  }

  /** A documented line as it is run here: the machine is this folder, and Zoom is on this machine. */
  wordsFor(text: string): string {
    return fillIn(text)
      .replaceAll(/(?<=[\s=])\/(?=(?:archive|mnt|nas|deposit|srv|var)\b)/g, `${this.#home}/`)
      .replaceAll("--allow-net=*.zoom.us", "--allow-net=127.0.0.1");
  }

  /** Where a path of a line leads. */
  pathOf(path: string): string {
    return resolve(this.cwd, path);
  }

  /** Runs a line to its end; one that serves until Ctrl-C gets that as soon as it serves. */
  async run(text: string): Promise<LineResult> {
    const words = this.wordsFor(text);
    const child = new Deno.Command("bash", {
      args: ["-euo", "pipefail", "-c", words],
      cwd: this.cwd,
      clearEnv: true,
      env: { ...this.#env },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
      // A line that hangs is told like one that ends otherwise.
      signal: AbortSignal.timeout(patienceMs),
    }).spawn();
    const serves = / simulate\b/.test(words);
    const [stdout, stderr] = await Promise.all([
      readAll(child.stdout, () => serves && child.kill("SIGINT")),
      new Response(child.stderr).text(),
    ]);
    const { code } = await child.status;
    // An account that is simulated tells its variables: that is what it is for.
    if (!serves) searchText(words, stdout + stderr);
    return { code, shown: stdout + stderr, written: await this.#sizesOf(words) };
  }

  async #sizesOf(words: string): Promise<Record<string, number>> {
    const files = [...words.matchAll(/ > (\S+)/g)].map(([, file = ""]) => file);
    const sizes = files.map(async (file) => {
      const info = await Deno.stat(this.pathOf(file)).catch(() => undefined);
      return [file, info?.size ?? 0] as const;
    });
    return Object.fromEntries(await Promise.all(sizes));
  }
}

async function sweep(dir: string, keep: readonly string[]): Promise<void> {
  for await (const { name } of Deno.readDir(dir)) {
    if (!keep.includes(name)) await Deno.remove(join(dir, name), { recursive: true });
  }
}

async function readAll(stream: ReadableStream<Uint8Array>, onFirst: () => void): Promise<string> {
  let text = "";
  for await (const part of stream.pipeThrough(new TextDecoderStream())) {
    if (text === "") onFirst();
    text += part;
  }
  return text;
}
