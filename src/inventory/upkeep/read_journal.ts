import { isAbsent } from "../../core/errors.ts";

/** One line of `inventory.jsonl`: whatever stands there, unchecked. */
export type JournalLine = Readonly<Record<string, unknown>>;

/** Longest line that is read, in bytes; one status change is far below. */
const maxLineBytes = 256 * 1024;

/**
 * The lines of `inventory.jsonl`, the oldest first; `undefined` for one that is torn or no JSON object. Nothing where
 * there is no such file.
 */
export async function* readJournal(path: string): AsyncGenerator<JournalLine | undefined> {
  let file: Deno.FsFile;
  try {
    file = await Deno.open(path);
  } catch (error) {
    if (isAbsent(error)) return;
    throw error;
  }
  let rest = "";
  let isTooLong = false;
  for await (const text of file.readable.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      yield isTooLong ? undefined : parseLine(line);
      isTooLong = false;
    }
    if (rest.length > maxLineBytes) {
      rest = "";
      isTooLong = true;
    }
  }
  if (isTooLong || rest !== "") yield isTooLong ? undefined : parseLine(rest);
}

function parseLine(line: string): JournalLine | undefined {
  try {
    const value: unknown = JSON.parse(line);
    const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
    return isObject ? value as JournalLine : undefined;
  } catch {
    return undefined;
  }
}
