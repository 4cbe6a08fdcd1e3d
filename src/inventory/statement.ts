import type { SQLInputValue, SQLOutputValue, StatementResultingChanges, StatementSync } from "node:sqlite";

/** A row by column name. */
export type Row = Record<string, SQLOutputValue>;

/** What a statement is given: values in order, or an object by name. */
export type Parameters = SQLInputValue[] | [named: Record<string, SQLInputValue>];

/**
 * A prepared statement.
 *
 * It takes rows as arrays and makes the objects itself: those that the runtime makes are dictionaries, take half as long
 * again to read, and keep about 100 bytes per row outside the heap for as long as the process lives (measured on
 * Deno 2.9.6: 147 MB against 64 MB after 800,000 rows).
 */
export class Statement {
  readonly #statement: StatementSync;
  #names: readonly string[] | undefined;

  constructor(statement: StatementSync) {
    this.#statement = statement;
    // Missing in the types of Deno 2.9.
    (statement as StatementSync & { setReturnArrays(on: boolean): void }).setReturnArrays(true);
  }

  /** All rows. */
  all(...parameters: Parameters): Row[] {
    return arrays(this.#statement.all(...parameters as SQLInputValue[])).map((values) => this.#toRow(values));
  }

  /** The first row. */
  get(...parameters: Parameters): Row | undefined {
    const values = this.#statement.get(...parameters as SQLInputValue[]);
    return values === undefined ? undefined : this.#toRow(values as unknown as SQLOutputValue[]);
  }

  /** One row after the other. */
  *iterate(...parameters: Parameters): Generator<Row> {
    for (const values of this.#statement.iterate(...parameters as SQLInputValue[])) {
      yield this.#toRow(values as unknown as SQLOutputValue[]);
    }
  }

  /** Runs it for what it changes. */
  run(...parameters: Parameters): StatementResultingChanges {
    return this.#statement.run(...parameters as SQLInputValue[]);
  }

  #toRow(values: readonly SQLOutputValue[]): Row {
    const names = this.#names ??= this.#statement.columns().map(({ name }) => name);
    const row: Row = {};
    for (let i = 0; i < names.length; i++) row[names[i] ?? ""] = values[i] ?? null;
    return row;
  }
}

function arrays(rows: unknown): readonly SQLOutputValue[][] {
  return rows as readonly SQLOutputValue[][];
}
