import type { RunEvent, RunSummary } from "../../core/events.ts";

/** What one person's recordings came to in a run. */
export interface UserTotals {
  readonly user: string;
  downloaded: number;
  bytes: number;
  failed: number;
}

/** Counts by person, from the run's events and its summary. One entry per person, whatever the number of files. */
export class UserTally {
  readonly #users = new Map<string, UserTotals>();

  add(event: RunEvent): void {
    if (event.type !== "file_completed") return;
    const { user } = event.candidate;
    const totals = this.#of(user.email || user.id);
    totals.downloaded++;
    totals.bytes += event.sizeBytes;
  }

  /** People with something to tell, most bytes first, with the failures of `summary`. */
  totals(summary: RunSummary): UserTotals[] {
    const failed = new Map<string, number>();
    for (const { user_email: user } of summary.failures) {
      if (user !== "") failed.set(user, (failed.get(user) ?? 0) + 1);
    }
    for (const [user, count] of failed) this.#of(user).failed = count;
    return [...this.#users.values()].sort((a, b) => b.bytes - a.bytes || (a.user < b.user ? -1 : 1));
  }

  #of(user: string): UserTotals {
    const totals = this.#users.get(user) ?? { user, downloaded: 0, bytes: 0, failed: 0 };
    this.#users.set(user, totals);
    return totals;
  }
}
