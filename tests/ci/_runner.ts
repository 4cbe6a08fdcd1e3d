import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";
import { outputsIn } from "../support/actions_log.ts";
import { type Contexts, fillIn, holds } from "./_expressions.ts";

export const root: string = fileURLToPath(new URL("../..", import.meta.url));

/** `action.yml`, as far as these tests read it. */
export interface Action {
  readonly inputs: Readonly<Record<string, { readonly description: string; readonly default?: string }>>;
  readonly outputs: Readonly<Record<string, { readonly value: string }>>;
  readonly runs: { readonly steps: readonly Step[] };
}

/** One step of it. */
export interface Step {
  readonly id?: string;
  readonly name?: string;
  readonly if?: string;
  readonly uses?: string;
  readonly shell?: string;
  readonly run?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly with?: Readonly<Record<string, unknown>>;
}

export async function readAction(): Promise<Action> {
  return parse(await Deno.readTextFile(join(root, "action.yml"))) as Action;
}

/** How one use of the action came out. */
export interface ActionResult {
  /** False is the red cross. */
  readonly ok: boolean;
  readonly outputs: Readonly<Record<string, string>>;
  /** What all steps printed. */
  readonly log: string;
  /** What stands on the job's page. */
  readonly summary: string;
  /** Steps that ran, by id or name. */
  readonly ran: readonly string[];
  /** Files in the workspace afterwards. */
  readonly files: readonly string[];
}

/** How the action is used. */
export interface ActionUse {
  readonly inputs?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  /** Folder of the machine in which it runs. @default {an empty one} */
  readonly workspace?: string;
  /** Of the repository. @default {"private"} */
  readonly visibility?: string;
  /** Steps, by id or name, that fail instead of doing their work. */
  readonly broken?: readonly string[];
  /** Called when the main step has started: the job is cancelled as soon as what it returns is fulfilled. */
  readonly cancelWhen?: (ended: AbortSignal) => Promise<void>;
}

interface Artifact {
  readonly name: string;
  readonly runId: number;
  readonly dir: string;
  /** From 0, as they are, to 9. */
  readonly compressionLevel: number;
}

/**
 * A repository on GitHub with its cache and its artifacts. Each use of the action gets an empty machine.
 *
 * Scripts are run as the runner runs them; the actions that they use are imitated: what matters here is which are
 * called, and with what.
 */
export class Repository implements AsyncDisposable {
  readonly #dir: string;
  /** Newest last. */
  readonly caches: { key: string; dir: string }[] = [];
  readonly artifacts: Artifact[] = [];
  #runId = 100;

  private constructor(dir: string) {
    this.#dir = dir;
  }

  static async create(): Promise<Repository> {
    return new Repository(await Deno.makeTempDir({ prefix: "zoom-extract-actions-" }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.#dir, { recursive: true });
  }

  async use(use: ActionUse = {}): Promise<ActionResult> {
    const run = new ActionRun(await readAction(), use, {
      dir: join(this.#dir, `run-${++this.#runId}`),
      runId: this.#runId,
      repository: this,
    });
    return await run.result();
  }
}

interface Machine {
  readonly dir: string;
  readonly runId: number;
  readonly repository: Repository;
}

class ActionRun {
  readonly #action: Action;
  readonly #use: ActionUse;
  readonly #machine: Machine;
  readonly #steps: Record<string, { outputs: Record<string, string>; outcome: string }> = {};
  readonly #ran: string[] = [];
  readonly #inputs: Record<string, string> = {};
  #log = "";
  #failed = false;
  #cancelled = false;

  constructor(action: Action, use: ActionUse, machine: Machine) {
    this.#action = action;
    this.#use = use;
    this.#machine = machine;
  }

  get #workspace(): string {
    return this.#use.workspace ?? join(this.#machine.dir, "workspace");
  }

  async result(): Promise<ActionResult> {
    for (const dir of [this.#machine.dir, this.#workspace]) await Deno.mkdir(dir, { recursive: true });
    for (const [name, { default: fallback = "" }] of Object.entries(this.#action.inputs)) {
      this.#inputs[name] = this.#use.inputs?.[name] ?? fillIn(fallback, this.#contexts());
    }
    for (const [i, step] of this.#action.runs.steps.entries()) await this.#step(step, i);
    const outputs = Object.entries(this.#action.outputs)
      .map(([name, { value }]) => [name, fillIn(value, this.#contexts())]);
    return {
      ok: !this.#failed && !this.#cancelled,
      outputs: Object.fromEntries(outputs),
      log: this.#log,
      summary: await Deno.readTextFile(join(this.#machine.dir, "summary")).catch(() => ""),
      ran: this.#ran,
      files: await filesBelow(this.#workspace),
    };
  }

  #contexts(): Contexts {
    const { runId } = this.#machine;
    return {
      inputs: this.#inputs,
      steps: this.#steps,
      github: {
        run_id: String(runId),
        run_attempt: "1",
        action_path: root,
        token: "ghs_token",
        event: { repository: { visibility: this.#use.visibility ?? "private" } },
      },
    };
  }

  async #step(step: Step, index: number): Promise<void> {
    const name = step.id ?? step.name ?? step.uses?.split("@")[0] ?? "";
    const state = { failed: this.#failed, cancelled: this.#cancelled };
    if (!holds(step.if, this.#contexts(), state)) {
      if (step.id) this.#steps[step.id] = { outputs: {}, outcome: "skipped" };
      return;
    }
    this.#ran.push(name);
    const wasCancelled = this.#cancelled;
    const { code, outputs } = this.#use.broken?.includes(name)
      ? { code: 1, outputs: {} }
      : step.run === undefined
      ? { code: await this.#uses(step), outputs: {} }
      : await this.#script(step, index);
    const outcome = code === 0 ? "success" : this.#cancelled && !wasCancelled ? "cancelled" : "failure";
    if (step.id) this.#steps[step.id] = { outputs, outcome };
    if (outcome === "failure") this.#failed = true;
  }

  async #script(step: Step, index: number): Promise<{ code: number; outputs: Record<string, string> }> {
    const { dir } = this.#machine;
    const script = join(dir, `script-${index}.sh`);
    const output = join(dir, `output-${index}`);
    await Deno.writeTextFile(script, fillIn(step.run ?? "", this.#contexts()));
    await Deno.writeTextFile(output, "");
    const env = Object.entries(step.env ?? {}).map(([key, value]) => [key, fillIn(value, this.#contexts())]);
    // What setup-deno would have put there.
    const path = `${dirname(Deno.execPath())}${delimiter}${Deno.env.get("PATH") ?? ""}`;
    const child = new Deno.Command("bash", {
      args: ["--noprofile", "--norc", "-e", "-o", "pipefail", script],
      cwd: this.#workspace,
      clearEnv: true,
      env: {
        ...Object.fromEntries(
          ["SystemRoot", "TEMP"].flatMap((key) => {
            const value = Deno.env.get(key);
            return value === undefined ? [] : [[key, value]];
          }),
        ),
        // Scripts under test never learn of the person's own home.
        HOME: dir,
        DENO_DIR: await denoDir(),
        PATH: path,
        GITHUB_ACTIONS: "true",
        CI: "true",
        GITHUB_OUTPUT: output,
        GITHUB_STEP_SUMMARY: join(dir, "summary"),
        GITHUB_REPOSITORY: "acme/archive",
        GITHUB_REF_NAME: "main",
        NO_COLOR: "1",
        ...this.#use.env,
        ...Object.fromEntries(env),
      },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    if (step.id === "run") this.#cancelLater(child);
    const [stdout, stderr, { code }] = await Promise.all([
      new Response(child.stdout).text(),
      new Response(child.stderr).text(),
      child.status,
    ]);
    this.#log += stdout + stderr;
    return { code, outputs: outputsIn(await Deno.readTextFile(output)) };
  }

  /** As the runner cancels a job: it interrupts the step, and those after it run only if they ask to. */
  #cancelLater(child: Deno.ChildProcess): void {
    const ended = new AbortController();
    child.status.then(() => ended.abort());
    const cancel = () => {
      if (ended.signal.aborted) return;
      this.#cancelled = true;
      child.kill("SIGINT");
    };
    // What is refused is the wait of a step that ended before.
    this.#use.cancelWhen?.(ended.signal).then(cancel, () => {});
  }

  /** Does what the named action would do. */
  async #uses(step: Step): Promise<number> {
    const given = Object.fromEntries(
      Object.entries(step.with ?? {}).map(([key, value]) => [key, fillIn(String(value), this.#contexts())]),
    );
    const paths = (given["path"] ?? "").split("\n").filter((path) => path !== "");
    const { repository, runId } = this.#machine;
    switch (step.uses?.split("@")[0]) {
      case "denoland/setup-deno":
        return 0;
      case "actions/cache/restore": {
        const prefixes = [given["key"] ?? "", ...(given["restore-keys"] ?? "").split("\n")].filter(Boolean);
        const found = prefixes.flatMap((prefix) =>
          repository.caches.filter(({ key }) => key.startsWith(prefix))
        );
        const newest = found.at(-1);
        if (newest) await copy(newest.dir, this.#workspace);
        return 0;
      }
      case "actions/cache/save":
        repository.caches.push({ key: given["key"] ?? "", dir: await this.#store("cache", paths, "") });
        return 0;
      case "actions/upload-artifact": {
        const base = this.#inputs["output-dir"] ?? "";
        const dir = await this.#store(`artifact-${given["name"]}`, paths, base);
        if ((await filesBelow(dir)).length === 0) return given["if-no-files-found"] === "error" ? 1 : 0;
        const compressionLevel = Number(given["compression-level"] ?? 6);
        repository.artifacts.push({ name: given["name"] ?? "", runId, dir, compressionLevel });
        return 0;
      }
      case "actions/download-artifact": {
        const found = repository.artifacts.find((artifact) =>
          artifact.name === given["name"] && String(artifact.runId) === given["run-id"]
        );
        if (!found) return 1;
        await copy(found.dir, join(this.#workspace, given["path"] ?? ""));
        return 0;
      }
      default:
        throw new Error(`The imitated runner does not know ${step.uses}`);
    }
  }

  /** Copies what the paths name, those after `!` apart, and returns where to; `base` is left out of the names. */
  async #store(name: string, paths: readonly string[], base: string): Promise<string> {
    const dir = join(this.#machine.dir, name);
    await Deno.mkdir(dir, { recursive: true });
    const isLeftOut = (file: string) =>
      paths.filter((path) => path.startsWith("!")).map((path) => path.slice(1))
        .some((path) => path.endsWith("/**/*.part") ? file.endsWith(".part") : file.startsWith(`${path}/`));
    for (const path of paths.filter((path) => !path.startsWith("!"))) {
      for (const file of await filesBelow(join(this.#workspace, path))) {
        const inside = `${path}/${file}`;
        if (isLeftOut(inside)) continue;
        const target = join(dir, base === "" ? inside : inside.slice(base.length + 1));
        await Deno.mkdir(dirname(target), { recursive: true });
        await Deno.copyFile(join(this.#workspace, inside), target);
      }
    }
    return dir;
  }
}

/** Where this Deno keeps what it has downloaded. */
async function denoDir(): Promise<string> {
  const { stdout } = await new Deno.Command(Deno.execPath(), { args: ["info", "--json"] }).output();
  return (JSON.parse(new TextDecoder().decode(stdout)) as { denoDir: string }).denoDir;
}

async function copy(from: string, to: string): Promise<void> {
  for (const file of await filesBelow(from)) {
    await Deno.mkdir(dirname(join(to, file)), { recursive: true });
    await Deno.copyFile(join(from, file), join(to, file));
  }
}

/** Relative paths of all files below `dir`, sorted; none where there is no such folder. */
export async function filesBelow(dir: string, below = ""): Promise<string[]> {
  const files: string[] = [];
  try {
    for await (const entry of Deno.readDir(join(dir, below))) {
      const path = below === "" ? entry.name : `${below}/${entry.name}`;
      files.push(...entry.isDirectory ? await filesBelow(dir, path) : [path]);
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return files.sort();
}
