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
 * browser, a file named by `config` does the same, or `RCLONE_CONFIG_…` variables: they are passed on. The tree is that of the
 * archive.
 *
 * A file counts as copied when `rclone check` has compared it with the original, by digest where the remote has one. The original
 * stays. A copy that fails is recorded, and the next run tries it again.
 *
 * @module
 */
import { definePlugin, type StoredFile } from "zoom-extract";
import { isProgram, lastWords, plainVariables, runProgram } from "./_program.ts";
import { rcloneVariables } from "./_rclone_variables.ts";

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
  // Its configuration lies below HOME, or in variables of its own.
  permissions: { read: ["$OUTPUT"], run: ["rclone"], env: [...plainVariables, "RCLONE_*"] },
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
    let settings: readonly string[] | undefined;
    return {
      hooks: {
        async afterTransfer(stored, call) {
          settings ??= await rcloneVariables(remote, call);
          const rclone = { settings, signal: call.signal };
          const target = `${remote.replace(/\/+$/, "")}${
            /[:/]$/.test(remote) ? "" : "/"
          }${stored.relativePath}`;
          await runRclone(["copyto", ...common, "--", stored.path, target], rclone);
          if (verify) await check(stored, { outputDir, remote, common, rclone });
        },
      },
    };
  },
});

/** Compares one file: both trees, with a filter that lets only it through. */
async function check(
  { relativePath }: StoredFile,
  { outputDir, remote, common, rclone }: {
    outputDir: string;
    remote: string;
    common: readonly string[];
    rclone: RcloneCall;
  },
): Promise<void> {
  const only = ["--one-way", "--include", `/${escapePattern(relativePath)}`];
  await runRclone(["check", ...common, ...only, "--", outputDir, remote], rclone);
}

/** A path as an rclone pattern that matches it alone. */
function escapePattern(path: string): string {
  return path.replace(/[\\*?[\]{}]/g, "\\$&");
}

/** What each call of rclone has. */
interface RcloneCall {
  /** Names of the variables that hold its settings. */
  readonly settings: readonly string[];
  readonly signal: AbortSignal;
}

async function runRclone(args: readonly string[], { settings, signal }: RcloneCall): Promise<void> {
  const variables = [...plainVariables, ...settings];
  const { code, stderr } = await runProgram("rclone", args, { signal, variables });
  if (code === 0) return;
  const words = lastWords(stderr);
  throw new Error(`rclone ${args[0]} ended with ${code}: ${words}${remoteHint(words, settings)}`);
}

/** What rclone saw of its settings, where it does not know the remote. */
function remoteHint(words: string, settings: readonly string[]): string {
  if (!/didn't find section in config file/.test(words)) return "";
  const seen = settings.length === 0 ? "no RCLONE_ variable" : settings.join(", ");
  const without = "RCLONE_ variables are not passed on without --allow-env=RCLONE_*";
  return ` (rclone saw ${seen}: ${without}; or name a file with rclone.config)`;
}
