import { servePlugin, workerSource } from "./serve_plugin.ts";
import type { FromPlugin, ToPlugin } from "./protocol.ts";

/** A plugin at the other end of a line. */
export interface Channel {
  post(message: ToPlugin): void;
  /** Ends it; what is under way is lost. A worker that spins goes on until the process ends. */
  close(): void;
}

/** What the host hears from a plugin. */
export interface ChannelEvents {
  onMessage(message: FromPlugin): void;
  /** The plugin is dead: nothing will be heard of it any more. */
  onDeath(how: string): void;
}

/** Opens a line to a fresh copy of the plugin. */
export type OpenChannel = (events: ChannelEvents) => Channel;

/** Plugins on the main thread: bundled ones, and drop-ins that are trusted by name. */
export function mainThreadChannel(load: (url: string) => Promise<Record<string, unknown>>): OpenChannel {
  return ({ onMessage }) => {
    let toPlugin: (message: ToPlugin) => void = () => {};
    let open = true;
    servePlugin({
      // Cloned both ways, as on the way to a worker: a plugin never holds the program's own objects.
      post: (message) => open && onMessage(structuredClone(message)),
      listen: (handler) => toPlugin = handler,
      load,
    });
    return {
      post: (message) => toPlugin(structuredClone(message)),
      close: () => void (open = false),
    };
  };
}

/** A worker's permissions, complete: what is not named is denied. */
export interface WorkerPermissions {
  readonly net: readonly string[];
  readonly read: readonly string[];
  readonly write: readonly string[];
  readonly env: readonly string[];
  readonly run: readonly string[];
}

/** Plugins in a worker of their own, with just these permissions. */
export function workerChannel(permissions: WorkerPermissions): OpenChannel {
  return ({ onMessage, onDeath }) => {
    const source = `data:text/javascript;charset=utf-8,${encodeURIComponent(workerSource())}`;
    const worker = new Worker(source, {
      type: "module",
      name: "plugin",
      deno: {
        permissions: {
          net: some(permissions.net),
          read: some(permissions.read),
          write: some(permissions.write),
          env: some(permissions.env),
          run: some(permissions.run),
          sys: false,
          ffi: false,
          import: false,
        },
      },
    });
    worker.onmessage = ({ data }: MessageEvent<FromPlugin>) => {
      if ("died" in data) onDeath(data.died);
      else onMessage(data);
    };
    worker.onerror = (event) => {
      // Without this the whole program would end with the plugin.
      event.preventDefault();
      const where = event.filename ? ` (${event.filename}:${event.lineno})` : "";
      onDeath(`${event.message}${where}`);
    };
    worker.onmessageerror = () => onDeath("sent something that cannot be read");
    return {
      post: (message) => worker.postMessage(message),
      close: () => worker.terminate(),
    };
  };
}

function some(list: readonly string[]): false | string[] {
  return list.length === 0 ? false : [...list];
}
