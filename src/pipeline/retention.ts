import { type Clock, isoDay } from "../core/clock.ts";
import { addDays } from "../core/date_range.ts";
import type { EventListener } from "../core/events.ts";
import { purgeDay } from "../core/retention.ts";
import { formatCount } from "../core/units.ts";
import type { FileRow, Inventory, RunScope } from "../inventory/mod.ts";

const warnDays = 7;
const maxCounted = 1_000;
/** Purge days that a notice spells out. */
const maxDaysTold = 5;

/** Tells what Zoom is about to delete and what lies in the trash until when. */
export function reportRetention(
  inventory: Inventory,
  scope: RunScope,
  { clock, emit }: { clock: Clock; emit: EventListener },
): void {
  const today = isoDay(clock.now());
  const soon = addDays(today, warnDays);
  const expiring = inventory.files.expiring(scope, soon, maxCounted);
  const first = expiring[0];
  if (first) {
    emit({
      type: "notice",
      level: "warning",
      code: "expiring",
      message: `Zoom deletes ${count(expiring.length, maxCounted)} not held yet by ${soon}, the first on ` +
        `${first.auto_delete_date}: ${titleOf(first)}`,
      hint: "--order expiring fetches them first",
    });
  }
  reportTrash(inventory, scope, { soon, emit });
}

function reportTrash(
  inventory: Inventory,
  scope: RunScope,
  { soon, emit }: { soon: string; emit: EventListener },
): void {
  const first = inventory.files.firstInTrash(scope);
  if (!first) return;
  const days = inventory.files.trashDays(scope).map(({ day, files }) => ({ purge: purgeDay(day), files }));
  const dated = days.flatMap(({ purge, files }) => purge === undefined ? [] : [{ purge, files }]);
  const told = dated.slice(0, maxDaysTold).map(({ purge, files }) => `${formatCount(files)} on ${purge}`);
  const rest = dated.length > told.length ? ", the others later" : "";
  const when = dated.length === 0
    ? ""
    : `; Zoom purges ${told.join(", ")}${rest}; the first is ${titleOf(first)}`;
  emit({
    type: "notice",
    level: dated.some(({ purge }) => purge <= soon) ? "warning" : "info",
    code: "in_trash",
    message: `In the trash and not held: ${count(days.reduce((sum, { files }) => sum + files, 0))}${when}`,
    hint: "recover them in Zoom (Recordings, Trash), then run again",
  });
}

function count(files: number, cap = Infinity): string {
  const text = files >= cap ? `${formatCount(files)} or more` : formatCount(files);
  return `${text} ${files === 1 ? "file" : "files"}`;
}

function titleOf(row: FileRow): string {
  return `"${row.meeting_topic || "untitled"}" of ${row.user_email || row.user_id}`;
}
