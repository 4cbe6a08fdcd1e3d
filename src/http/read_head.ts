/** Reads at most `limitBytes` of a body as UTF-8 text and lets go of the rest. */
export async function readHead(
  body: ReadableStream<Uint8Array<ArrayBuffer>> | null,
  limitBytes: number,
): Promise<string> {
  if (body === null) return "";
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let text = "";
  let left = limitBytes;
  try {
    while (left > 0) {
      const { value, done } = await reader.read();
      if (done) break;
      text += decoder.decode(value.subarray(0, left), { stream: true });
      left -= value.byteLength;
    }
    return text + decoder.decode();
  } finally {
    await reader.cancel().catch(() => {});
  }
}
