import assert from "node:assert/strict";
import { join } from "node:path";
import { parseEnv } from "node:util";
import { fileURLToPath } from "node:url";
import { type Simulator, startSimulator } from "../../src/simulator/mod.ts";

const mainPath = fileURLToPath(new URL("../../main.ts", import.meta.url));

/** `init` at a pseudo-terminal, made by util-linux's `script`: what is shown is what a person sees, echo included. */
class Terminal implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #done: Promise<void>;
  #wake = () => {};
  shown = "";

  constructor(zoom: Simulator, cwd: string) {
    // The shell says how the terminal is set before and afterwards.
    const program =
      `stty -a | grep -o -- '-\\?echo '; "${Deno.execPath()}" run -A --quiet "${mainPath}" init; ` +
      `echo "ended with $?"; stty -a | grep -o -- '-\\?echo '`;
    this.#child = new Deno.Command("script", {
      args: ["-q", "-c", program, "/dev/null"],
      cwd,
      env: {
        ZOOM_API_URL: zoom.apiUrl,
        ZOOM_OAUTH_URL: zoom.oauthUrl,
        NO_COLOR: "1",
        LANG: "C.UTF-8",
        SHELL: "/bin/sh",
      },
      stdin: "piped",
      stdout: "piped",
      stderr: "null",
    }).spawn();
    this.#writer = this.#child.stdin.getWriter();
    this.#done = this.#read();
  }

  async #read(): Promise<void> {
    const decoder = new TextDecoder();
    for await (const chunk of this.#child.stdout) {
      this.shown += decoder.decode(chunk, { stream: true });
      this.#wake();
    }
    this.#wake();
  }

  /** Types once `prompt` is shown, beyond what was there when it was last used. */
  async answer(prompt: string, keys: string): Promise<void> {
    let isOver = false;
    void this.#done.then(() => isOver = true);
    while (!this.shown.includes(prompt)) {
      assert.ok(!isOver, `"${prompt}" was never asked:\n${this.shown}`);
      await new Promise<void>((resolve) => this.#wake = resolve);
    }
    await this.#writer.write(new TextEncoder().encode(keys));
  }

  async end(): Promise<string> {
    await this.#done;
    await this.#child.status;
    return this.shown;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#writer.close().catch(() => {});
    await this.#done;
    await this.#child.status;
  }
}

const options = { ignore: Deno.build.os !== "linux" };

Deno.test(
  "init at a real terminal shows nothing of the secret and gives the echo back",
  options,
  async () => {
    await using zoom = await startSimulator({ users: 1, months: 1 });
    const cwd = await Deno.makeTempDir({ prefix: "zoom-extract-tty-" });
    try {
      const { accountId, clientId, clientSecret } = zoom.credentials;
      await using terminal = new Terminal(zoom, cwd);
      await terminal.answer("Account ID:", `${accountId}\r`);
      await terminal.answer("Client ID:", `${clientId}\r`);
      await terminal.answer("Client secret (not shown):", `${clientSecret}\r`);
      await terminal.answer("Folder of the archive", "\r");
      await terminal.answer("First day", "\r");
      await terminal.answer("Write this?", "y\r");
      const shown = await terminal.end();
      assert.match(shown, /ended with 0/);
      assert.ok(shown.includes(accountId), "what is no secret is echoed");
      assert.ok(!shown.includes(clientSecret), "the secret was echoed");
      assert.deepEqual(shown.match(/-?echo(?= )/g), ["echo", "echo"]);
      assert.equal(parseEnv(await Deno.readTextFile(join(cwd, ".env")))["ZOOM_CLIENT_SECRET"], clientSecret);
    } finally {
      await Deno.remove(cwd, { recursive: true });
    }
  },
);

Deno.test("init at a real terminal ends with Ctrl-C in the middle of the secret", options, async () => {
  await using zoom = await startSimulator({ users: 1, months: 1 });
  const cwd = await Deno.makeTempDir({ prefix: "zoom-extract-tty-" });
  try {
    await using terminal = new Terminal(zoom, cwd);
    await terminal.answer("Account ID:", "a\r");
    await terminal.answer("Client ID:", "c\r");
    await terminal.answer("Client secret (not shown):", "half-a-secret\x03");
    const shown = await terminal.end();
    assert.match(shown, /Interrupted: nothing was written\s+ended with 130/);
    assert.ok(!shown.includes("half-a-secret"));
    assert.deepEqual(shown.match(/-?echo(?= )/g), ["echo", "echo"]);
    assert.deepEqual(await Array.fromAsync(Deno.readDir(cwd)), []);
    assert.deepEqual(zoom.requests, []);
  } finally {
    await Deno.remove(cwd, { recursive: true });
  }
});
