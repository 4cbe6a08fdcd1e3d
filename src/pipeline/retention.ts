import { type Clock, isoDay } from "../core/clock.ts";
import { addDays } from "../core/date_range.ts";
import type { EventListener } from "../core/events.ts";
import { formatCount } from "../core/units.ts";
import type { FileRow, Inventory, RunScope } from "../inventory/mod.ts";

/** Days a recording stays in the trash before Zoom purges it (Zoom support, KB0062905). */
export const trashDays = 30;

const warnDays = 7;

/** Tells what Zoom is about to delete and what lies in the trash until when. */
export function reportRetention(
  inventory: Inventory,
  scope: RunScope,
  { clock, emit }: { clock: Clock; emit: EventListener },
): void {
  const today = isoDay(clock.now());
  const soon = addDays(today, warnDays);
  const expiring = inventory.files.expiring(scope, soon, 1_000);
  const first = expiring[0];
  if (first) {
    emit({
      type: "notice",
      level: "warning",
      code: "expiring",
      message: `Zoom deletes ${count(expiring.length, 1_000)} not held yet by ${soon}, the first on ` +
        `${first.auto_delete_date}: ${titleOf(first)}`,
      hint: "--order expiring fetches them first",
    });
  }
  reportTrash(inventory.files.inTrash(scope), { soon, emit });
}

function reportTrash(rows: readonly FileRow[], { soon, emit }: { soon: string; emit: EventListener }): void {
  if (rows.length === 0) return;
  const dated = rows.flatMap((row) => {
    const purge = purgeDay(row);
    return purge === undefined ? [] : [{ row, purge }];
  });
  const first = dated[0];
  const urgent = dated.filter(({ purge }) => purge <= soon).length;
  const when = first ? `; the first is purged on ${first.purge}: ${titleOf(first.row)}` : "";
  emit({
    type: "notice",
    level: urgent > 0 ? "warning" : "info",
    code: "in_trash",
    message: `In the trash and not held: ${count(rows.length)}${when}`,
    hint: "recover them in Zoom (Recordings, Trash), then run again",
  });
}

/** The day Zoom purges a trashed file for good; `undefined` when the listing does not say since when it is there. */
export function purgeDay(row: Pick<FileRow, "deleted_time">): string | undefined {
  const deleted = row.deleted_time?.slice(0, 10);
  return deleted && /^\d{4}-\d{2}-\d{2}$/.test(deleted) ? addDays(deleted, trashDays) : undefined;
}

function count(files: number, cap = Infinity): string {
  const text = files >= cap ? `${formatCount(files)} or more` : formatCount(files);
  return `${text} ${files === 1 ? "file" : "files"}`;
}

function titleOf(row: FileRow): string {
  return `"${row.meeting_topic || "untitled"}" of ${row.user_email || row.user_id}`;
}
