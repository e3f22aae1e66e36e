/**
 * One kind of object that the cloud keeps, by id, in the order of making. Rows are never changed in
 * place, so that whoever holds one holds a snapshot.
 */

/** The rows of one kind. */
export class Table<Row extends { readonly id: string }> {
  readonly #rows = new Map<string, Row>();
  readonly #changed: () => void;
  #all: readonly Row[] | undefined;

  constructor(changed: () => void) {
    this.#changed = changed;
  }

  get size(): number {
    return this.#rows.size;
  }

  get(id: string): Row | undefined {
    return this.#rows.get(id);
  }

  all(): readonly Row[] {
    this.#all ??= [...this.#rows.values()];
    return this.#all;
  }

  insert(row: Row): Row {
    this.#rows.set(row.id, row);
    this.#touch();
    return row;
  }

  /** Replaces some fields; gives undefined when the row is gone. */
  update(id: string, fields: Partial<Row>): Row | undefined {
    const row = this.#rows.get(id);
    if (row === undefined) return undefined;
    const next = { ...row, ...fields };
    this.#rows.set(id, next);
    this.#touch();
    return next;
  }

  remove(id: string): boolean {
    const wasThere = this.#rows.delete(id);
    if (wasThere) this.#touch();
    return wasThere;
  }

  #touch(): void {
    this.#all = undefined;
    this.#changed();
  }
}
