/**
 * What `doctor` looks at on this machine.
 *
 * @module
 */
import { listPlugins, pluginsOf } from "./app_plugins.ts";
import type { FoundState } from "./archive/mod.ts";
import { readArchiveHealth } from "./archive/status/mod.ts";
import type { Config } from "./core/config.ts";
import { AppError, InventoryError, toError } from "./core/errors.ts";
import { ExitCode } from "./core/exit_code.ts";
import { failureFinding, type Finding, finding } from "./core/finding.ts";
import { formatBytes, formatCount } from "./core/units.ts";
import { findProgram } from "./plugin_host/mod.ts";
import { probeFolder } from "./storage/upkeep/mod.ts";

const slowBytesPerSecond = 5 * 1024 ** 2;

/** Whether the archive's folder can be written, how fast, and whether there is room. */
export async function* checkStorage(config: Config): AsyncGenerator<Finding> {
  let free: number | undefined;
  try {
    const { place, exists, bytesPerSecond, freeBytes } = await probeFolder(config.outputDir);
    free = freeBytes;
    const rate = `${formatBytes(bytesPerSecond)}/s`;
    const where = exists
      ? `"${config.outputDir}"`
      : `"${config.outputDir}" will be made in "${place}", which`;
    yield bytesPerSecond < slowBytesPerSecond
      ? finding(
        "storage",
        "warning",
        `${where} can be written, though slowly: ${rate}`,
        "a faster disk shortens every run",
      )
      : finding("storage", "ok", `${where} can be written, ${rate} flushed to the disk`);
  } catch (error) {
    yield failureFinding("storage", error);
    return;
  }
  yield spaceFinding(free, config);
}

function spaceFinding(free: number | undefined, { minFreeSpaceBytes }: Config): Finding {
  if (free === undefined) {
    return finding(
      "space",
      "skipped",
      "this system does not say how much is free",
      "allow it with --allow-sys=statfs",
    );
  }
  const message = `${formatBytes(free)} free`;
  if (free >= minFreeSpaceBytes) return finding("space", "ok", message);
  return {
    ...finding(
      "space",
      "warning",
      `${message}, less than --min-free-space ${formatBytes(minFreeSpaceBytes)}`,
    ),
    level: "error",
    remedy: "free some space, choose another --output-dir, or lower --min-free-space",
    exitCode: ExitCode.storage,
  };
}

/** Whether the archive's inventory and state file are whole. */
export async function* checkInventory(config: Config): AsyncGenerator<Finding> {
  try {
    const health = await readArchiveHealth(config.outputDir);
    if (health === undefined) {
      yield finding(
        "inventory",
        "skipped",
        `no archive in "${config.outputDir}" yet: the first run makes it`,
      );
      return;
    }
    const { inventory: { version, files, isChecked }, state } = health;
    const how = isChecked ? "whole" : "opens (too large to look through)";
    yield finding("inventory", "ok", `version ${version}, ${formatCount(files)} files, ${how}`);
    yield stateFinding(state);
  } catch (error) {
    const isOlder = error instanceof InventoryError && error.code === "inventory_older";
    yield isOlder
      ? finding("inventory", "warning", toError(error).message, "the next run brings it up to date")
      : failureFinding("inventory", error, error instanceof AppError ? {} : { exitCode: ExitCode.storage });
  }
}

function stateFinding(state: FoundState): Finding {
  switch (state.from) {
    case "nothing":
      return finding("state file", "ok", "none yet");
    case "state":
      return finding("state file", "ok", `last run: ${state.run.status}`);
    case "backup": {
      const message = "extraction_state.json cannot be read, its backup can";
      return finding("state file", "warning", message, "the next run writes it anew");
    }
    case "unreadable": {
      const message = "extraction_state.json and its backup cannot be read";
      return finding(
        "state file",
        "warning",
        message,
        "nothing is lost: the next run goes on from the inventory",
      );
    }
  }
}

/** Whether each active plugin can be set up, and has the programs that it asks for. */
export async function* checkPlugins(config: Config): AsyncGenerator<Finding> {
  const leftOut: Finding[] = [];
  try {
    const active = (await listPlugins(config)).filter(({ open }) => open !== undefined);
    const programs = new Set(active.flatMap(({ manifest }) => manifest.permissions.run));
    programs.delete("*");
    for (const program of programs) {
      yield await programFinding(
        program,
        active.map(({ manifest }) => manifest),
      );
    }
    await using _plugins = await pluginsOf(config, {
      emit: (event) => {
        if (event.type === "notice") leftOut.push(finding("plugins", "warning", event.message, event.hint));
      },
    });
    const names = active.map(({ manifest }) => manifest.name);
    yield finding("plugins", "ok", names.length === 0 ? "none active" : `ready: ${names.join(", ")}`);
  } catch (error) {
    yield failureFinding("plugins", error, error instanceof AppError ? {} : { exitCode: ExitCode.plugin });
  }
  yield* leftOut;
}

type Asking = { readonly name: string; readonly permissions: { readonly run: readonly string[] } };

async function programFinding(program: string, plugins: readonly Asking[]): Promise<Finding> {
  const askers = plugins.filter(({ permissions }) => permissions.run.includes(program)).map(({ name }) =>
    name
  );
  const found = await findProgram(program);
  if (found.state === "found") {
    return finding("programs", "ok", `${program} ${found.version ?? "found"}, for ${askers.join(", ")}`);
  }
  if (found.state === "unknown") {
    const message = `"${program}" was not looked for: PATH and its folders may not be read; needed by ${
      askers.join(", ")
    }`;
    return finding("programs", "skipped", message);
  }
  return {
    ...finding("programs", "warning", `"${program}" was not found in PATH; needed by ${askers.join(", ")}`),
    level: "error",
    remedy: `install it (apt install, brew install or winget install), or leave out ${askers.join(", ")}`,
    exitCode: ExitCode.plugin,
  };
}
