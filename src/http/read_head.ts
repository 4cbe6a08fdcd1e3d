/**
 * Reads at most `limitBytes` of a body as UTF-8 text and lets go of the rest.
 *
 * @param signal ends the wait for a body that does not come
 */
export async function readHead(
  body: ReadableStream<Uint8Array<ArrayBuffer>> | null,
  limitBytes: number,
  signal?: AbortSignal,
): Promise<string> {
  if (body === null) return "";
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let text = "";
  let left = limitBytes;
  const onAbort = () => void reader.cancel(signal?.reason).catch(() => {});
  signal?.addEventListener("abort", onAbort, { once: true });
  try {
    while (left > 0) {
      const { value, done } = await reader.read();
      if (done) break;
      text += decoder.decode(value.subarray(0, left), { stream: true });
      left -= value.byteLength;
    }
    signal?.throwIfAborted();
    return text + decoder.decode();
  } finally {
    signal?.removeEventListener("abort", onAbort);
    await reader.cancel().catch(() => {});
  }
}
