import { addDays } from "./date_range.ts";

/** Days a recording stays in the trash before Zoom purges it (Zoom support, KB0062905). */
export const trashDays = 30;

/** The day Zoom purges for good what went to the trash at `deletedTime`; `undefined` when that is not known. */
export function purgeDay(deletedTime: string | null): string | undefined {
  const deleted = deletedTime?.slice(0, 10);
  return deleted && /^\d{4}-\d{2}-\d{2}$/.test(deleted) ? addDays(deleted, trashDays) : undefined;
}
