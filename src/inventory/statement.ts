import type { SQLInputValue, StatementSync } from "node:sqlite";
import { inventoryError } from "./sqlite_error.ts";

/** Named values, as one record, or values by position. */
type Values = [Record<string, SQLInputValue>, ...SQLInputValue[]] | SQLInputValue[];

/** A prepared statement whose failures are {@linkcode InventoryError}s, whenever they come to light. */
export class Statement {
  readonly #statement: StatementSync;
  readonly #path: string;

  constructor(statement: StatementSync, path: string) {
    this.#statement = statement;
    this.#path = path;
  }

  get(...values: Values): Record<string, unknown> | undefined {
    return translated(this.#path, () => this.#statement.get(...values as SQLInputValue[]));
  }

  all(...values: Values): Record<string, unknown>[] {
    return translated(this.#path, () => this.#statement.all(...values as SQLInputValue[]));
  }

  run(...values: Values): { changes: number | bigint } {
    return translated(this.#path, () => this.#statement.run(...values as SQLInputValue[]));
  }

  *iterate(...values: Values): Generator<Record<string, unknown>> {
    try {
      yield* this.#statement.iterate(...values as SQLInputValue[]);
    } catch (thrown) {
      throw inventoryError(thrown, this.#path);
    }
  }
}

/** Runs `body`; what SQLite throws comes out as an {@linkcode InventoryError}. */
export function translated<T>(path: string, body: () => T): T {
  try {
    return body();
  } catch (thrown) {
    throw inventoryError(thrown, path);
  }
}
