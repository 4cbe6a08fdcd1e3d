import assert from "node:assert/strict";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { type Simulator, startSimulator } from "../../src/simulator/mod.ts";
import { pluginSource } from "../plugin_host/_support.ts";
import { ArchiveUnderTest } from "../support/archive_under_test.ts";
import { inFolder, printedLine, rightsOf, runLine } from "../support/printed_line.ts";
import { runProgram } from "../support/program.ts";
import { expectSecretIn } from "../support/secret_watch.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const flags = ["--min-free-space", "0", "--no-progress"];

Deno.test("the printed line is enough for the whole job, and nothing else is touched", async () => {
  await inFolder(async (cwd, zoom) => {
    await Deno.writeTextFile(join(cwd, ".env"), "ZOOM_LOG_LEVEL=WARNING\n", { mode: 0o600 });
    await Deno.writeTextFile(join(cwd, "run.json"), '{"types": ["MP4", "CHAT"]}', { mode: 0o600 });
    const args = [...flags, "--output-dir", "archive", "--log-file", "run.jsonl", "--config", "run.json"];
    const { command } = await printedLine(args, { cwd, zoom });
    const audit = join(cwd, "audit.jsonl");
    // The runtime's own log names every address in full.
    expectSecretIn(audit);
    const { code, stderr } = await runLine(command, { cwd, zoom, env: { DENO_AUDIT_PERMISSIONS: audit } });
    assert.equal(code, 0, stderr);
    assert.ok(zoom.count("/rec/*") > 0);
    const touched = (await Deno.readTextFile(audit)).trimEnd().split("\n").map((line) => JSON.parse(line));
    assert.ok(touched.length > 50, `only ${touched.length} accesses in the log`);
    const paths: Record<string, readonly string[]> = {
      read: ["archive", ".env", "run.json", "run.jsonl", "plugins"],
      write: ["archive", "run.jsonl"],
    };
    const strange = touched.filter(({ permission, value }) => {
      const own = paths[permission];
      if (own) return !own.some((name) => `${resolve(cwd, value)}/`.startsWith(`${join(cwd, name)}/`));
      if (permission === "net") return !/^(http:\/\/)?127\.0\.0\.1[:/]/.test(value);
      if (permission === "sys") return value !== "statfs";
      return permission !== "env" ||
        !/^(ZOOM_|MAX_CONCURRENT|DOWNLOAD_TIMEOUT|CHUNK_SIZE|NO_COLOR|FORCE_COLOR|TERM$)/.test(value);
    });
    assert.deepEqual(
      strange.filter(({ permission, value }) => permission !== "write" || !readsOnly(value)),
      [],
    );
  });
});

/** The runtime notes a look at a file as both. */
function readsOnly(value: string): boolean {
  return [".env", "run.json", "plugins"].includes(value);
}

Deno.test("each right of the printed line is needed: without it the run ends at once and names the flag", async (t) => {
  await inFolder(async (cwd, zoom) => {
    await Deno.writeTextFile(join(cwd, "run.json"), "{}", { mode: 0o600 });
    await Deno.mkdir(join(cwd, "plugins"));
    const filter = "{ filters: { all: () => true } }";
    const head = `import { definePlugin } from "zoom-extract"; void definePlugin;`;
    await Deno.writeTextFile(join(cwd, "plugins", "all.ts"), pluginSource("all", filter, { head }));
    const args = [...flags, "--output-dir", "archive", "--log-file", "run.jsonl", "--config", "run.json"];
    const { command } = await printedLine(args, { cwd, zoom, permissions: ["-A"] });
    const rights = rightsOf(command)
      // Plugins are looked at when the archive is open already: last, so that the others leave nothing behind.
      .sort((a, b) => Number(isOfLibrary(a.value)) - Number(isOfLibrary(b.value)));
    assert.ok(rights.length >= 13, `only ${rights.length} rights`);
    for (const { name, value, lineWithout } of rights) {
      await t.step(`${name}=${value}`, async () => {
        const { code, stderr } = await runLine(lineWithout, { cwd, zoom, env: { NO_COLOR: "1" } });
        const text = stderr.trimEnd();
        const isCode = isOfLibrary(value);
        assert.equal(code, isCode ? 7 : 2, text);
        const named = RegExp.escape(value.replace(/\/$/, ""));
        assert.match(text, new RegExp(`add[^\\n]* ${name}=([^ ]*,)?([^ ,]*/)?${named}`), text);
        if (isCode) return;
        assert.equal(text.split("\n").length, 1, text);
        const made = (await Array.fromAsync(Deno.readDir(cwd), (entry) => entry.name)).sort();
        assert.deepEqual(made, ["plugins", "run.json"]);
      });
    }
  });
});

/** What a plugin that imports more than types from the library loads from it. */
function isOfLibrary(value: string): boolean {
  return /[\\/](mod\.ts|src[\\/]?)$/.test(value);
}

/** What is left of the rights after a run, asked of the runtime by a program that runs it. */
async function rightsAfter(
  allow: readonly string[],
  { args, queries, cwd, zoom }: {
    args: readonly string[];
    queries: readonly Deno.PermissionDescriptor[];
    cwd: string;
    zoom: Simulator;
  },
): Promise<{ code: number; states: string[]; stderr: string }> {
  const probe = join(cwd, "probe.ts");
  await Deno.writeTextFile(
    probe,
    `import { main } from ${JSON.stringify(new URL("../../src/cli/mod.ts", import.meta.url).href)};
const code = await main(${JSON.stringify(args)});
const states = ${JSON.stringify(queries)}.map((query) => Deno.permissions.querySync(query).state);
console.log(JSON.stringify({ code, states }));`,
  );
  const output = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-prompt", "--config", join(root, "deno.json"), ...allow, probe],
    cwd,
    env: zoom.env,
    stdin: "null",
  }).output();
  const stderr = new TextDecoder().decode(output.stderr);
  assert.equal(output.code, 0, stderr);
  return {
    ...JSON.parse(new TextDecoder().decode(output.stdout).trimEnd().split("\n").at(-1) ?? ""),
    stderr,
  };
}

const afterwards: readonly Deno.PermissionDescriptor[] = [
  { name: "read", path: ".env" },
  { name: "read", path: "run.json" },
  { name: "env", variable: "ZOOM_CLIENT_SECRET" },
  { name: "env" },
  { name: "run", command: "ls" },
  { name: "write", path: "archive" },
];

Deno.test("after the start the program has given up .env, the configuration file, variables and programs", async () => {
  await inFolder(async (cwd, zoom) => {
    await Deno.writeTextFile(join(cwd, "run.json"), "{}", { mode: 0o600 });
    const args = [...flags, "--output-dir", "archive", "--config", "run.json"];
    const { allow } = await printedLine(args, { cwd, zoom });
    const found = await rightsAfter([...allow, "--allow-run=ls"], { args, queries: afterwards, cwd, zoom });
    assert.equal(found.code, 0, found.stderr);
    assert.deepEqual(found.states, ["prompt", "prompt", "prompt", "prompt", "prompt", "granted"]);
  });
});

Deno.test("with all rights, those to variables and programs still go; a single file cannot be taken out", async () => {
  await inFolder(async (cwd, zoom) => {
    const args = [...flags, "--output-dir", "archive"];
    const found = await rightsAfter(["-A"], { args, queries: afterwards, cwd, zoom });
    assert.equal(found.code, 0, found.stderr);
    assert.deepEqual(found.states, ["granted", "granted", "prompt", "prompt", "prompt", "granted"]);
  });
});

Deno.test("a dropped-in plugin gets what it declares, though the program gives up the rest", async () => {
  await inFolder(async (cwd, zoom) => {
    await Deno.mkdir(join(cwd, "plugins"));
    const body = `{ hooks: { afterTransfer: async () => {
      const out = await new Deno.Command("true").output();
      await Deno.writeTextFile(context.dataDir + "/seen", out.code + " " + Deno.env.get("SEEN_BY_PLUGIN") + "\\n");
    } } }`;
    const permissions = '{ run: ["true"], env: ["SEEN_BY_PLUGIN"], write: ["$PLUGIN_DATA"] }';
    await Deno.writeTextFile(join(cwd, "plugins", "seer.ts"), pluginSource("seer", body, { permissions }));
    const args = [...flags, "--output-dir", "archive", "--grant", "seer"];
    const { command, allow } = await printedLine(args, { cwd, zoom, permissions: ["-A"] });
    assert.ok(allow.includes("--allow-run=true"), allow.join(" "));
    const { code, stderr } = await runLine(command, { cwd, zoom, env: { SEEN_BY_PLUGIN: "yes" } });
    assert.equal(code, 0, stderr);
    const seen = await Deno.readTextFile(join(cwd, "archive", "_metadata", "plugins", "seer", "seen"));
    assert.equal(seen, "0 yes\n");
  });
});

Deno.test("a bundled plugin still runs its program after the start", async () => {
  await inFolder(async (cwd, zoom) => {
    const plugin = ["--plugin", "exec", "--plugin-option", "exec.program=touch"];
    const option = ["--plugin-option", 'exec.args=["{output_dir}/touched"]'];
    const args = [...flags, "--output-dir", "archive", ...plugin, ...option];
    const { command, allow } = await printedLine(args, { cwd, zoom });
    assert.ok(allow.includes("--allow-run=touch"), allow.join(" "));
    const { code, stderr } = await runLine(command, { cwd, zoom });
    assert.equal(code, 0, stderr);
    assert.ok((await Deno.stat(join(cwd, "archive", "touched"))).isFile, stderr);
  });
});

Deno.test("a bundled plugin that needs a program of its own runs it with the printed line", async () => {
  await inFolder(async (cwd, zoom) => {
    await Deno.mkdir(join(cwd, "bin"));
    await Deno.writeTextFile(join(cwd, "bin", "rclone"), '#!/bin/sh\necho "$1 $HOME" >> copied\n', {
      mode: 0o755,
    });
    const plugin = ["--plugin", "rclone", "--plugin-option", "rclone.remote=far:zoom"];
    const args = [...flags, "--output-dir", "archive", ...plugin];
    const { command } = await printedLine(args, { cwd, zoom });
    const env = { PATH: `${join(cwd, "bin")}:${Deno.env.get("PATH")}` };
    const { code, stderr } = await runLine(command, { cwd, zoom, env });
    assert.equal(code, 0, stderr);
    const home = RegExp.escape(Deno.env.get("HOME") ?? "");
    const calls = await Deno.readTextFile(join(cwd, "copied"));
    assert.match(calls, new RegExp(`^copyto ${home}$[^]*^check ${home}$`, "m"));
  });
});

Deno.test("the printed line runs rclone with a remote that is configured by variables, and shows it no others", async () => {
  await inFolder(async (cwd, zoom) => {
    await Deno.mkdir(join(cwd, "bin"));
    const script = `#!/bin/sh
      [ "$1" = help ] && printf '      --crypt-remote string  Where\\n  -x, --s3-access-key-id string  Key\\n' && exit
      env | grep -v '^PWD=' | sort > "seen-$1"\n`;
    await Deno.writeTextFile(join(cwd, "bin", "rclone"), script, { mode: 0o755 });
    const plugin = ["--plugin", "rclone", "--plugin-option", "rclone.remote=safe:zoom"];
    const args = [...flags, "--output-dir", "archive", ...plugin];
    const settings = {
      RCLONE_CONFIG_SAFE_TYPE: "crypt",
      RCLONE_CONFIG_SAFE_REMOTE: "bucket_2:zoom",
      RCLONE_CONFIG_BUCKET_2_TYPE: "s3",
      RCLONE_CONFIG_BUCKET_2_ACCESS_KEY_ID: "an-id",
      RCLONE_S3_ACCESS_KEY_ID: "another",
      RCLONE_CONFIG_PASS: "a word",
    };
    const path = `${join(cwd, "bin")}:${Deno.env.get("PATH")}`;
    const env = { ...settings, PATH: path, GITHUB_TOKEN: "of somebody else" };
    const { command, allow } = await printedLine(args, { cwd, zoom, env });
    assert.ok(allow.some((flag) => /^--allow-env=.*,RCLONE_\*/.test(flag)), allow.join(" "));
    const { code, stderr } = await runLine(command, { cwd, zoom, env });
    assert.equal(code, 0, stderr);
    for (const verb of ["copyto", "check"]) {
      const seen = (await Deno.readTextFile(join(cwd, `seen-${verb}`))).trimEnd().split("\n");
      const theirs = seen.filter((line) => !/^(PATH|HOME|LANG|LC_ALL|TZ|TMPDIR|_|SHLVL|OLDPWD)=/.test(line));
      const wanted = Object.entries(settings).map(([name, value]) => `${name}=${value}`);
      assert.deepEqual(theirs.sort(), wanted.sort());
    }
  });
});

Deno.test("list and a dry run leave an archive as it is, with the rights that are printed for them", async () => {
  await inFolder(async (cwd, zoom) => {
    const archive = ["--output-dir", "archive"];
    const first = await printedLine([...flags, ...archive], { cwd, zoom });
    assert.equal((await runLine(first.command, { cwd, zoom })).code, 0);
    const logs = async () =>
      (await Array.fromAsync(Deno.readDir(join(cwd, "archive", "_logs")), (e) => e.name)).sort();
    const before = await logs();
    for (const args of [["list", ...archive], [...flags, ...archive, "--dry-run"]]) {
      const { command, allow } = await printedLine(args, { cwd, zoom });
      assert.ok(!allow.some((flag) => /--allow-write=.*archive(,|$)/.test(flag)), allow.join(" "));
      const { code, stderr } = await runLine(command, { cwd, zoom });
      assert.equal(code, 0, stderr);
      assert.deepEqual(await logs(), before);
      if (args[0] !== "list") assert.match(stderr, /free|fits|left on/i);
    }
  });
});

/** Starts a printed line as cron does, in another folder and with a `PATH` that leads nowhere; it has to end well. */
async function startAsScheduler(line: string, zoom: Simulator): Promise<void> {
  const keep = ["HOME", "DENO_DIR"].flatMap((name) => Deno.env.has(name) ? [[name, Deno.env.get(name)]] : []);
  const { code, stderr } = await new Deno.Command("/bin/sh", {
    args: ["-c", line],
    cwd: "/",
    clearEnv: true,
    env: { ...Object.fromEntries(keep), ...zoom.env, PATH: "/nowhere" },
    stdin: "null",
  }).output();
  assert.equal(code, 0, `${line}${new TextDecoder().decode(stderr)}`);
}

Deno.test("permissions --anywhere prints a line that a scheduler may start from any folder", {
  ignore: Deno.build.os === "windows",
}, async () => {
  await inFolder(async (cwd, zoom) => {
    const folder = join(cwd, "my recordings");
    await Deno.mkdir(folder);
    const args = ["permissions", "--anywhere", ...flags, "--output-dir", "archive"];
    const { stdout } = await runProgram(args, { cwd: folder, zoom, permissions: ["-E", "-R"] });
    await startAsScheduler(stdout, zoom);
    assert.ok((await Deno.stat(join(folder, "archive", "_logs", "inventory.db"))).isFile);
    const printed = await runProgram([...args, "--json"], { cwd: folder, zoom, permissions: ["-E", "-R"] });
    const { cwd: place, command } = JSON.parse(printed.stdout);
    assert.deepEqual([place, command[0]], [folder, Deno.execPath()]);
    assert.ok(!command.includes("--anywhere"));
  });
});

Deno.test("permissions --anywhere brings PATH along where a plugin starts a program, and only there", {
  ignore: Deno.build.os === "windows",
}, async () => {
  await inFolder(async (cwd, zoom) => {
    const bin = join(cwd, "50% of my tools");
    await Deno.mkdir(bin);
    await Deno.writeTextFile(join(bin, "rclone"), "#!/bin/sh\necho >> called\n", { mode: 0o755 });
    const plain = ["permissions", "--anywhere", ...flags, "--output-dir", "archive"];
    const plugin = ["--plugin", "rclone", "--plugin-option", "rclone.remote=far:zoom"];
    const path = `${bin}:${Deno.env.get("PATH")}`;
    const options = { cwd, zoom, permissions: ["-E", "-R"], env: { PATH: path } };
    const { stdout } = await runProgram([...plain, ...plugin], options);
    await startAsScheduler(stdout, zoom);
    assert.ok((await Deno.stat(join(cwd, "called"))).isFile);
    const asData = await runProgram([...plain, ...plugin, "--json"], options);
    assert.equal(JSON.parse(asData.stdout).path, path);
    assert.doesNotMatch((await runProgram(plain, options)).stdout, /PATH=/);
  });
});

Deno.test("without any right the line is printed all the same, and says what was not looked at", async () => {
  await inFolder(async (cwd, zoom) => {
    const { command, missing, unseen } = await printedLine([], { cwd, zoom, permissions: [] });
    assert.ok(command.includes("--allow-net=*.zoom.us"), command.join(" "));
    assert.ok(missing.includes("--allow-sys=statfs"));
    assert.ok(unseen.includes(".env") && unseen.includes("ZOOM_API_URL"));
  });
});

Deno.test("no secret of a plugin comes back in the printed line", async () => {
  await inFolder(async (cwd, zoom) => {
    const url = "https://hooks.example.com/T0KEN-in-the-path";
    const args = [
      "--plugin",
      "notify",
      "--plugin-option",
      `notify.url=${url}`,
      "--plugin-option",
      "notify.token=abc123xyz",
    ];
    const { command } = await printedLine(args, { cwd, zoom });
    assert.ok(command.some((arg) => /^--allow-net=.*hooks\.example\.com/.test(arg)), command.join(" "));
    assert.ok(!command.join(" ").includes("T0KEN") && !command.join(" ").includes("abc123xyz"));
  });
});

Deno.test("a bundled plugin without the right to its program is refused before anything is fetched", async () => {
  await inFolder(async (cwd, zoom) => {
    const args = [...flags, "--output-dir", "archive"];
    const { command } = await printedLine(args, { cwd, zoom });
    const { code, stderr } = await runLine([...command, "--plugin", "transcode"], { cwd, zoom });
    assert.equal(code, 7, stderr);
    assert.match(stderr, /--allow-run=ffmpeg,ffprobe/);
    assert.equal(zoom.count("/rec/*"), 0);
  });
});

Deno.test("a permission set of deno.json runs what it is for", async (t) => {
  const { permissions, test } = JSON.parse(await Deno.readTextFile(join(root, "deno.json")));
  await t.step("no set is forced on deno test, which would refuse to start without -P", () => {
    assert.equal(test.permissions, undefined);
    assert.deepEqual(Object.keys(permissions), ["default", "simulate", "demo", "test", "compile"]);
  });
  const run = async (set: string, args: readonly string[], env: Readonly<Record<string, string>> = {}) => {
    const { code, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-q", `-P${set}`, "--no-prompt", join(root, "main.ts"), ...args],
      cwd: root,
      env,
      stdin: "null",
    }).output();
    return { code, stderr: new TextDecoder().decode(stderr) };
  };
  await using zoom = await startSimulator({ users: 1, months: 1 });
  await t.step("the default one reaches Zoom's domains and no other host", async () => {
    const refused = await run("", ["--dry-run"], zoom.env);
    assert.equal(refused.code, 2, refused.stderr);
    assert.match(refused.stderr, /--allow-net=127\.0\.0\.1/);
  });
  await t.step("simulate reaches this machine and nothing else", async () => {
    const done = await run("=simulate", ["--dry-run", "--min-free-space", "0"], zoom.env);
    assert.equal(done.code, 0, done.stderr);
    const far = {
      ...zoom.env,
      ZOOM_API_URL: "https://api.zoom.us/v2",
      ZOOM_OAUTH_URL: "https://zoom.us/oauth/token",
    };
    const refused = await run("=simulate", ["--dry-run"], far);
    assert.equal(refused.code, 2, refused.stderr);
  });
});

Deno.test("where -P has too little, the refusal names the flags and the line that works in its place", async () => {
  await inFolder(async (cwd, zoom) => {
    const asked = ["-o", join(cwd, "archive"), ...flags];
    const start = async (args: readonly string[]) => {
      const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
        args: ["run", "-q", "-P=simulate", "--no-prompt", "main.ts", ...args],
        cwd: root,
        env: zoom.env,
        stdin: "null",
      }).output();
      return { code, stdout: new TextDecoder().decode(stdout), stderr: new TextDecoder().decode(stderr) };
    };
    const refused = await start(asked);
    assert.equal(refused.code, 2, refused.stderr);
    assert.match(refused.stderr, /\(add --allow-read=\S*archive --allow-write=\S*archive; [^\n]*\)\n$/);
    const [, words = ""] =
      /with -P [^\n]* run what zoom-extract (permissions \w+) … prints/.exec(refused.stderr) ??
        [];
    const printed = await start([...words.split(" "), "--json", ...asked]);
    const { command } = JSON.parse(printed.stdout);
    const { code, stderr } = await runLine(command, { cwd: root, zoom });
    assert.equal(code, 0, stderr);
    assert.ok(zoom.count("/rec/*") > 0);
  });
});

Deno.test("a symbolic link does not lead the program out of what it may read or write", {
  ignore: Deno.build.os === "windows",
}, async (t) => {
  await inFolder(async (cwd, zoom) => {
    const outside = join(cwd, "outside");
    await Deno.mkdir(outside);
    await Deno.mkdir(join(cwd, "inside"));
    await Deno.writeTextFile(join(outside, "conf.json"), "{}", { mode: 0o600 });
    await Deno.writeTextFile(join(outside, "env"), "ZOOM_LOG_LEVEL=DEBUG\n");
    await Deno.symlink(join(outside, "conf.json"), join(cwd, "inside", "conf.json"));
    await Deno.symlink(join(outside, "log"), join(cwd, "inside", "log"));
    await Deno.symlink(outside, join(cwd, "inside", "plugins"));
    await Deno.symlink(outside, join(cwd, "inside", "far"));
    const { allow } = await printedLine(flags, { cwd, zoom });
    const permissions = [
      ...allow.filter((flag) => !/--allow-(read|write)=/.test(flag)),
      "--allow-read=inside,archive,.env,plugins",
      "--allow-write=inside,archive",
    ];
    const cases: readonly (readonly [name: string, args: readonly string[]])[] = [
      ["log file", ["--log-file", "inside/log"]],
      ["log file below a link", ["--log-file", "inside/far/log"]],
      ["configuration", ["--config", "inside/conf.json"]],
      ["folder of plugins", ["--plugins-dir", "inside/plugins"]],
    ];
    for (const [name, args] of cases) {
      await t.step(`${name} behind a link is refused`, async () => {
        const all = [...flags, "--output-dir", "archive", ...args];
        const { code, stderr } = await runProgram(all, { cwd, zoom, permissions });
        assert.equal(code, 2, stderr);
        assert.match(stderr, /is a symbolic link to ".*outside.*", which is not allowed/);
      });
    }
    await t.step("an output directory that is a link is the person's own choice", async () => {
      await Deno.remove(join(cwd, "archive"), { recursive: true }).catch(() => {});
      await Deno.symlink(outside, join(cwd, "archive"));
      const args = [...flags, "--output-dir", "archive"];
      const refused = await runProgram(args, { cwd, zoom, permissions });
      assert.equal(refused.code, 2, refused.stderr);
      assert.match(refused.stderr, /no right to read ".*outside"/);
      const { command } = await printedLine(args, { cwd, zoom });
      const { code, stderr } = await runLine(command, { cwd, zoom });
      assert.equal(code, 0, stderr);
    });
    assert.equal(await Deno.stat(join(outside, "log")).catch(() => undefined), undefined);
  });
});

Deno.test("verify without --repair needs neither the network nor the right to change a recording", async () => {
  await using zoom = await startSimulator({ users: 1, months: 1 });
  await using archive = await ArchiveUnderTest.of(zoom);
  await archive.run();
  const permissions = [
    `--allow-read=${archive.dir}`,
    `--allow-write=${archive.dir}/_logs/inventory.db`,
    "--allow-env=ZOOM_*,MAX_CONCURRENT_DOWNLOADS,DOWNLOAD_TIMEOUT,CHUNK_SIZE",
  ];
  const args = ["verify", "-o", archive.dir];
  const { code, stderr } = await runProgram(args, { permissions, cwd: archive.dir });
  assert.equal(code, 0, stderr);
  const repair = await runProgram([...args, "--repair"], { permissions, cwd: archive.dir, zoom });
  assert.equal(repair.code, 2);
  assert.match(repair.stderr, /--allow-net=127\.0\.0\.1/);
});

Deno.test({
  name: "an archive in a folder of the system's own, as /dev/shm, works with all rights",
  ignore: Deno.build.os !== "linux",
  async fn() {
    await using zoom = await startSimulator({ users: 1, months: 1 });
    const dir = await Deno.makeTempDir({ dir: "/dev/shm", prefix: "zoom-extract-test-" });
    try {
      const { code, stderr } = await runProgram(["-o", join(dir, "archive"), "--min-free-space", "0"], {
        zoom,
      });
      assert.equal(code, 0, stderr);
    } finally {
      await Deno.remove(dir, { recursive: true });
    }
  },
});
