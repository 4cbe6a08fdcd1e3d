import { type DateRange, daysIn, mergeRanges, subtractRanges } from "../../core/date_range.ts";
import { shortHash } from "../../core/recording.ts";
import { compileUserFilter, type UserFilter } from "../../core/user_filter.ts";
import type { Inventory, ListedUser, PastRun, UnprovenWindow } from "../../inventory/mod.ts";

/** Days that a run asked for and no listing has proven. */
export interface Gap extends DateRange {
  /** People concerned; 0 where it is about the account as a whole. */
  readonly users: number;
  /** Address of one of them; `""` where it is about the account. */
  readonly user_email: string;
}

/** A person, as far as what is due. */
type Person = Pick<ListedUser, "id" | "email" | "first_seen_at" | "left_at">;

/** A run, as far as what it asked for. */
type Asked = Pick<PastRun, "from" | "to" | "users" | "updated_at">;

interface AskedFor {
  readonly filter: UserFilter;
  readonly runs: readonly Asked[];
}

/** Runs that are looked at: for who runs every hour, a year. */
const maxRuns = 10_000;
/** Unproven windows that are looked at; the rest is as many. */
const maxUnproven = 10_000;

/** Which days of whom are proven, and which of those that runs asked for are not. */
export class Coverage {
  readonly #proofs: Inventory["proofs"];
  readonly #asked: readonly AskedFor[];
  /** Proofs of the account-wide list, and of that list under one of the filters. */
  readonly #account: readonly DateRange[];
  readonly #filtered: readonly { filter: UserFilter; proven: readonly DateRange[] }[];

  /** @param running id of a run that goes on: what it asks for is not due yet */
  constructor(proofs: Inventory["proofs"], running?: string) {
    this.#proofs = proofs;
    const runs = proofs.runs(maxRuns).filter(({ run_id }) => run_id !== running);
    const byFilter = Map.groupBy(runs, ({ users }) => compileUserFilter(users).canonical);
    this.#asked = [...byFilter.values()].map((runs) => ({
      filter: compileUserFilter(runs[0]?.users ?? []),
      runs,
    }));
    this.#account = mergeRanges(proofs.proven("account"));
    this.#filtered = this.#asked.filter(({ filter }) => !filter.matchesAll).map(({ filter }) => ({
      filter,
      proven: mergeRanges(proofs.proven(`account:${shortHash([filter.canonical], 8)}`)),
    }));
  }

  /** Days of this person that runs asked for, while there was something to ask; disjoint and ascending. */
  askedOf(person: Person): DateRange[] {
    const asked = this.#asked.filter(({ filter }) => filter.matches(person));
    return mergeRanges(asked.flatMap(({ runs }) => runs.filter((run) => isDue(run, person)).map(daysOf)));
  }

  /** Days of which a listing has proven that everything of this person was shown; disjoint and ascending. */
  provenOf(user: { readonly id: string; readonly email: string }): DateRange[] {
    return mergeRanges([
      ...this.#account,
      ...this.#filtered.flatMap(({ filter, proven }) => filter.matches(user) ? proven : []),
      ...this.#proofs.proven(`user:${user.id}`),
    ]);
  }

  /** Days within `range` that runs asked for and that are not proven, the first day first. */
  gaps(isMeant: (user: { id: string; email: string }) => boolean, range: DateRange | undefined): Gap[] {
    const found = new Map<string, Gap>();
    const add = (missing: readonly DateRange[], email: string) => {
      for (const { from, to } of missing.flatMap((days) => clip(days, range))) {
        const { users = 0, user_email = email } = found.get(`${from}/${to}`) ?? {};
        found.set(`${from}/${to}`, { from, to, users: email === "" ? users : users + 1, user_email });
      }
    };
    const answered = new Set<AskedFor>();
    for (const user of this.#proofs.users()) {
      for (const each of this.#asked) if (each.filter.matches(user)) answered.add(each);
      if (!isMeant(user)) continue;
      const open = this.askedOf(user).flatMap((days) => subtractRanges(days, this.#account));
      if (open.length === 0) continue;
      const proven = this.provenOf(user);
      add(open.flatMap((days) => subtractRanges(days, proven)), user.email || user.id);
    }
    // Where no list of users ever came, only the account-wide list can have answered.
    for (const each of this.#asked.filter((each) => !answered.has(each))) {
      const proven = mergeRanges([
        ...this.#account,
        ...this.#filtered.filter(({ filter }) => filter.canonical === each.filter.canonical)
          .flatMap(({ proven }) => proven),
      ]);
      add(mergeRanges(each.runs.map(daysOf)).flatMap((days) => subtractRanges(days, proven)), "");
    }
    return [...found.values()].sort((a, b) => a.from < b.from ? -1 : a.from > b.from ? 1 : 0);
  }

  /** Windows that were never proven and have days that nothing else has proven since. */
  unproven(range: DateRange | undefined): UnprovenWindow[] {
    return this.#proofs.unproven(maxUnproven).filter((window) => {
      const id = /^user:([^/]+)$/.exec(window.scope)?.[1];
      const proven = mergeRanges([
        ...this.#account,
        ...this.#proofs.proven(window.scope),
        ...(id === undefined ? [] : this.provenOf({ id, email: "" })),
      ]);
      return clip(window, range).some((days) => subtractRanges(days, proven).length > 0);
    });
  }
}

/** Nobody is asked about who was not there yet, or has left. */
function isDue(run: Asked, { first_seen_at, left_at }: Person): boolean {
  return run.updated_at >= first_seen_at && (left_at === "" || run.updated_at <= left_at);
}

/** Days after the run's own are not there yet. */
function daysOf({ from, to, updated_at }: Asked): DateRange {
  const day = updated_at.slice(0, 10);
  return { from, to: to < day ? to : day };
}

function clip({ from, to }: DateRange, range: DateRange | undefined): DateRange[] {
  const first = range && range.from > from ? range.from : from;
  const last = range && range.to < to ? range.to : to;
  return first <= last ? [{ from: first, to: last }] : [];
}

/** Days of `range` that are in `days`, which are disjoint. */
export function countDays(range: DateRange, days: readonly DateRange[]): number {
  return days.flatMap((each) => clip(each, range)).reduce((sum, each) => sum + daysIn(each), 0);
}

/** The days that both have, both disjoint. */
export function commonDays(a: readonly DateRange[], b: readonly DateRange[]): DateRange[] {
  return a.flatMap((range) => b.flatMap((each) => clip(each, range)));
}
