import { createHash } from "node:crypto";
import type { Clock } from "../../src/core/clock.ts";
import { ApiError, TransferError } from "../../src/core/errors.ts";
import type { Receipt, SinkWriter } from "../../src/core/sink.ts";
import type { OpenedFile, OpenFile, OpenOptions } from "../../src/core/source.ts";
import { transferFile, type TransferOutcome, type TransferRequest } from "../../src/transfer/mod.ts";

/** Bytes that look like an MP4 from outside: `ftyp` at 4, the rest reproducible noise. */
export function mp4(sizeBytes: number, seed = 1): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(sizeBytes);
  let state = seed >>> 0;
  for (let i = 0; i < sizeBytes; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    bytes[i] = state >>> 24;
  }
  bytes.set(utf8("\0\0\0\x18ftypmp42").subarray(0, sizeBytes));
  return bytes;
}

export function utf8(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

export function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** A writer in memory that records what is asked of it. */
export class MemoryWriter implements SinkWriter {
  bytes: Uint8Array<ArrayBuffer>;
  flushes = 0;
  restarts = 0;
  readBytes = 0;
  readonly writes: number[] = [];
  /** Throws when a write would go beyond. */
  capacityBytes = Infinity;

  constructor(held: Uint8Array = new Uint8Array()) {
    this.bytes = new Uint8Array(held);
  }

  get offset(): number {
    return this.bytes.byteLength;
  }

  write(bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    if (this.offset + bytes.byteLength > this.capacityBytes) return Promise.reject(new Error("no room"));
    const joined = new Uint8Array(this.offset + bytes.byteLength);
    joined.set(this.bytes);
    joined.set(bytes, this.offset);
    this.bytes = joined;
    this.writes.push(bytes.byteLength);
    return Promise.resolve();
  }

  async *read(length: number, start = 0): AsyncGenerator<Uint8Array<ArrayBuffer>> {
    for (let at = start; at < start + length; at += 1000) {
      const piece = this.bytes.slice(at, Math.min(at + 1000, start + length));
      this.readBytes += piece.byteLength;
      yield await Promise.resolve(piece);
    }
  }

  truncate(sizeBytes: number): Promise<void> {
    if (sizeBytes === 0 && this.offset > 0) this.restarts++;
    this.bytes = this.bytes.slice(0, sizeBytes);
    return Promise.resolve();
  }

  flush(): Promise<void> {
    this.flushes++;
    return Promise.resolve();
  }

  commit(_receipt: Receipt): Promise<void> {
    return Promise.reject(new Error("the transfer must not commit"));
  }

  discard(): Promise<void> {
    return this.truncate(0);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return Promise.resolve();
  }
}

/** A clock that never waits, and remembers what it was asked to wait for. */
export function instantClock(): Clock & { readonly sleeps: number[] } {
  let nowMs = 1_700_000_000_000;
  const sleeps: number[] = [];
  return {
    sleeps,
    now: () => nowMs,
    random: () => 0,
    sleep(ms, signal) {
      if (signal?.aborted) return Promise.reject(signal.reason);
      sleeps.push(ms);
      nowMs += ms;
      return Promise.resolve();
    },
  };
}

/** Runs a transfer with defaults fit for tests. */
export function transfer(
  request: Partial<TransferRequest> & Pick<TransferRequest, "open" | "writer">,
): Promise<TransferOutcome> {
  return transferFile({
    file: { fileType: "MP4", fileExtension: "mp4" },
    idleTimeoutMs: 10_000,
    chunkSizeBytes: 8 * 1024 ** 2,
    signal: new AbortController().signal,
    clock: instantClock(),
    ...request,
  });
}

/** How a double answers one request; undefined for the honest answer. */
export type Fault = (range: { start: number }) => Response | undefined | Promise<Response | undefined>;

/** A storage host on loopback that serves one file, with its faults in the order of the requests. */
export class FileServer implements AsyncDisposable {
  readonly requests: { range: string | null; ifRange: string | null }[] = [];
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  etag: string | undefined = '"v1"';
  honoursRange = true;
  statesLength = true;
  contentType = "video/mp4";

  constructor(public content: Uint8Array<ArrayBuffer>, readonly faults: (Fault | undefined)[] = []) {
    this.#server = Deno.serve({
      hostname: "127.0.0.1",
      port: 0,
      onListen() {},
      onError: () => new Response(null, { status: 500 }),
    }, (request) => this.#answer(request));
  }

  get url(): string {
    return `http://127.0.0.1:${this.#server.addr.port}/rec/download/abc`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }

  async #answer(request: Request): Promise<Response> {
    const range = request.headers.get("range");
    const ifRange = request.headers.get("if-range");
    this.requests.push({ range, ifRange });
    const isCurrent = ifRange === null || ifRange === this.etag;
    const asked = /^bytes=(\d+)-(\d*)$/.exec(range ?? "");
    const isHonoured = asked !== null && this.honoursRange && isCurrent;
    const start = isHonoured ? Number(asked[1]) : 0;
    const fault = await this.faults.shift()?.({ start });
    if (fault !== undefined) return fault;
    if (start > 0 && start >= this.content.byteLength) return new Response(null, { status: 416 });
    const last = isHonoured && asked[2] ? Number(asked[2]) : Infinity;
    return this.answerFrom(start, this.content.byteLength, last + 1);
  }

  /** The file from `start` on, or a range of it that ends at `until`, cut off at `end`. */
  answerFrom(start: number, end: number, until = Infinity): Response {
    const size = this.content.byteLength;
    const headers = new Headers({ "content-type": this.contentType });
    if (this.etag !== undefined) headers.set("etag", this.etag);
    const stop = Math.min(size, until);
    const isRange = start > 0 || until < Infinity;
    if (this.statesLength) headers.set("content-length", String(stop - start));
    if (isRange) headers.set("content-range", `bytes ${start}-${stop - 1}/${size}`);
    return new Response(piecewise(this.content.subarray(start, Math.min(end, stop)), end < stop), {
      status: isRange ? 206 : 200,
      headers,
    });
  }
}

function piecewise(bytes: Uint8Array<ArrayBuffer>, breaksOff: boolean): ReadableStream<Uint8Array> {
  let at = 0;
  return new ReadableStream({
    pull(controller) {
      if (at < bytes.byteLength) return controller.enqueue(bytes.slice(at, at += 64 * 1024));
      if (breaksOff) controller.error(new Error("cut"));
      else controller.close();
    },
  });
}

/** A source over plain `fetch`, as the client's is over Zoom. Remembers the options of each call. */
export function fetchSource(url: string): OpenFile & { readonly calls: OpenOptions[] } {
  const calls: OpenOptions[] = [];
  const open = async (options: OpenOptions): Promise<OpenedFile> => {
    calls.push(options);
    const headers = new Headers({ "accept-encoding": "identity" });
    const { offset, until } = options;
    const last = until === undefined ? "" : until - 1;
    if (offset > 0 || until !== undefined) headers.set("range", `bytes=${offset}-${last}`);
    if (options.validator !== undefined) headers.set("if-range", options.validator);
    const response = await fetch(url, { headers, signal: options.signal });
    if (!response.ok || response.body === null) {
      await response.body?.cancel();
      if (response.status === 416) throw new TransferError("Cannot continue: 416", { code: "range" });
      throw new ApiError(`Cannot get the file: ${response.status}`, {
        status: response.status,
        url: "(double)",
      });
    }
    const range = /^bytes (\d+)-\d+\/(\d+)$/.exec(response.headers.get("content-range") ?? "");
    const length = response.headers.get("content-length");
    const size = range?.[2] ?? length;
    const etag = response.headers.get("etag");
    return {
      offset: Number(range?.[1] ?? 0),
      isRange: range !== null,
      ...(size === null ? {} : { sizeBytes: Number(size) }),
      ...(etag === null ? {} : { validator: etag }),
      contentType: (response.headers.get("content-type") ?? "").split(";")[0]?.trim() ?? "",
      body: response.body,
    };
  };
  return Object.assign(open, { calls });
}

/** A source in memory; `answer` gives what one call gets. */
export function memorySource(
  answer: (options: OpenOptions, call: number) => Partial<Omit<OpenedFile, "body">> & {
    body: Uint8Array | ReadableStream<Uint8Array<ArrayBuffer>>;
  },
): OpenFile & { readonly calls: OpenOptions[] } {
  const calls: OpenOptions[] = [];
  const open = (options: OpenOptions): Promise<OpenedFile> => {
    calls.push(options);
    const { body, ...rest } = answer(options, calls.length);
    const stream = body instanceof ReadableStream ? body : byteStream([body]);
    return Promise.resolve({ offset: 0, contentType: "", ...rest, body: stream });
  };
  return Object.assign(open, { calls });
}

/** A byte stream of these pieces; ends in an error where one is given. */
export function byteStream(
  pieces: readonly Uint8Array[],
  error?: Error,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  const queue = pieces.filter((piece) => piece.byteLength > 0);
  return new ReadableStream({
    type: "bytes",
    pull(controller) {
      const piece = queue.shift();
      if (piece !== undefined) return controller.enqueue(new Uint8Array(piece));
      if (error !== undefined) return controller.error(error);
      controller.close();
      controller.byobRequest?.respond(0);
    },
  });
}
