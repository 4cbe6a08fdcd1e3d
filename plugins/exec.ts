/**
 * `exec`: runs a program for each file, or once after the run, with arguments made from fields.
 *
 * ```sh
 * zoom-extract --plugin exec --plugin-option exec.program=/usr/local/bin/index-video \
 *   --plugin-option 'exec.args=["--title={topic}","--","{path}"]' --plugin-option exec.types=MP4
 * ```
 *
 * ```json
 * { "plugins": { "exec": { "program": "mail-ops", "args": ["{topic}", "{error}"], "on": "onFailure" } } }
 * ```
 *
 * There is no shell. Each argument of `args` stays one argument, whatever its fields hold: spaces, quotes, `; rm -rf`,
 * `$(…)` and line breaks arrive as they are. Three things to know:
 *
 * - A topic may begin with `-`. Write `--title={topic}`, or put `--` before it, so that the program does not take it for
 *   an option of its own.
 * - No system can pass a NUL character: it arrives as U+FFFD (`�`).
 * - A program that gives its arguments to a shell (`sh -c`, `ssh host`) brings back what this plugin avoids.
 *
 * `{{` and `}}` stand for braces. A program that ends with anything but 0 is an error, which is recorded with the last
 * lines of its standard error, and the next run calls it again for that file. It may be called more than once for a file.
 *
 * @module
 */
import {
  type Candidate,
  definePlugin,
  type FileHook,
  type HookCall,
  type Hooks,
  type PluginContext,
  type RunSummary,
  type StoredFile,
} from "zoom-extract";
import { isProgram, lastWords, plainVariables, runProgram } from "./_program.ts";

/** What an argument may be made from. */
export type Fields = Readonly<Record<string, string>>;

type Moment = FileHook | "afterRun";

const moments = ["afterTransfer", "onSkip", "onFailure", "afterRun"] as const;

/** Fields of every file. */
const fileFields = [
  "user_email",
  "user_id",
  "user_name",
  "host_email",
  "meeting_uuid",
  "meeting_id",
  "topic",
  "start",
  "timezone",
  "duration_minutes",
  "file_key",
  "file_id",
  "file_type",
  "recording_type",
  "ext",
  "recording_start",
  "recording_end",
] as const;

/** What there is at each moment, `output_dir` apart, which there always is. */
const fieldsOf: Readonly<Record<Moment, readonly string[]>> = {
  afterTransfer: [...fileFields, "path", "relative_path", "size_bytes", "sha256"],
  onSkip: [...fileFields, "reason"],
  onFailure: [...fileFields, "code", "error", "attempts"],
  afterRun: [
    "run_id",
    "status",
    "exit_code",
    "users",
    "meetings",
    "found",
    "downloaded",
    "skipped",
    "failed",
    "not_ready",
    "held",
    "bytes",
    "seconds",
  ],
};

export default definePlugin({
  apiVersion: 1,
  name: "exec",
  version: "1.0.0",
  description:
    "Runs a program for each file or after the run, with arguments made from fields, without a shell.",
  kinds: ["hook"],
  options: {
    program: { type: "string", required: true, help: "Program to run: a name in PATH, or a path." },
    args: {
      type: "list",
      default: [],
      help: "Its arguments; {field} stands for a value. A JSON array where an argument holds a comma.",
    },
    on: { type: "choice", choices: moments, default: "afterTransfer", help: "When to run it." },
    types: { type: "list", default: [], help: "File types to run it for, such as MP4,M4A. All when empty." },
    timeout: { type: "milliseconds", default: 3_600_000, help: "Time for one call of the program." },
  },
  // Which program is the option's to say.
  permissions: { run: ["*"], env: plainVariables, read: ["$OUTPUT"] },
  async setup({ options, outputDir, log, signal }) {
    const { program, args, on, timeout } = options;
    await requireProgram(program);
    const types = new Set(options.types.map((type) => type.toUpperCase()).filter((type) => type !== ""));
    const templates = args.map((arg) => parseTemplate(arg, ["output_dir", ...fieldsOf[on]], on));
    const run = (fields: Fields, stop: AbortSignal) =>
      runOnce(program, templates.map((fill) => fill({ ...fields, output_dir: outputDir })), {
        signal: stop,
        timeoutMs: timeout,
        log,
      });
    return { hooks: hookFor(on, { types, run, runSignal: signal }) };
  },
});

async function requireProgram(program: string): Promise<void> {
  if (program.trim() === "" || program.includes("\0")) {
    throw new Error(`Cannot use exec.program ${JSON.stringify(program)}: it names no program`);
  }
  if (/\.(bat|cmd)$/i.test(program)) {
    throw new Error(
      `Cannot use exec.program "${program}": a shell reads batch files, and the arguments with them; name the program that it starts`,
    );
  }
  if (await isProgram(program) === false) {
    throw new Error(
      `Cannot find the program "${program}" of exec.program: install it, or give its full path`,
    );
  }
}

/** An argument as a function of the fields. */
function parseTemplate(
  template: string,
  known: readonly string[],
  on: Moment,
): (fields: Fields) => string {
  const refuse = (what: string): never => {
    throw new Error(
      `Cannot use "${template}" in exec.args: ${what}; at ${on} there are ${known.join(", ")}`,
    );
  };
  const parts = [...template.matchAll(/\{\{|\}\}|\{([^{}]*)\}|[{}]|[^{}]+/g)].map(([text, field]) => {
    if (text === "{{") return "{";
    if (text === "}}") return "}";
    if (text === "{" || text === "}") {
      return refuse(`a lone "${text}" (write "${text}${text}" for the character)`);
    }
    if (field === undefined) return text;
    return known.includes(field) ? { field } : refuse(`no field "${field}"`);
  });
  return (fields) => parts.map((part) => typeof part === "string" ? part : fields[part.field] ?? "").join("");
}

interface RunOnceOptions {
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
  readonly log: PluginContext["log"];
}

async function runOnce(
  program: string,
  args: readonly string[],
  { signal, timeoutMs, log }: RunOnceOptions,
): Promise<void> {
  const timeout = AbortSignal.timeout(timeoutMs);
  try {
    const passable = args.map((arg) => arg.replaceAll("\0", "\ufffd"));
    const { code, stdout, stderr } = await runProgram(program, passable, {
      signal: AbortSignal.any([signal, timeout]),
    });
    if (stdout.trim() !== "") log.debug(`${program} says: ${lastWords(stdout)}`);
    if (code !== 0) {
      throw new Error(`"${program}" ended with ${code}: ${lastWords(stderr) || "it said nothing"}`);
    }
  } catch (error) {
    if (timeout.aborted && error === timeout.reason) {
      throw new Error(`"${program}" did not end within ${timeoutMs / 1000} s (option timeout)`);
    }
    if (error instanceof Deno.errors.NotFound) throw new Error(`Cannot find the program "${program}"`);
    throw error;
  }
}

interface Job {
  readonly types: ReadonlySet<string>;
  readonly runSignal: AbortSignal;
  run(fields: Fields, signal: AbortSignal): Promise<void>;
}

function hookFor(on: Moment, { types, run, runSignal }: Job): Hooks {
  const forFile = <T extends Candidate>(more: (item: T) => Fields) => async (item: T, call: HookCall) => {
    if (types.size > 0 && !types.has(item.file.fileType.toUpperCase())) return;
    await run({ ...describe(item), ...more(item) }, call.signal);
  };
  switch (on) {
    case "afterTransfer":
      return {
        afterTransfer: forFile<StoredFile>(({ path, relativePath, receipt }) => ({
          path,
          relative_path: relativePath,
          size_bytes: String(receipt.sizeBytes),
          sha256: receipt.sha256,
        })),
      };
    case "onSkip":
      return { onSkip: forFile(({ reason }: Candidate & { readonly reason: string }) => ({ reason })) };
    case "onFailure":
      return {
        onFailure: forFile(({ code, error, attempts }: Parameters<NonNullable<Hooks["onFailure"]>>[0]) => ({
          code,
          error,
          attempts: String(attempts),
        })),
      };
    case "afterRun":
      return { afterRun: (summary) => run(describeRun(summary), runSignal) };
  }
}

function describe({ user, meeting, file }: Candidate): Fields {
  return {
    user_email: user.email,
    user_id: user.id,
    user_name: user.displayName,
    host_email: meeting.hostEmail,
    meeting_uuid: meeting.uuid,
    meeting_id: meeting.id,
    topic: meeting.topic,
    start: meeting.startTime,
    timezone: meeting.timezone,
    duration_minutes: String(meeting.durationMinutes),
    file_key: file.key,
    file_id: file.id ?? "",
    file_type: file.fileType,
    recording_type: file.recordingType,
    ext: file.fileExtension,
    recording_start: file.recordingStart,
    recording_end: file.recordingEnd,
  };
}

function describeRun({ files, ...summary }: RunSummary): Fields {
  return {
    run_id: summary.run_id,
    status: summary.status,
    exit_code: String(summary.exit_code),
    users: String(summary.users),
    meetings: String(summary.meetings),
    found: String(files.found),
    downloaded: String(files.downloaded),
    skipped: String(files.skipped),
    failed: String(files.failed),
    not_ready: String(files.not_ready),
    held: String(files.held),
    bytes: String(summary.bytes),
    seconds: String(summary.seconds),
  };
}
