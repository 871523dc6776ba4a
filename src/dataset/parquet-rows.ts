/**
 * The rows of a Parquet file in bounded memory: row group after row group, in each the stretches of rows whose columns' pages can be
 * read. What is read last is kept, so that reading on where one stopped reads no page twice.
 */
import { ParquetProblem } from "./parquet-check";
import type { ParquetFile, ParquetGroup } from "./parquet-file";
import type { ColumnStretches, Stretch } from "./parquet-stretches";
import { sampleNumber } from "./sample-number";

/** Rows that stand together: their values, or why there are none. */
export interface RowStretch {
  /** Number of the first one in the file. */
  readonly row: number;
  readonly count: number;
  /** One line that names the rows which are lost together, and their row group; else null. */
  readonly problem: string | null;
  /** The value of a column in the row `row + i`. Throws a ParquetProblem. */
  readonly valueAt: (column: string, i: number) => unknown;
}

/** Rows of a file, `end` exclusive. */
export interface RowRange {
  readonly first: number;
  readonly end: number;
}

export class ParquetRows {
  #open: { readonly group: ParquetGroup; readonly columns: ReadonlyMap<string, ColumnStretches> } | null = null;

  /** `columns`: the top-level ones whose values are wanted. */
  constructor(
    readonly file: ParquetFile,
    private readonly columns: readonly string[],
  ) {}

  /** The rows of a range in the order of the file, but for stretches in which none is wanted. Throws a `Failure` where the file changed. */
  async *read(range: RowRange, isWanted: (row: number) => boolean = () => true): AsyncGenerator<RowStretch> {
    const { groups } = this.file;
    for (let index = groupAt(groups, range.first); index < groups.length; index++) {
      const group = groups[index]!;
      if (group.first >= range.end) return;
      const within = {
        first: Math.max(range.first, group.first) - group.first,
        end: Math.min(range.end, group.first + group.rows) - group.first,
      };
      if (within.first < within.end && holds(group.first, within, isWanted))
        yield* this.#readGroup(group, within, isWanted);
    }
  }

  /** Texts that stand one by one in the largest page of a group. */
  async mostTexts(group: ParquetGroup): Promise<number> {
    return Math.max(...[...(await this.#columnsOf(group)).values()].map(({ mostTexts }) => mostTexts));
  }

  async *#readGroup(
    group: ParquetGroup,
    { first, end }: Stretch,
    isWanted: (row: number) => boolean,
  ): AsyncGenerator<RowStretch> {
    const columns = await this.#columnsOf(group);
    const cuts = new Set([first, end]);
    for (const { stretches } of columns.values()) {
      for (const stretch of stretches) if (stretch.first > first && stretch.first < end) cuts.add(stretch.first);
    }
    const sorted = [...cuts].sort((a, b) => a - b);
    for (const [i, from] of sorted.entries()) {
      const to = sorted[i + 1];
      if (to === undefined || !holds(group.first, { first: from, end: to }, isWanted)) continue;
      yield await stretchAt(group, columns, { first: from, end: to });
    }
  }

  async #columnsOf(group: ParquetGroup): Promise<ReadonlyMap<string, ColumnStretches>> {
    if (this.#open?.group === group) return this.#open.columns;
    this.#open = null;
    const columns = new Map<string, ColumnStretches>();
    for (const name of this.columns) columns.set(name, await this.file.stretches(group, name));
    this.#open = { group, columns };
    return columns;
  }
}

async function stretchAt(
  group: ParquetGroup,
  columns: ReadonlyMap<string, ColumnStretches>,
  rows: Stretch,
): Promise<RowStretch> {
  const place = { row: group.first + rows.first, count: rows.end - rows.first };
  const read = new Map<string, { readonly values: ArrayLike<unknown>; readonly from: number }>();
  for (const [name, column] of columns) {
    const own = column.stretches.find(({ first, end }) => rows.first >= first && rows.first < end);
    if (own === undefined) throw new RangeError("no such rows in the row group");
    try {
      read.set(name, { values: (await column.values(own)) as ArrayLike<unknown>, from: own.first });
    } catch (error) {
      if (!(error instanceof ParquetProblem)) throw error;
      return { ...place, problem: lostRows(group, own, error), valueAt: () => null };
    }
  }
  return {
    ...place,
    problem: null,
    valueAt(name, i) {
      const own = read.get(name);
      return own === undefined ? undefined : columns.get(name)?.parsed(own.values[rows.first + i - own.from]);
    },
  };
}

function holds(groupFirst: number, { first, end }: Stretch, isWanted: (row: number) => boolean): boolean {
  for (let row = first; row < end; row++) if (isWanted(groupFirst + row)) return true;
  return false;
}

/** Why rows cannot be read that stand together. */
function lostRows({ index, first }: ParquetGroup, lost: Stretch, { message }: ParquetProblem): string {
  const [from, to] = [sampleNumber(first + lost.first), sampleNumber(first + lost.end - 1)];
  const samples = from === to ? `sample ${from}` : `samples ${from} to ${to}`;
  return `${samples} (row group ${index + 1}) cannot be read: ${message}`;
}

/** The index of the group with a row, else of the one after it. */
function groupAt(groups: readonly ParquetGroup[], row: number): number {
  let low = 0;
  let high = groups.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const group = groups[middle]!;
    if (group.first + group.rows <= row) low = middle + 1;
    else high = middle;
  }
  return low;
}
