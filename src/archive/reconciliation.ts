import { addDays } from "../core/date_range.ts";
import type { DepartedHost, Expiry, MissingGroup, Reconciliation } from "../core/reconciliation.ts";
import { trashDays } from "../core/retention.ts";
import type { Inventory, Narrowing, Owner } from "../inventory/mod.ts";

/** What a reconciliation is about. */
export interface ReconciliationRequest {
  readonly narrowing: Narrowing;
  /** Whose changes are told. */
  readonly runId: string | undefined;
  /** `YYYY-MM-DD`, UTC. */
  readonly today: string;
  /** Everybody of the narrowing who owns recordings. */
  readonly owners: readonly Owner[];
}

/** Paths told of each reason. */
const firstFiles = 3;
/** Days ahead that are looked at for what Zoom deletes. */
const daysAhead = 30;

/** What can be helped first, what is past help last. */
const order: readonly MissingGroup["status"][] = [
  "failed",
  "pending",
  "active",
  "in_trash",
  "not_ready",
  "skipped",
  "gone",
];

/** Holds what Zoom's listing said against what is held. Only reads. */
export function readReconciliation(
  inventory: Inventory,
  { narrowing, runId, today, owners }: ReconciliationRequest,
): Reconciliation {
  const { holdings } = inventory;
  const missing = holdings.missing(narrowing, firstFiles);
  missing.sort((a, b) => order.indexOf(a.status) - order.indexOf(b.status) || b.files - a.files);
  return {
    missing,
    ...(runId === undefined ? {} : { changes: holdings.changes(runId, narrowing) }),
    ...(holdings.knowsUsers() ? { departed: departed(inventory, owners, narrowing) } : {}),
    expiring: expiring(inventory, narrowing, today),
  };
}

/** Those of the people that a user filter means, `undefined` for everybody. */
export function ownersMeant(
  inventory: Inventory,
  filter: { readonly matchesAll: boolean; matches(user: { id: string; email: string }): boolean },
): { owners: readonly Owner[]; userIds: readonly string[] | undefined } {
  const everybody = inventory.holdings.owners();
  if (filter.matchesAll) return { owners: everybody, userIds: undefined };
  const owners = everybody.filter((owner) => filter.matches(owner));
  return { owners, userIds: owners.map(({ id }) => id) };
}

function departed(inventory: Inventory, owners: readonly Owner[], { range }: Narrowing): DepartedHost[] {
  return owners.flatMap((owner) => {
    const isInactive = owner.status !== "" && owner.status !== "active";
    if (!isInactive && !owner.hasLeft) return [];
    const months = inventory.holdings.months(owner.id, { range });
    const held = months.filter(({ status }) => status === "completed");
    const files = sum(months.map(({ files }) => files));
    if (files === 0) return [];
    return [{
      user_email: owner.email || owner.id,
      user_id: owner.id,
      state: owner.hasLeft ? "not listed" : owner.status,
      files,
      held: sum(held.map(({ files }) => files)),
      held_bytes: sum(held.map(({ heldBytes }) => heldBytes)),
    }];
  });
}

function expiring({ holdings }: Inventory, narrowing: Narrowing, today: string): Expiry[] {
  const until = addDays(today, daysAhead);
  // A day that has passed without the file being gone is told for as long as Zoom keeps its trash.
  const deleted = holdings.autoDeleted({ since: addDays(today, -trashDays), today, until }, narrowing)
    .map((total): Expiry => ({ ...total, cause: "auto_delete" }));
  const purged = holdings.trashed(narrowing)
    .filter(({ day }) => /^\d{4}-\d{2}-\d{2}$/.test(day))
    .map((total): Expiry => ({ ...total, day: addDays(total.day, trashDays), cause: "trash" }));
  return [...deleted, ...purged].sort((a, b) => a.day < b.day ? -1 : a.day > b.day ? 1 : 0);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
