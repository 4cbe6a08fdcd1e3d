import { StorageError, toError, TransferError } from "../core/errors.ts";
import { roomLogger } from "../core/log.ts";
import { disposition } from "../core/retry.ts";
import type { SinkWriter } from "../core/sink.ts";
import type { OpenedFile, OpenFile } from "../core/source.ts";
import { BodyReader } from "./_body_reader.ts";
import { HeadCheck } from "./_head_check.ts";
import type { HeldBytes } from "./_held_bytes.ts";
import { type ByteRange, ByteRanges } from "./byte_ranges.ts";
import { checkContentType, type ExpectedFile } from "./check_content.ts";
import { type ParallelRanges, rangeLength } from "./parallel_ranges.ts";
import type { RateLimiter } from "./rate_limiter.ts";

/** Writers that can take ranges side by side. */
export type RangesWriter =
  & SinkWriter
  & { readonly [K in "writeFrom" | "measure"]: NonNullable<SinkWriter[K]> };

/** What parallel ranges of one file have in common. */
export interface RangesOptions {
  readonly open: OpenFile;
  readonly writer: RangesWriter;
  readonly held: HeldBytes;
  readonly file: ExpectedFile;
  /** Every range is of this version, or refused. */
  readonly version: { readonly validator: string; readonly sizeBytes: number };
  /** What is there; grows. */
  readonly done: ByteRanges;
  readonly connections: ParallelRanges;
  readonly idleTimeoutMs: number;
  readonly largestReadBytes: number;
  readonly isPatient: boolean;
  readonly limiter?: RateLimiter | undefined;
  readonly signal: AbortSignal;
  readonly onProgress: () => void;
  /** Everything that is there now is durable. */
  readonly onDurable: (ranges: readonly ByteRange[]) => void;
}

/** A range and the answer that brings it. */
export interface OpenRange {
  readonly range: ByteRange;
  readonly opened: OpenedFile;
}

/** A range under way, and how far it has been read. Its end moves when somebody takes the rest over. */
interface Span {
  readonly start: number;
  end: number;
  at: number;
}

const log = roomLogger("transfer");

const durableEveryMs = 5_000;
const durableEveryBytes = 32 * 1024 ** 2;
const followEveryBytes = 4 * 1024 ** 2;

/**
 * Receives what is missing of a file over several connections: the first one works until nothing is left, others join
 * as they become free. Ranges are taken in order, so that the digest follows closely behind.
 *
 * What is there is made durable and told every few seconds or megabytes and at the end, however that comes.
 */
export async function receiveRanges(first: OpenRange, options: RangesOptions): Promise<void> {
  await new RangesReceiver(options).run(first);
}

class RangesReceiver {
  readonly #options: RangesOptions;
  readonly #failure = new AbortController();
  /** Aborted when nothing is left to begin. */
  readonly #allBegun = new AbortController();
  readonly #signal: AbortSignal;
  /** Ranges under way. */
  readonly #begun = new Set<Span>();
  /** New memory for each range would wait for the collector by the hundred megabytes. */
  readonly #spare: ArrayBuffer[] = [];
  #connections = 1;
  #durableAtMs = performance.now();
  /** Bytes that came after the last look at what is durable. */
  #undurableBytes = 0;
  #isTelling = false;
  #background: Promise<unknown> = Promise.resolve();
  #isFollowing = false;

  constructor(options: RangesOptions) {
    this.#options = options;
    this.#signal = AbortSignal.any([options.signal, this.#failure.signal]);
  }

  async run(first: OpenRange): Promise<void> {
    const { held, version, writer, done, signal } = this.#options;
    const span = spanOf(first.range);
    this.#begun.add(span);
    const joined = this.#enlist();
    try {
      await this.#work({ span, opened: first.opened }).catch((error) => this.#fail(error));
      await joined;
      await this.#settled();
      this.#failure.signal.throwIfAborted();
      if (done.contiguousBytes < version.sizeBytes) throw cutShort(version.sizeBytes, done.totalBytes);
      await writer.measure();
      await held.digestTo(version.sizeBytes, signal);
      held.checkWhole("");
    } catch (error) {
      await this.#tellDurable().catch((cause) => log.debug("Ranges are not recorded: {cause}", { cause }));
      throw error;
    }
    await this.#tellDurable();
  }

  /** Lets more connections in as they become free; resolves when all of them have ended. */
  async #enlist(): Promise<void> {
    const { connections } = this.#options;
    const workers: Promise<void>[] = [];
    const waiting = AbortSignal.any([this.#signal, this.#allBegun.signal]);
    const join = async () => {
      while (!waiting.aborted) {
        const release = await connections.spare(waiting).catch(() => undefined);
        if (release === undefined) return;
        this.#connections++;
        try {
          await this.#work(undefined);
        } catch (error) {
          if (!mayDoWithout(error)) return this.#fail(error);
          log.debug("One connection less: {error}", { error: toError(error).message });
          return;
        } finally {
          this.#connections--;
          release();
        }
      }
    };
    for (let n = 1; n < connections.most; n++) workers.push(join());
    await Promise.all(workers);
  }

  /** @param first absent for an additional connection */
  async #work(first: { readonly span: Span; readonly opened: OpenedFile } | undefined): Promise<void> {
    let range = first?.span ?? this.#take();
    let opened = first?.opened;
    while (range !== undefined) {
      try {
        await this.#receive(range, opened ?? await this.#open(range));
      } finally {
        this.#begun.delete(range);
      }
      if (first === undefined && this.#options.connections.isWanted()) return;
      range = this.#take();
      opened = undefined;
    }
  }

  /** The next range that nobody has or brings; where there is none, half of the one with the most to come. */
  #take(): Span | undefined {
    const { done, version, connections } = this.#options;
    const taken = new ByteRanges([
      ...done.toJSON(),
      ...[...this.#begun].map(({ start, end }) => [start, end] as const),
    ]);
    const length = rangeLength(
      version.sizeBytes - done.totalBytes,
      this.#connections,
      connections.minRangeBytes,
    );
    const gap = taken.firstGap(version.sizeBytes, length);
    const span = gap === undefined ? this.#halveLongest() : spanOf(gap);
    if (span === undefined) this.#allBegun.abort();
    else this.#begun.add(span);
    return span;
  }

  /** Without it a range that was begun when there was one connection would keep all the others waiting. */
  #halveLongest(): Span | undefined {
    const [longest] = [...this.#begun].sort((a, b) => (b.end - b.at) - (a.end - a.at));
    const left = longest === undefined ? 0 : longest.end - longest.at;
    if (longest === undefined || left < 2 * rangeLength(0, 1, this.#options.connections.minRangeBytes)) {
      return undefined;
    }
    const middle = longest.at + Math.ceil(left / 2);
    const span = spanOf([middle, longest.end]);
    longest.end = middle;
    return span;
  }

  async #open({ start: offset, end: until }: Span): Promise<OpenedFile> {
    const { validator } = this.#options.version;
    this.#signal.throwIfAborted();
    return await this.#options.open({ offset, until, validator, refresh: false, signal: this.#signal });
  }

  async #receive(span: Span, opened: OpenedFile): Promise<void> {
    const { start } = span;
    const { writer, file, limiter } = this.#options;
    const { idleTimeoutMs, largestReadBytes, isPatient } = this.#options;
    await using reader = new BodyReader(opened.body, {
      idleTimeoutMs,
      largestReadBytes,
      isPatient,
      signal: this.#signal,
      spare: this.#spare,
    });
    checkContentType(opened.contentType);
    this.#refuseOther(opened, start);
    await using place = await writer.writeFrom(start);
    const head = start === 0 ? new HeadCheck(file) : undefined;
    let pending = reader.read();
    for (let piece; (piece = await pending) !== undefined;) {
      const { byteLength } = piece;
      pending = limiter === undefined
        ? reader.read()
        : limiter.take(byteLength, this.#signal).then(() => reader.read());
      // Whoever fails first ends the range; the other outcome is of no interest then.
      pending.catch(() => {});
      const bytes = piece.subarray(0, span.end - span.at);
      head?.check(bytes, opened.contentType);
      const at = span.at;
      // Before they are written: nobody may take over, and ask for again, what is here already.
      span.at += bytes.byteLength;
      await place.write(bytes);
      head?.add(bytes);
      reader.recycle(piece);
      this.#written(at, at + bytes.byteLength);
      if (span.at >= span.end) break;
    }
    if (span.at < span.end) throw cutShort(span.end - start, span.at - start);
  }

  #refuseOther(opened: OpenedFile, start: number): void {
    const { version } = this.#options;
    const isSame = opened.validator === version.validator && opened.sizeBytes === version.sizeBytes;
    if (isSame && opened.isRange === true && opened.offset === start) return;
    const state = opened.isRange === true ? "the file has changed since" : "the range is not honoured";
    throw new TransferError(`Cannot receive the bytes from ${start} on: ${state}`, { code: "range" });
  }

  #written(start: number, end: number): void {
    const { done, held, onProgress } = this.#options;
    done.add(start, end);
    held.countReceived(end - start);
    onProgress();
    this.#undurableBytes += end - start;
    this.#tellWhenDue();
    if (!this.#isFollowing && done.contiguousBytes - held.hashedBytes >= followEveryBytes) {
      this.#isFollowing = true;
      this.#inBackground(async () => {
        await held.digestTo(done.contiguousBytes, this.#signal);
        this.#isFollowing = false;
      });
    }
  }

  #tellWhenDue(): void {
    if (this.#isTelling || this.#signal.aborted || !this.#isDurableDue()) return;
    this.#isTelling = true;
    this.#inBackground(async () => {
      await this.#tellDurable();
      this.#isTelling = false;
      // Much may have come during a slow flush, and nothing may come after it to have that told.
      this.#tellWhenDue();
    });
  }

  #isDurableDue(): boolean {
    if (this.#undurableBytes === 0) return false;
    const mostBytes = this.#options.connections.durableEveryBytes ?? durableEveryBytes;
    return this.#undurableBytes >= mostBytes || performance.now() - this.#durableAtMs >= durableEveryMs;
  }

  async #tellDurable(): Promise<void> {
    this.#durableAtMs = performance.now();
    this.#undurableBytes = 0;
    const ranges = this.#options.done.toJSON();
    await this.#options.writer.flush();
    this.#options.onDurable(ranges);
  }

  /** Resolves when nothing is done in the background any more; each thing may have led to another. */
  async #settled(): Promise<void> {
    for (let last; last !== this.#background;) await (last = this.#background);
  }

  /** One thing after the other; a failure ends the attempt. */
  #inBackground(work: () => Promise<void>): void {
    this.#background = this.#background.then(work).catch((error) => this.#fail(error));
  }

  #fail(error: unknown): void {
    this.#failure.abort(error);
    this.#allBegun.abort();
  }
}

function spanOf([start, end]: ByteRange): Span {
  return { start, end, at: start };
}

/** What one additional connection of many may fail with: its range is taken up by the others. */
function mayDoWithout(error: unknown): boolean {
  if (error instanceof StorageError || disposition(error) === "stop") return false;
  return !(error instanceof TransferError) || error.code === "truncated" || error.code === "stalled";
}

function cutShort(expected: number, received: number): TransferError {
  return new TransferError(`Cannot receive the range: ${received} bytes instead of "${expected}"`, {
    code: "truncated",
    expected: String(expected),
    received: String(received),
  });
}
