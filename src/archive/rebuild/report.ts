/** What is odd about an archive. */
export type OddityKind =
  /** Known, and not on disk: the next extract fetches it. */
  | "missing"
  /** On disk with another size or digest: the next extract fetches it. */
  | "differs"
  /** On disk, and nothing tells what it is: left in place. */
  | "unknown"
  /** A sidecar, or an entry of one, that cannot be used. */
  | "unreadable"
  /** Told twice: the first counts. */
  | "duplicate"
  /** A symbolic link, which is not followed. */
  | "link";

/** One odd thing. */
export interface Oddity {
  readonly kind: OddityKind;
  /** Below the archive, `/`-separated. */
  readonly path: string;
  readonly message: string;
}

/** How a rebuild came out. */
export interface RebuildSummary {
  readonly meetings: number;
  /** Files of the new inventory by status. */
  readonly files: Readonly<Record<string, number>>;
  /** Bytes of the held files. */
  readonly bytes: number;
  /** Files that only the journal knows. */
  readonly from_journal: number;
  /** Partial files that the next extract goes on with, or replaces. */
  readonly partials: number;
  /** By kind, all of them. */
  readonly oddity_counts: Readonly<Partial<Record<OddityKind, number>>>;
  /** The first of each kind. */
  readonly oddities: readonly Oddity[];
  /** The inventory that was there before, below the archive; absent where there was none. */
  readonly backup?: string;
}

const keptPerKind = 200;

/** Counts what is odd, and keeps some of each kind. */
export class OddityTally {
  readonly counts: Partial<Record<OddityKind, number>> = {};
  readonly items: Oddity[] = [];

  add(kind: OddityKind, path: string, message: string): void {
    const count = (this.counts[kind] ?? 0) + 1;
    this.counts[kind] = count;
    if (count <= keptPerKind) this.items.push({ kind, path, message });
  }
}
