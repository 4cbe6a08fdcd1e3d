import type { HttpClient } from "../http/mod.ts";
import type { ZoomApi } from "./api.ts";
import type { Directory } from "./directory.ts";
import type { RecordingList } from "./recording_list.ts";

/** What all parts of one listing share. */
export interface ListContext {
  readonly api: ZoomApi;
  readonly http: HttpClient;
  readonly directory: Directory;
  /** `YYYY-MM-DD`, UTC. */
  readonly today: string;
  /** Completes the meetings of a page. */
  readonly refine: NonNullable<RecordingList["refine"]>;
}
