/**
 * `rclone`: copies every file to any place that rclone knows, and verifies the copy.
 *
 * ```sh
 * zoom-extract --plugin rclone --plugin-option rclone.remote=drive:Zoom
 * ```
 *
 * ```json
 * { "plugins": { "rclone": { "remote": "s3:my-bucket/zoom", "flags": ["--s3-storage-class", "STANDARD_IA"] } } }
 * ```
 *
 * Make the remote once with `rclone config`: Google Drive is `drive` (`drive:Zoom`), S3 and everything like it `s3`
 * (`s3:bucket/folder`), SharePoint and OneDrive `onedrive` (choose the site's library; `onedrive:Zoom`). On a machine without a
 * browser, a file named by `config` does the same, or `RCLONE_CONFIG_…` variables, which only a program that may see all
 * variables (`--allow-env`) passes on. The tree is that of the archive.
 *
 * A file counts as copied when `rclone check` has compared it with the original, by digest where the remote has one. The original
 * stays. A copy that fails is recorded, and the next run tries it again.
 *
 * @module
 */
import { definePlugin, type HookCall, type StoredFile } from "zoom-extract";
import { isProgram, lastWords, plainVariables, runProgram } from "./_program.ts";

export default definePlugin({
  apiVersion: 1,
  name: "rclone",
  version: "1.0.0",
  description: "Copies files to any rclone remote and verifies them.",
  kinds: ["hook"],
  options: {
    remote: { type: "string", required: true, help: "Where to, as rclone writes it: name:path." },
    config: { type: "path", help: "rclone's configuration file; its own default when absent." },
    bwlimit: { type: "string", help: "Bandwidth as rclone takes it, such as 10M." },
    flags: { type: "list", default: [], help: "More arguments for rclone, one each." },
    verify: { type: "boolean", default: true, help: "Compare each copy with the original." },
  },
  // Its configuration lies below HOME.
  permissions: { read: ["$OUTPUT"], run: ["rclone"], env: plainVariables },
  async setup({ options, outputDir }) {
    const { remote, config, bwlimit, flags, verify } = options;
    if (!/^[^-\s:][^:]*:|^:[a-z0-9]/.test(remote)) {
      throw new TypeError(`remote "${remote}" is none: it looks like name:path`);
    }
    if (await isProgram("rclone") === false) {
      throw new Error(
        'the program "rclone" is not installed: apt install rclone, brew install rclone, winget install rclone',
      );
    }
    const common = [
      ...(config === undefined ? [] : ["--config", config]),
      ...(bwlimit === undefined ? [] : ["--bwlimit", bwlimit]),
      ...flags,
    ];
    return {
      hooks: {
        async afterTransfer(stored, call) {
          const target = `${remote.replace(/\/+$/, "")}${
            /[:/]$/.test(remote) ? "" : "/"
          }${stored.relativePath}`;
          await rclone(["copyto", ...common, "--", stored.path, target], call);
          if (verify) await check(stored, { outputDir, remote, common, call });
        },
      },
    };
  },
});

/** Compares one file: both trees, with a filter that lets only it through. */
async function check(
  { relativePath }: StoredFile,
  { outputDir, remote, common, call }: {
    outputDir: string;
    remote: string;
    common: readonly string[];
    call: HookCall;
  },
): Promise<void> {
  const only = ["--one-way", "--include", `/${escapePattern(relativePath)}`];
  await rclone(["check", ...common, ...only, "--", outputDir, remote], call);
}

/** A path as an rclone pattern that matches it alone. */
function escapePattern(path: string): string {
  return path.replace(/[\\*?[\]{}]/g, "\\$&");
}

async function rclone(args: readonly string[], { signal }: HookCall): Promise<void> {
  const mayLook = Deno.permissions.querySync({ name: "env" }).state === "granted";
  const settings = mayLook ? Object.keys(Deno.env.toObject()).filter((name) => /^RCLONE_/.test(name)) : [];
  const { code, stderr } = await runProgram("rclone", args, {
    signal,
    variables: [...plainVariables, ...settings],
  });
  if (code !== 0) throw new Error(`rclone ${args[0]} ended with ${code}: ${lastWords(stderr)}`);
}
