import { join } from "node:path";

const blockBytes = 1024 ** 2;

/** Writes a file that passes for an MP4: the right beginning, then noise. */
export async function writeMedia(dir: string, name: string, sizeBytes: number): Promise<void> {
  using file = await Deno.create(join(dir, name));
  const block = new Uint8Array(blockBytes);
  for (let i = 0; i < block.length; i += 65_536) crypto.getRandomValues(block.subarray(i, i + 65_536));
  const box = new TextEncoder().encode("\0\0\0\x18ftypmp42\0\0\0\0mp42isom");
  for (let written = 0; written < sizeBytes;) {
    const piece = block.slice(0, Math.min(blockBytes, sizeBytes - written));
    if (written === 0) piece.set(box);
    written += await file.write(piece);
  }
}

/** Writes the small file that all small addresses lead to; returns its size. */
export async function writeSmall(dir: string): Promise<number> {
  const text = `WEBVTT\n\n${"00:00.000 --> 00:01.000\nHello\n\n".repeat(12)}`;
  await Deno.writeTextFile(join(dir, "small.vtt"), text);
  return text.length;
}

/** An empty folder below `dir`. */
export async function emptyDir(dir: string, name: string): Promise<string> {
  const path = join(dir, name);
  await Deno.remove(path, { recursive: true }).catch(() => {});
  await Deno.mkdir(path, { recursive: true });
  return path;
}
