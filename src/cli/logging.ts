import { escapeControls } from "../core/plain_json.ts";
import {
  configure,
  getJsonLinesFormatter,
  type LogLevel as RecordLevel,
  type LogRecord,
  reset,
  type Sink,
  withFilter,
} from "@logtape/logtape";
import type { LogLevel } from "../core/config.ts";
import { StorageError } from "../core/errors.ts";
import { requireGranted } from "../core/grants.ts";
import { logRoot } from "../core/log.ts";
import { fileState } from "./config_file.ts";
import { eventCategory } from "./log_events.ts";
import { withoutSecrets } from "./log_redaction.ts";
import { createStyle } from "./render/style.ts";
import { printable } from "./render/text.ts";

/** Where log records go. */
export interface LoggingOptions {
  /** Least severe record that people see. */
  readonly level: LogLevel;
  /** Gets everything at DEBUG as JSON lines. */
  readonly file?: string | undefined;
  readonly color: boolean;
  /** Writes one line where people read it, without tearing a live view. */
  readonly print: (line: string) => void;
}

/**
 * Configures LogTape for the command that runs; dispose ends it and closes the file.
 *
 * @throws {StorageError} When the file cannot be opened for appending.
 */
export async function startLogging(options: LoggingOptions): Promise<AsyncDisposable> {
  const level = options.level.toLowerCase() as Lowercase<LogLevel> & RecordLevel;
  const file = options.file === undefined ? undefined : openLogFile(options.file, options.print);
  const people = withoutSecrets((record) => options.print(renderRecord(record, options.color)));
  const sinks: Record<string, Sink> = {
    people: withFilter(people, level),
    ...(file ? { file: withoutSecrets(file.sink) } : {}),
  };
  await configure({
    reset: true,
    sinks,
    loggers: [
      { category: [logRoot], lowestLevel: file ? "debug" : level, sinks: Object.keys(sinks) },
      {
        category: [...eventCategory],
        parentSinks: "override",
        lowestLevel: "debug",
        sinks: file ? ["file"] : [],
      },
      { category: ["logtape", "meta"], lowestLevel: "error", sinks: ["people"] },
    ],
  });
  return {
    async [Symbol.asyncDispose]() {
      await reset();
      file?.close();
    },
  };
}

/** `14:03:22 WARNING http  GET /users answered 429`. */
export function renderRecord(record: LogRecord, color: boolean): string {
  const style = createStyle(color);
  const paints: Partial<Record<RecordLevel, (text: string) => string>> = {
    error: style.red,
    fatal: style.red,
    warning: style.yellow,
  };
  const paint = paints[record.level] ?? style.dim;
  const time = new Date(record.timestamp).toISOString().slice(11, 19);
  const room = record.category.slice(1).join(".");
  const text = record.message.map(String).join("");
  return `${style.dim(time)} ${paint(record.level.toUpperCase())} ${style.dim(room)}  ${printable(text)}`;
}

function openLogFile(path: string, print: (line: string) => void): { sink: Sink; close(): void } {
  let file: Deno.FsFile | undefined;
  try {
    requireGranted({ kind: "write", value: path });
    file = Deno.openSync(path, { append: true, create: true, mode: 0o600 });
  } catch (error) {
    throw new StorageError(`Cannot write --log-file "${path}": ${fileState(error)}`, {
      path,
      hint: "its folder has to exist and be writable",
      cause: error,
    });
  }
  const format = getJsonLinesFormatter();
  const encoder = new TextEncoder();
  return {
    sink(record) {
      try {
        writeWhole(file, encoder.encode(escapeControls(format(record))));
      } catch (error) {
        // Losing the log is bad, losing the run to it would be worse.
        print(`--log-file "${path}" ends here: ${fileState(error)}`);
        file?.close();
        file = undefined;
      }
    },
    close() {
      file?.close();
      file = undefined;
    },
  };
}

function writeWhole(file: Deno.FsFile | undefined, bytes: Uint8Array): void {
  for (let written = 0; file && written < bytes.length;) written += file.writeSync(bytes.subarray(written));
}
