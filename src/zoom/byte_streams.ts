/** The element type of streams of bytes. */
type Bytes = Uint8Array<ArrayBuffer>;

/** A byte stream with nothing in it. */
export function emptyBytes(): ReadableStream<Bytes> {
  return new ReadableStream({ type: "bytes", start: (controller) => controller.close() });
}

/**
 * Reads the first bytes of a stream as text, and gives a stream that still has them all.
 *
 * @param signal ends the wait for bytes that do not come; the stream is cancelled then
 */
export async function peekBytes(
  body: ReadableStream<Bytes>,
  limitBytes: number,
  signal: AbortSignal,
): Promise<{ head: string; body: ReadableStream<Bytes> }> {
  const reader = body.getReader();
  const chunks: Bytes[] = [];
  let size = 0;
  let isDone = false;
  const onAbort = () => void reader.cancel(signal.reason).catch(() => {});
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    while (!isDone && size <= limitBytes) {
      const { value, done } = await reader.read();
      isDone = done;
      if (value === undefined) continue;
      chunks.push(value);
      size += value.byteLength;
    }
    signal.throwIfAborted();
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
  const decoder = new TextDecoder();
  const head = chunks.map((chunk) => decoder.decode(chunk, { stream: true })).join("");
  const whole = new ReadableStream({
    type: "bytes",
    async pull(controller) {
      const chunk = chunks.shift() ?? (isDone ? undefined : (await reader.read()).value);
      if (chunk !== undefined && chunk.byteLength > 0) return controller.enqueue(chunk);
      controller.close();
      // A waiting reader with a buffer of its own is only released by a response.
      controller.byobRequest?.respond(0);
    },
    cancel: (reason) => reader.cancel(reason),
  });
  return { head, body: whole };
}
