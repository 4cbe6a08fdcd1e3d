import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { lazyImports } from "../bench/support/ours.ts";
import { v8Flags } from "../src/cli/v8_flags.ts";
import { parseFlags } from "../src/cli/parse_flags.ts";
import { startSimulator } from "../src/simulator/mod.ts";
import { pluginSource } from "./plugin_host/_support.ts";
import { expectSecretIn } from "./support/secret_watch.ts";
import { succeeds } from "./support/systems.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const read = (path: string) => Deno.readTextFile(join(root, path));

interface Instruction {
  readonly name: string;
  readonly text: string;
}

/** Lines of a Dockerfile, joined where they go on, without comments. */
function instructions(dockerfile: string): Instruction[] {
  const lines = dockerfile.split("\n").filter((line) => !/^\s*(#|$)/.test(line)).join("\n").replaceAll(
    /\\\n\s*/g,
    "",
  );
  return lines.split("\n").map((line) => {
    const [, name = "", text = ""] = /^(\w+)\s+(.*)$/.exec(line) ?? [];
    return { name: name.toUpperCase(), text };
  });
}

Deno.test("the Dockerfile keeps the rules of a careful image", async () => {
  const all = instructions(await read("Dockerfile"));
  const texts = (name: string) => all.filter((line) => line.name === name).map(({ text }) => text);
  const version = /deno_version=(\S+)/.exec(await read(".ci/run"))?.[1] ?? "?";
  assert.equal(texts("FROM").length, 2, "one stage builds, one runs");
  for (const image of texts("FROM")) {
    const tag = /^[\w/.-]+:([\w.-]+)/.exec(image)?.[1] ?? "";
    assert.ok(tag.endsWith(version) && tag !== "latest", `${image} is pinned to the Deno of CI`);
  }
  assert.deepEqual(texts("ADD"), [], "COPY says what it does");
  const last = all.map(({ name }) => name).lastIndexOf("FROM");
  const user = all.slice(last).find(({ name }) => name === "USER")?.text ?? "root";
  assert.match(user, /^[1-9]\d*:[1-9]\d*$/, "not root, and by number, which Kubernetes can check");
  assert.ok(!all.slice(last).some(({ name }) => name === "RUN"), "nothing is run as root in the final stage");
  for (const form of ["ENTRYPOINT", "CMD", "RUN"].flatMap(texts)) {
    assert.ok(Array.isArray(JSON.parse(form)), "exec form: signals reach the program");
  }
  assert.ok(
    !/SECRET|PASSWORD|TOKEN|ZOOM_CLIENT|ZOOM_ACCOUNT/.test(texts("ENV").concat(texts("ARG")).join(" ")),
  );
  assert.deepEqual(JSON.parse(texts("VOLUME")[0] ?? "[]"), ["/archive", "/config"]);
});

Deno.test("a new volume of the image is empty, and belongs to the user that the image runs as", async () => {
  const all = instructions(await read("Dockerfile"));
  const last = all.slice(all.map(({ name }) => name).lastIndexOf("FROM"));
  const user = last.find(({ name }) => name === "USER")?.text ?? "";
  const made = all.filter(({ name, text }) => name === "RUN" && text.includes('"mkdir"'))
    .flatMap(({ text }) => JSON.parse(text) as string[]);
  const volumeAt = last.findIndex(({ name }) => name === "VOLUME");
  for (const volume of JSON.parse(last[volumeAt]?.text ?? "[]") as string[]) {
    // What changes a folder after VOLUME is thrown away.
    const copy = last.slice(0, volumeAt).find(({ name, text }) =>
      name === "COPY" && text.endsWith(` ${volume}`)
    );
    const [from, owner, source = ""] = copy?.text.split(" ") ?? [];
    assert.deepEqual([from, owner], ["--from=build", `--chown=${user}`], volume);
    assert.ok(made.includes(source), `${source} is made, and nothing put into it`);
  }
});

Deno.test("what the Dockerfile copies is there, and .dockerignore lets nothing else in", async () => {
  const copied = instructions(await read("Dockerfile")).filter(({ name, text }) =>
    name === "COPY" && !text.startsWith("--")
  )
    .flatMap(({ text }) => text.split(/\s+/).slice(0, -1));
  for (const path of copied) assert.ok(await Deno.stat(join(root, path)), path);
  const ignore = (await read(".dockerignore")).split("\n").filter((line) =>
    line !== "" && !line.startsWith("#")
  );
  assert.equal(ignore[0], "*");
  assert.deepEqual(ignore.slice(1).map((line) => line.replace(/^!/, "")).sort(), [...copied].sort());
});

Deno.test("the image's command, run outside of an image, fetches everything and lets a dropped-in plugin take part", async () => {
  const base = await Deno.realPath(await Deno.makeTempDir({ prefix: "zoom-extract-image-" }));
  try {
    const all = instructions(await read("Dockerfile"));
    const [, ...bundle] = JSON.parse(all.find(({ name }) => name === "RUN")?.text ?? "[]") as string[];
    const place = (arg: string) =>
      arg.replaceAll(/(^|[=,])\/(archive|config|app|src\/out)\b/g, `$1${base}/$2`);
    const built = await new Deno.Command(Deno.execPath(), { args: bundle.map(place), cwd: root }).output();
    assert.ok(built.success, new TextDecoder().decode(built.stderr));
    await Deno.mkdir(join(base, "app"));
    const program = join(base, "app", "zoom-extract.js");
    await Deno.rename(join(base, "src", "out", "zoom-extract.js"), program);
    // The simulated account is part of the program, its made-up credentials included.
    expectSecretIn(program);
    for (const dir of ["archive", "config/plugins"]) await Deno.mkdir(join(base, dir), { recursive: true });
    await Deno.writeTextFile(
      join(base, "config", "plugins", "no_chats.ts"),
      pluginSource("no-chats", '{ filters: { type: ({ file }: any) => file.fileType !== "CHAT" } }'),
    );
    await using zoom = await startSimulator({ users: 1, months: 1 });
    const [, ...entry] = JSON.parse(all.find(({ name }) => name === "ENTRYPOINT")?.text ?? "[]") as string[];
    const args = entry.map(place).map((arg) =>
      arg.startsWith("--allow-net=") ? "--allow-net=127.0.0.1" : arg
    );
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [...args, "--json", "--min-free-space", "0"],
      cwd: join(base, "config"),
      clearEnv: true,
      env: { ...zoom.env, ZOOM_OUTDIR: join(base, "archive"), DENO_DIR: join(base, "deno") },
      stdin: "null",
    }).output();
    assert.equal(code, 0, new TextDecoder().decode(stderr));
    const wanted = zoom.truth().filter(({ fileType }) => fileType !== "CHAT").length;
    assert.equal(JSON.parse(new TextDecoder().decode(stdout)).files.downloaded, wanted);
  } finally {
    await Deno.remove(base, { recursive: true });
  }
});

const hasSystemd = await succeeds("systemd-analyze", "--version");

Deno.test("systemd finds nothing wrong with the service and the timer", {
  // .ci/run installs the tool, and lets nothing be ignored.
  ignore: !hasSystemd,
}, async () => {
  const dir = await Deno.makeTempDir({ prefix: "zoom-extract-units-" });
  try {
    const program = join(dir, "zoom-extract");
    await Deno.writeTextFile(program, "#!/bin/sh\n", { mode: 0o755 });
    const paths: string[] = [];
    for (const name of ["zoom-extract.service", "zoom-extract.timer"]) {
      const text = await read(`packaging/systemd/${name}`);
      paths.push(join(dir, name));
      await Deno.writeTextFile(join(dir, name), text.replace("/usr/local/bin/zoom-extract", program));
    }
    const verify = new Deno.Command("systemd-analyze", {
      args: ["verify", "--recursive-errors=no", ...paths],
    });
    const { success, stderr } = await verify.output();
    const text = new TextDecoder().decode(stderr);
    assert.ok(success, text);
    assert.doesNotMatch(text, /zoom-extract/, text);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});

Deno.test("the cron line is five times and a command that the program understands", async () => {
  const lines = (await read("packaging/cron/zoom-extract.cron")).split("\n")
    .filter((line) => line !== "" && !line.startsWith("#") && !/^\w+=/.test(line));
  assert.equal(lines.length, 1);
  const [, times = "", command = ""] = /^((?:\S+\s+){5})(.*)$/.exec(lines[0] ?? "") ?? [];
  const ranges = [[0, 59], [0, 23], [1, 31], [1, 12], [0, 7]];
  times.trim().split(/\s+/).forEach((time, i) => {
    const [min = 0, max = 0] = ranges[i] ?? [];
    assert.ok(time === "*" || (Number(time) >= min && Number(time) <= max), time);
  });
  assert.ok(!command.includes("%"), "cron ends a command at %");
  const [, args = ""] = / && \/usr\/local\/bin\/zoom-extract (.*)$/.exec(command) ?? [];
  const { values } = parseFlags("extract", args.split(" "));
  assert.ok(values.has("output-dir"));
  assert.equal(values.get("log-level"), "WARNING", "a mail only where something went wrong");
  assert.ok(!values.has("log-file"), "nothing that grows for ever");
});

Deno.test("the launchd list and the service start the program with flags that it knows", async () => {
  const plist = await read("packaging/launchd/zoom-extract.plist");
  const program = /<key>ProgramArguments<\/key>\s*<array>([\s\S]*?)<\/array>/.exec(plist)?.[1] ?? "";
  const [path, ...args] = [...program.matchAll(/<string>(.*?)<\/string>/g)].map((match) => match[1] ?? "");
  assert.equal(path, "/usr/local/bin/zoom-extract");
  assert.ok(parseFlags("extract", args).values.has("output-dir"));
  // The folder that the guide makes.
  const folder = /<key>WorkingDirectory<\/key><string>\/Users\/you\/(.*?)<\/string>/.exec(plist)?.[1];
  assert.ok((await read("docs/getting-started.md")).includes(`\ncd ~/${folder}\n`), folder);
  const opened = [...plist.matchAll(/<(\w+)[ >]/g)].length;
  assert.equal(opened, [...plist.matchAll(/<\/(\w+)>/g)].length, "as many tags are closed as opened");
  const service = await read("packaging/systemd/zoom-extract.service");
  const start = /^ExecStart=\S+ (.*)$/m.exec(service)?.[1]?.split(" ") ?? [];
  assert.ok(parseFlags("extract", start).values.has("output-dir"));
  assert.ok(dirname(path) === "/usr/local/bin" && service.includes(`ExecStart=${path} `));
});

Deno.test("binaries, image, action, the installed command and the printed line start V8 in the same way", async () => {
  for (const path of ["Dockerfile", "action.yml", "docs/getting-started.md", "docs/permissions.md"]) {
    const given = /--max-semi-space-size=[^\s"'\\]*/.exec(await read(path))?.[0];
    assert.equal(`--v8-flags=${given}`, v8Flags, path);
  }
});

Deno.test("the bench measures the program as Getting started installs it", async () => {
  const line = /^ {2}printf '.*main\.ts.*$/m.exec(await read("docs/getting-started.md"))?.[0] ?? "";
  assert.ok(
    line.includes(`\\n${lazyImports}=1 exec "%s" run -A --no-prompt --quiet ${v8Flags} `),
    line,
  );
});
