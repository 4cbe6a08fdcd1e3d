import type { Channel, OpenChannel } from "./channel.ts";
import type { Calls, FromPlugin, PluginFault, ToPlugin } from "./protocol.ts";

/** Why a call has no answer. */
export type FailureKind =
  /** The plugin threw; it lives on. */
  | "fault"
  /** It did not answer in time and was ended. */
  | "timeout"
  /** It died. */
  | "death";

/** A call that has no answer. */
export class CallFailure extends Error {
  override name = "CallFailure";
  readonly kind: FailureKind;
  readonly fault: PluginFault;

  constructor(kind: FailureKind, fault: PluginFault) {
    super(fault.message);
    this.kind = kind;
    this.fault = fault;
  }
}

/** How one call is followed and stopped. */
export interface CallOptions {
  readonly timeoutMs: number;
  /** Aborts the call in the plugin, which then has a moment to end in good order. */
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((fraction: number) => void) | undefined;
}

interface Pending {
  resolve(value: unknown): void;
  reject(error: CallFailure): void;
  readonly onProgress: ((fraction: number) => void) | undefined;
}

/** Time a call that takes too long gets to end in good order. */
const graceMs = 2_000;

/** The same when the run stops: whoever has pressed Ctrl-C waits for it. */
const stopGraceMs = 1_000;

/** Calls to one living copy of a plugin. */
export class Line {
  readonly #channel: Channel;
  readonly #pending = new Map<number, Pending>();
  #nextId = 1;
  #death: string | undefined;

  constructor(
    open: OpenChannel,
    onLog: (level: "debug" | "info" | "warn" | "error", message: string) => void,
  ) {
    this.#channel = open({
      onMessage: (message) => this.#receive(message, onLog),
      onDeath: (how) => this.end(how),
    });
  }

  /** How it died; `undefined` while it lives. */
  get death(): string | undefined {
    return this.#death;
  }

  /** @throws {CallFailure} */
  async call<K extends keyof Calls>(
    kind: K,
    request: Calls[K]["request"],
    { timeoutMs, signal, onProgress }: CallOptions,
  ): Promise<Calls[K]["answer"]> {
    if (this.#death !== undefined) throw new CallFailure("death", { message: this.#death, where: "" });
    const id = this.#nextId++;
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    this.#pending.set(id, { resolve, reject, onProgress });
    const abort = () => this.#channel.post({ abort: true, id });
    let stopTimer: ReturnType<typeof setTimeout> | undefined;
    const stop = () => {
      abort();
      const ignored = new CallFailure("timeout", { message: "did not end when the run stopped", where: "" });
      stopTimer = setTimeout(() => reject(ignored), stopGraceMs);
    };
    const timer = setTimeout(abort, timeoutMs);
    const hardTimer = setTimeout(() => this.#giveUp(id, timeoutMs), timeoutMs + Math.min(graceMs, timeoutMs));
    try {
      this.#channel.post({ id, call: kind, ...request } as ToPlugin);
      // In this order: the plugin cannot abort a call that it has not heard of.
      if (signal?.aborted) stop();
      else signal?.addEventListener("abort", stop, { once: true });
      return await promise as Calls[K]["answer"];
    } finally {
      clearTimeout(timer);
      clearTimeout(hardTimer);
      clearTimeout(stopTimer);
      signal?.removeEventListener("abort", stop);
      this.#pending.delete(id);
    }
  }

  /** Tells the plugin that the run stops. */
  abortAll(): void {
    if (this.#death === undefined) this.#channel.post({ abort: true });
  }

  /** Ends the plugin; calls under way fail. */
  end(how: string, kind: FailureKind = "death"): void {
    if (this.#death !== undefined) return;
    this.#death = how;
    this.#channel.close();
    for (const { reject } of this.#pending.values()) {
      reject(new CallFailure(kind, { message: how, where: "" }));
    }
    this.#pending.clear();
  }

  #giveUp(id: number, timeoutMs: number): void {
    if (this.#pending.has(id)) this.end(`did not answer within ${timeoutMs / 1000} s`, "timeout");
  }

  #receive(
    message: FromPlugin,
    onLog: (level: "debug" | "info" | "warn" | "error", message: string) => void,
  ): void {
    if ("log" in message) return onLog(message.log, message.message);
    if (!("id" in message)) return;
    const pending = this.#pending.get(message.id);
    if (!pending) return;
    if ("progress" in message) pending.onProgress?.(message.progress);
    else if ("error" in message) pending.reject(new CallFailure("fault", message.error));
    else pending.resolve(message.value);
  }
}
