/**
 * Running programs and measuring what they take.
 *
 * @module
 */

/** What one program took. */
export interface Usage {
  readonly seconds: number;
  /** User and system time, that of its own children included; in steps of 10 ms. */
  readonly cpuSeconds: number;
  /** Highest resident memory of the program itself. */
  readonly peakBytes: number;
  readonly stdout: string;
}

/** How to run a program. */
export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

/** Times of ended children are counted in these (`sysconf(_SC_CLK_TCK)`, 100 on Linux). */
const ticksPerSecond = 100;

/** Runs one program to its end; `cpuSeconds` counts whatever else ends meanwhile, too. Throws when it fails. */
export async function measure(command: readonly string[], options: RunOptions = {}): Promise<Usage> {
  const [program = "", ...args] = command;
  const before = await childCpuSeconds();
  const started = performance.now();
  const child = new Deno.Command(program, {
    args,
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    clearEnv: true,
    env: { ...inherited(), NO_COLOR: "1", ...options.env },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const ended = new AbortController();
  let seconds = 0;
  const [status, stdout, stderr, peakBytes] = await Promise.all([
    child.status.finally(() => {
      seconds = (performance.now() - started) / 1000;
      ended.abort();
    }),
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    peakMemory(child.pid, ended.signal),
  ]);
  if (!status.success) {
    throw new Error(
      `${command.join(" ")} ended with ${status.code}:\n${stderr.slice(-2000)}${stdout.slice(-2000)}`,
    );
  }
  return { seconds, cpuSeconds: await childCpuSeconds() - before, peakBytes, stdout };
}

/** Whether a program can be found. */
export function isInstalled(program: string): boolean {
  const path = `${Deno.env.get("PATH") ?? ""}:/usr/sbin`;
  return path.split(":").some((dir) => {
    try {
      return Deno.statSync(`${dir}/${program}`).isFile;
    } catch {
      return false;
    }
  });
}

function inherited(): Record<string, string> {
  const names = ["HOME", "PATH", "DENO_DIR", "XDG_CACHE_HOME", "TMPDIR"];
  return Object.fromEntries(
    names.flatMap((name) => Deno.env.has(name) ? [[name, Deno.env.get(name) ?? ""]] : []),
  );
}

async function childCpuSeconds(): Promise<number> {
  const stat = await Deno.readTextFile("/proc/self/stat");
  // The name in brackets may hold blanks; behind it the numbers begin with field 3.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[13]) + Number(fields[14])) / ticksPerSecond;
}

async function peakMemory(pid: number, ended: AbortSignal): Promise<number> {
  let peakKiB = 0;
  while (!ended.aborted) {
    const status = await Deno.readTextFile(`/proc/${pid}/status`).catch(() => "");
    peakKiB = Math.max(peakKiB, Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? 0));
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return peakKiB * 1024;
}
