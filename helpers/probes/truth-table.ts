/**
 * Who reaches whom: one probe for each pair of pods, all in one batch per pod, and the comparison with
 * what should be so. A blocked cell counts only beside live controls of the same batch: its pod has
 * reached something, and its target has answered somebody.
 */
import { ProbeError } from '#env';
import { describeObservation, type Observation, type Verdict, verdicts } from './probe.ts';

/** What a table needs to know of a pod. */
export interface TablePod {
  readonly namespace: string;
  readonly name: string;
  readonly ip: string;
}

/** What one pod found about another. */
export interface Cell {
  readonly from: TablePod;
  readonly to: TablePod;
  readonly observation: Observation;
}

/** What should be seen in a cell; `blocked` is satisfied by dropped and by rejected. */
type ExpectedCell = 'open' | 'blocked' | 'dropped' | 'rejected';

/** Says for each pair of pods what should be seen; a pod that probes itself stays inside of itself. */
export type ExpectedTable = (from: TablePod, to: TablePod) => ExpectedCell;

/** How a table differs from what should be so. */
export interface TableComparison {
  readonly matches: boolean;
  /** One line for each cell that differs. */
  readonly mismatches: readonly string[];
  readonly counts: Readonly<Record<Verdict, number>>;
  readonly elapsedMs: number;
}

/** What is probed at every pod of a table. */
export interface TableTarget {
  readonly protocol: 'TCP' | 'UDP';
  readonly port: number;
}

/** The cells of a table and how they were measured. */
export interface TableContent extends TableTarget {
  readonly cells: readonly Cell[];
  readonly elapsedMs: number;
}

const signs: Readonly<Record<Verdict, string>> = {
  open: 'o',
  dropped: '.',
  rejected: 'x',
  'wrong-answer': '?',
  'not-run': '!',
};

const mostNamed = 5;

/** A measured table of who reaches whom. */
export class TruthTable {
  readonly cells: readonly Cell[];
  readonly protocol: 'TCP' | 'UDP';
  readonly port: number;
  readonly elapsedMs: number;
  readonly counts: Readonly<Record<Verdict, number>>;

  constructor({ cells, protocol, port, elapsedMs }: TableContent) {
    this.cells = cells;
    this.protocol = protocol;
    this.port = port;
    this.elapsedMs = elapsedMs;
    this.counts = Object.fromEntries(
      verdicts.map((verdict) => [
        verdict,
        cells.filter(({ observation }) => observation.verdict === verdict).length,
      ]),
    ) as Record<Verdict, number>;
  }

  /** Gives the verdict of each pair of pods by its name; a table that proves nothing is a ProbeError. */
  verdicts(): Record<string, Verdict> {
    this.#requireEveryCell();
    this.#requireControls();
    return Object.fromEntries(
      this.cells.map((cell) => [pairOf(cell, this), cell.observation.verdict]),
    );
  }

  /** Compares the table with what should be so; a table that proves nothing is a ProbeError. */
  compare(expected: ExpectedTable): TableComparison {
    this.#requireEveryCell();
    this.#requireControls();
    const mismatches = this.cells.flatMap((cell) => {
      const should = expected(cell.from, cell.to);
      return isSatisfied(should, cell.observation.verdict)
        ? []
        : [
            `${pairOf(cell, this)}: expected ${should}, saw ${describeObservation(cell.observation)}`,
          ];
    });
    const { counts, elapsedMs } = this;
    return { matches: mismatches.length === 0, mismatches, counts, elapsedMs };
  }

  /** Draws the table: one row for each pod that probes, one column for each pod that is probed. */
  toString(): string {
    const names = [...new Set(this.cells.map(({ from }) => nameOf(from)))];
    const width = Math.max(0, ...names.map((name) => name.length));
    const rows = names.map((name, index) => {
      const row = this.cells.filter(({ from }) => nameOf(from) === name);
      const drawn = row.map(({ observation }) => signs[observation.verdict]).join(' ');
      return `${String(index + 1).padStart(2)} ${name.padEnd(width)}  ${drawn}`;
    });
    const counts = verdicts.map(
      (verdict) => `${this.counts[verdict]} ${verdict} (${signs[verdict]})`,
    );
    const head = `${this.protocol} port ${this.port}, ${this.cells.length} cells in ${this.elapsedMs} ms`;
    return [`${head}: ${counts.join(', ')}`, ...rows].join('\n');
  }

  #requireEveryCell(): void {
    const missing = this.cells.filter(({ observation }) => observation.verdict === 'not-run');
    if (missing.length > 0) {
      throw new ProbeError(
        'PROBE_NOT_RUN',
        `Measuring who reaches whom: ${missing.length} of ${this.cells.length} cells could not be probed.\n` +
          this.#named(missing),
      );
    }
  }

  #requireControls(): void {
    const open = this.cells.filter(({ observation }) => observation.verdict === 'open');
    const reached = new Set(open.map(({ from }) => nameOf(from)));
    const answered = new Set(open.map(({ to }) => nameOf(to)));
    const unproved = this.cells.filter(
      ({ from, to, observation }) =>
        (observation.verdict === 'dropped' || observation.verdict === 'rejected') &&
        !(reached.has(nameOf(from)) && answered.has(nameOf(to))),
    );
    if (unproved.length > 0) {
      throw new ProbeError(
        'PROBE_WITHOUT_CONTROL',
        `Measuring who reaches whom: ${unproved.length} of ${this.cells.length} cells are blocked without ` +
          'a live control: the pod reached nothing at all, or the target answered nobody. ' +
          `Look into the logs of these pods.\n${this.#named(unproved)}`,
      );
    }
  }

  #named(cells: readonly Cell[]): string {
    const lines = cells
      .slice(0, mostNamed)
      .map((cell) => `  ${pairOf(cell, this)}: ${describeObservation(cell.observation)}`);
    return [
      ...lines,
      ...(cells.length > mostNamed ? [`  and ${cells.length - mostNamed} more`] : []),
    ].join('\n');
  }
}

function pairOf({ from, to }: Pick<Cell, 'from' | 'to'>, { protocol, port }: TableTarget): string {
  return `${nameOf(from)} (${from.ip}) -> ${nameOf(to)} (${to.ip}:${port}/${protocol})`;
}

function nameOf({ namespace, name }: TablePod): string {
  return `${namespace}/${name}`;
}

function isSatisfied(expected: ExpectedCell, seen: Verdict): boolean {
  return expected === 'blocked' ? seen === 'dropped' || seen === 'rejected' : expected === seen;
}

/** What a matcher expects of one cell. */
export type CellMatcher = Verdict | Readonly<Record<string, unknown>>;

const blocked: CellMatcher = {
  asymmetricMatch: (seen: unknown) => seen === 'dropped' || seen === 'rejected',
  toString: () => 'blocked',
};

/** Writes down what every cell should be, in the form that a reading of the table is expected to settle on. */
export function expectedTable(
  pods: readonly TablePod[],
  target: TableTarget,
  expected: ExpectedTable,
): Record<string, CellMatcher> {
  const cells = pods.flatMap((from) => pods.map((to) => ({ from, to })));
  return Object.fromEntries(
    cells.map(({ from, to }) => {
      const should = expected(from, to);
      return [pairOf({ from, to }, target), should === 'blocked' ? blocked : should];
    }),
  );
}

/** Writes down what every cell at several ports should be, for a reading of all of them. */
export function expectedTables(
  pods: readonly TablePod[],
  targets: readonly TableTarget[],
  expected: (target: TableTarget) => ExpectedTable,
): Record<string, CellMatcher> {
  const tables = targets.map((target) => expectedTable(pods, target, expected(target)));
  return Object.assign({}, ...tables) as Record<string, CellMatcher>;
}
