import type { ActivePlugins } from "../../core/active_plugins.ts";
import type { Clock } from "../../core/clock.ts";
import type { Config } from "../../core/config.ts";
import type { EventListener } from "../../core/events.ts";
import type { ZoomAccount } from "../../core/listing.ts";
import type { FileHook } from "../../core/plugin.ts";
import { compileUserFilter } from "../../core/user_filter.ts";
import type { AdoptSheet, SheetRow } from "../../inventory/adopt/mod.ts";
import type { FileRow, Inventory } from "../../inventory/mod.ts";
import { type Archive, type HeldSizes, isHeld } from "../../archive/mod.ts";
import { ingestPage, ingestTrash } from "../ingest.ts";
import { listRequest, proofBasis, runListing } from "../listing_stage.ts";
import type { Naming } from "../naming.ts";
import { type ListedFileState, listFiles, type PlanParts } from "../plan/mod.ts";
import type { ListingTally } from "../reconcile.ts";
import type { Selection } from "../select.ts";
import type { UrlCache } from "../url_cache.ts";

/** What a listing that fills an inventory works with. */
export interface AdoptListing {
  readonly config: Config;
  readonly runId: string;
  readonly archive: Pick<Archive, "inventory" | "journal" | "heldSizes">;
  readonly account: ZoomAccount;
  readonly select: Selection;
  readonly naming: Naming;
  readonly urls: UrlCache;
  readonly tally: ListingTally;
  readonly onDue: (key: string, hook: FileHook) => void;
  readonly clock: Clock;
  readonly emit: EventListener;
  readonly signal: AbortSignal;
}

/** Lists as a run does, into the inventory, rows and paths included; then puts what it knows of the range on the sheet. */
export async function listInto(sheet: AdoptSheet, parts: AdoptListing): Promise<void> {
  const { config, runId, archive: { inventory, journal, heldSizes }, tally, emit, signal, account } = parts;
  const userFilter = compileUserFilter(config.userFilter);
  inventory.setUserFilter(userFilter);
  const ingest = { ...parts, inventory };
  await runListing(account, listRequest(config, { userFilter, inventory, runId, tally, signal }), {
    emit,
    tally,
    onUsers: ({ users }) =>
      inventory.transaction(() => users.forEach((user) => inventory.meetings.saveUser(user))),
    onWindow: ({ proof }) => inventory.windows.save(proof, runId, proofBasis(config)),
    onMeetings: async (listed) => {
      const files = listed.type === "trash"
        ? ingestTrash(listed.meetings, ingest)
        : await ingestPage(listed.meetings, ingest);
      await journal.flush();
      return files;
    },
  });
  await addKnown(sheet, { config, runId, inventory, heldSizes, signal });
}

/** Lists live and changes nothing; what an archive remembers besides is added. */
export async function listOnto(
  sheet: AdoptSheet,
  plan: PlanParts & { readonly naming: Naming },
  tally: ListingTally,
): Promise<void> {
  let batch: SheetRow[] = [];
  const flush = () => {
    sheet.transaction(() => batch.forEach((row) => sheet.addListed(row)));
    batch = [];
  };
  for await (const state of listFiles(plan, tally)) {
    batch.push(fromState(state));
    if (batch.length === 500) flush();
  }
  flush();
  if (plan.inventory) await addKnown(sheet, { ...plan, inventory: plan.inventory });
}

function fromState(
  { candidate: { meeting, file }, status, reason, path, plannedPath }: ListedFileState,
): SheetRow {
  return {
    file_key: file.key,
    file_id: file.id ?? null,
    meeting_uuid: meeting.uuid,
    meeting_id: meeting.id,
    meeting_start: meeting.startTime,
    timezone: meeting.timezone,
    file_type: file.fileType,
    recording_type: file.recordingType,
    file_extension: file.fileExtension,
    recording_start: file.recordingStart,
    size: file.listedSizeBytes ?? null,
    status,
    reason: reason ?? null,
    path: path ?? plannedPath ?? null,
  };
}

interface Known {
  readonly config: Pick<Config, "range">;
  readonly runId: string;
  readonly inventory: Inventory;
  readonly heldSizes: HeldSizes;
  readonly signal: AbortSignal;
}

async function addKnown(
  sheet: AdoptSheet,
  { config, runId, inventory, heldSizes, signal }: Known,
): Promise<void> {
  let batch: FileRow[] = [];
  const flush = async () => {
    const held = batch.filter(({ status }) => status === "completed");
    const sizes = await heldSizes(held.map(({ path }) => path ?? ""));
    // Held by the inventory and gone from the disk: as good as never fetched.
    const lost = new Set(held.filter((row, i) => !isHeld(row, sizes[i])));
    sheet.transaction(() => {
      for (const row of batch) {
        sheet.addListed(fromRow(row, inventory, lost.has(row) ? "pending" : row.status));
      }
    });
    batch = [];
  };
  for (const row of inventory.files.inScope({ runId, range: config.range })) {
    signal.throwIfAborted();
    batch.push(row);
    if (batch.length === 500) await flush();
  }
  await flush();
}

function fromRow(row: FileRow, inventory: Inventory, status: string): SheetRow {
  return {
    file_key: row.file_key,
    file_id: row.file_id,
    meeting_uuid: row.meeting_uuid,
    meeting_id: row.meeting_id,
    meeting_start: row.meeting_start,
    timezone: inventory.meetings.get(row.meeting_uuid)?.timezone ?? "",
    file_type: row.file_type,
    recording_type: row.recording_type,
    file_extension: row.file_extension,
    recording_start: row.recording_start,
    size: row.listed_size,
    status,
    reason: row.reason,
    path: row.path,
  };
}

/** Notes the hooks that are due, for every plugin that has them; `hooks run` or the next run calls them. */
export function noteDue(
  inventory: Inventory,
  { hooks }: Pick<ActivePlugins, "hooks">,
): (key: string, hook: FileHook) => void {
  return (key, hook) => {
    for (const { plugin, moments } of hooks) {
      if (moments.includes(hook)) inventory.hookRuns.enqueue(key, plugin, hook);
    }
  };
}
