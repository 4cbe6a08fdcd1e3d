import type { RateLabel } from "./rate_label.ts";

/** One request, whatever it is for. */
export interface HttpRequest {
  /** What it is for, to complete "Cannot …" in messages: `list users`. */
  readonly action: string;
  readonly url: URL;
  /** @default {"GET"} */
  readonly method?: "GET" | "POST";
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Rate label it counts under; not paced when absent. */
  readonly label?: RateLabel;
  readonly signal: AbortSignal;
}

/** One request for bytes. */
export interface StreamRequest extends HttpRequest {
  /** Connection pool of downloads. */
  readonly client?: Deno.HttpClient;
  /** Statuses besides 200 to 399 that the caller wants to see as answers. */
  readonly accept?: readonly number[];
}
