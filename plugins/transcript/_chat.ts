/** One message of a chat. */
export interface Message {
  /** `HH:MM:SS`, as it stands in the file. */
  readonly time: string;
  readonly from: string;
  /** `""` where the file does not say. */
  readonly to: string;
  readonly text: string;
}

const start = /^\s*(?:\d{4}-\d{2}-\d{2}[T ])?(\d{1,2}:\d{2}:\d{2})[\t ]+([\s\S]*)$/;

/**
 * The messages of a chat as Zoom saves it. It has written them in several forms over the years:
 * `00:01:02⇥Ana:⇥Hello`, `00:01:02⇥ Ana : Hello`, `00:01:02 From Ana to Everyone:⇥Hello`. Lines without a time
 * go on with the message before.
 */
export function parseChat(document: string): Message[] {
  const messages: { time: string; from: string; to: string; text: string }[] = [];
  for (const line of document.replace(/^\uFEFF/, "").split(/\r\n|\r|\n/)) {
    const match = start.exec(line);
    const last = messages.at(-1);
    if (match) messages.push({ time: match[1] ?? "", ...splitSender(match[2] ?? "") });
    else if (last && line.trim() !== "") last.text += `${last.text === "" ? "" : "\n"}${line.trim()}`;
  }
  return messages;
}

function splitSender(rest: string): { from: string; to: string; text: string } {
  const addressed = /^From\s+(.+?)\s+to\s+(.+?)\s*:\s*([\s\S]*)$/i.exec(rest.trim());
  if (addressed) {
    return { from: addressed[1] ?? "", to: addressed[2] ?? "", text: (addressed[3] ?? "").trim() };
  }
  const plain = /^(.{1,120}?)\s*:\s+([\s\S]*)$|^(.{1,120}?)\s*:\t*([\s\S]*)$/.exec(rest.trim());
  if (!plain) return { from: "", to: "", text: rest.trim() };
  return { from: (plain[1] ?? plain[3] ?? "").trim(), to: "", text: (plain[2] ?? plain[4] ?? "").trim() };
}

/** Text to read: who and when over what was said. */
export function renderChat(messages: readonly Message[]): string {
  return messages.map(({ time, from, to, text }) => {
    const who = [from, to === "" || /^everyone$/i.test(to) ? "" : `to ${to}`].filter(Boolean).join(" ");
    return `[${time}]${who === "" ? "" : ` ${who}`}\n${text}\n`;
  }).join("\n");
}
