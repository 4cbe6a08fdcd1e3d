/** The machine and the programs that a result belongs to. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memory: string;
  readonly kernel: string;
  readonly deno: string;
  readonly tools: string;
  /** Kind of file system that files went to. */
  readonly files: string;
  readonly date: string;
}

/** Describes this machine. */
export async function machine(dir: string): Promise<Machine> {
  const cpuInfo = await Deno.readTextFile("/proc/cpuinfo").catch(() => "");
  const memory = await Deno.readTextFile("/proc/meminfo").catch(() => "");
  const gib = Number(/MemTotal:\s+(\d+)/.exec(memory)?.[1] ?? 0) / 1024 ** 2;
  const versions = await Promise.all([
    version("nginx", ["-v"]),
    version("curl", ["--version"]),
    version("aria2c", ["--version"]),
  ]);
  return {
    cpu: /model name\s*:\s*(.+)/.exec(cpuInfo)?.[1]?.trim() ?? "unknown",
    cores: navigator.hardwareConcurrency,
    memory: `${gib.toFixed(0)} GiB`,
    kernel: `Linux ${Deno.osRelease()}`,
    deno: Deno.version.deno,
    tools: versions.filter((text) => text !== "").join(", "),
    files: dir.startsWith("/dev/shm") ? "tmpfs" : "disk",
    date: new Date().toISOString().slice(0, 10),
  };
}

async function version(program: string, args: string[]): Promise<string> {
  try {
    const path = `${Deno.env.get("PATH") ?? ""}:/usr/sbin`;
    const { stdout, stderr } = await new Deno.Command(program, { args, env: { PATH: path } }).output();
    const text = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
    return `${program} ${/\d+\.\d+(\.\d+)?/.exec(text)?.[0] ?? ""}`;
  } catch {
    return "";
  }
}
