/**
 * The records of a dataset file by their number, in bounded memory. JSONL, CSV and TSV of any size are read by byte: an index
 * holds where every 64th record begins (some MB for a file of 2 GB) and grows in the background, so that the first records can
 * be read at once. Parquet is read by row group. A file in another format or encoding is read by `openDataset`, whose limits hold.
 */
import { Cancelled, Failure, throwIfCancelled } from "../foundation/failure";
import type { ColumnPlan } from "./columns";
import { FileWindows } from "./file-windows";
import { openDataset, type OpenOptions } from "./open";
import { openParquetIndex } from "./parquet-index";
import { recordBoundaries } from "./record-boundaries";
import type { Dataset, DatasetFormat } from "./sample";
import { isParquet } from "./source";
import { readRange, recordRanges, textShape, type IndexedSample, type RecordPlace, type TextShape } from "./text-file";
import { UnreadableDataset } from "./unreadable";

export type { IndexedSample } from "./text-file";

export interface RecordIndex {
  readonly path: string;
  readonly format: DatasetFormat;
  readonly columns: Dataset["columns"];
  /** Size of the file. */
  readonly bytes: number;
  /** How much of it has been indexed. */
  readonly indexedBytes: number;
  /** Records known so far, unreadable ones included; all of them once `complete`. */
  readonly rows: number;
  readonly complete: boolean;
  /** Why it will never be complete, in one line: the file changed or can no longer be read. Else null. */
  readonly problem: string | null;
  /** Settles when the index is complete. Rejects with a `Failure` when the file changed, and with `Cancelled`. */
  readonly completed: Promise<void>;
  /**
   * The records from `firstRow` on: at most `count`, those known so far, and not more than about 32 MB of them (at least one).
   * Throws a `Failure` when the file changed since it was opened, and `Cancelled` once it is closed.
   */
  read(firstRow: number, count: number): Promise<readonly IndexedSample[]>;
  /** Stops indexing and lets go of the file. */
  close(): Promise<void>;
}

export interface IndexOptions extends OpenOptions {
  /** Called while the index grows, a few times a second, and when it is complete. */
  readonly onProgress?: ((index: RecordIndex) => void) | undefined;
}

/** Opens a file for reading by row, its first records at once. Throws what `openDataset` throws; `signal` also stops the indexing later. */
export async function openIndex(path: string, options: IndexOptions = {}): Promise<RecordIndex> {
  throwIfCancelled(options.signal);
  const file = await FileWindows.open(path);
  try {
    if (isParquet(await file.read(0, 4))) return await openParquetIndex(file, options);
    const shape = await textShape(file, options);
    if (shape !== null) {
      const index = new TextIndex(file, shape, requirePlan(file, shape), options);
      await index.begun;
      return index;
    }
  } catch (error) {
    await file.close();
    throw error;
  }
  await file.close();
  return datasetIndex(await openDataset(path, options));
}

function requirePlan(file: FileWindows, { path, format, plan }: TextShape): ColumnPlan {
  if (plan !== null) return plan;
  throw new UnreadableDataset(
    "none of its records can be read",
    { file: path, remedy: "Check the file's format and columns" },
    { format, sha256: null, bytes: file.bytes, rows: 0, skipped: [] },
  );
}

const RECORDS_PER_ENTRY = 64;
/** After so many bytes the next record gets an entry too. */
const FAR_BYTES = 1024 * 1024;
/** Bytes of one answer. */
const MOST_BYTES = 32 * 1024 * 1024;
const PROGRESS_MILLISECONDS = 200;

class TextIndex implements RecordIndex {
  rows = 0;
  indexedBytes = 0;
  complete = false;
  problem: string | null = null;
  readonly columns: Dataset["columns"];
  readonly completed: Promise<void>;
  /** Settles when the first records are known, or none will be. */
  readonly begun: Promise<void>;
  private begin: () => void = () => undefined;
  private readonly entries = new Entries();
  private readonly closing = new AbortController();
  private readonly signal: AbortSignal;

  constructor(
    private readonly file: FileWindows,
    private readonly shape: TextShape,
    { input, output }: ColumnPlan,
    { signal, onProgress }: IndexOptions,
  ) {
    this.columns = { input: input.label, output: output.label };
    this.signal = signal === undefined ? this.closing.signal : AbortSignal.any([signal, this.closing.signal]);
    this.begun = new Promise((resolve) => {
      this.begin = resolve;
    });
    this.completed = this.build(onProgress).finally(() => {
      this.begin();
    });
    this.completed.catch((error: unknown) => {
      if (error instanceof Failure) this.problem = error.oneLine;
    });
  }

  get path(): string {
    return this.file.path;
  }

  get format(): DatasetFormat {
    return this.shape.format;
  }

  get bytes(): number {
    return this.file.bytes;
  }

  async read(firstRow: number, count: number): Promise<readonly IndexedSample[]> {
    throwIfCancelled(this.signal);
    const end = Math.min(firstRow + count, this.rows);
    const from = this.entries.before(firstRow);
    if (from === null || firstRow < 0 || firstRow >= end) return [];
    const records: IndexedSample[] = [];
    const rows = { first: firstRow, end };
    const limits = { records: 1000, bytes: MOST_BYTES };
    let bytes = 0;
    for await (const range of recordRanges(this.file, this.shape, limits, { from, rows, signal: this.signal })) {
      bytes += range.end - range.start;
      if (records.length > 0 && bytes > MOST_BYTES) break;
      records.push(...(await readRange(this.file, this.shape, range)));
    }
    return records;
  }

  async close(): Promise<void> {
    this.closing.abort();
    await this.completed.catch(() => undefined);
    await this.file.close();
  }

  private async build(onProgress: IndexOptions["onProgress"]): Promise<void> {
    const { shape, file, entries } = this;
    let row = shape.header.length > 0 ? -1 : 0;
    let told = performance.now();
    const boundaries = recordBoundaries(shape.division, shape.start, 1, (start, _end, _next, line) => {
      if (row >= 0) entries.note(row, line, start);
      row++;
    });
    for await (const bytes of file.pieces(shape.start, file.bytes, this.signal)) {
      boundaries.push(bytes);
      this.rows = Math.max(0, row);
      this.indexedBytes += bytes.length;
      if (this.rows > 0) this.begin();
      if (performance.now() - told < PROGRESS_MILLISECONDS) continue;
      told = performance.now();
      onProgress?.(this);
    }
    throwIfCancelled(this.signal);
    boundaries.finish();
    this.rows = Math.max(0, row);
    this.indexedBytes = file.bytes;
    this.complete = true;
    onProgress?.(this);
  }
}

/** Where some of the records begin: every 64th, and the one after a long stretch of bytes. */
class Entries {
  private row = new Float64Array(1024);
  private line = new Float64Array(1024);
  private start = new Float64Array(1024);
  private count = 0;
  private lastRow = -Infinity;
  private lastStart = -Infinity;

  note(row: number, line: number, start: number): void {
    if (row - this.lastRow < RECORDS_PER_ENTRY && start - this.lastStart < FAR_BYTES) return;
    if (this.count === this.row.length) {
      this.row = doubled(this.row);
      this.line = doubled(this.line);
      this.start = doubled(this.start);
    }
    this.row[this.count] = row;
    this.line[this.count] = line;
    this.start[this.count] = start;
    this.count++;
    this.lastRow = row;
    this.lastStart = start;
  }

  /** The last place noted at or before `row`. */
  before(row: number): RecordPlace | null {
    let low = 0;
    let high = this.count - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.row[middle]! <= row) low = middle;
      else high = middle - 1;
    }
    return this.count === 0 ? null : { row: this.row[low]!, line: this.line[low]!, start: this.start[low]! };
  }
}

function doubled(array: Float64Array): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(2 * array.length);
  larger.set(array);
  return larger;
}

/** The same of a dataset that was read whole. */
function datasetIndex(dataset: Dataset): RecordIndex {
  const byRow = new Map<number, IndexedSample>();
  for (const sample of dataset.samples)
    byRow.set(sample.row, { row: sample.row, line: sample.line, sample, problem: null });
  for (const { row, line, reason } of dataset.skipped) byRow.set(row, { row, line, sample: null, problem: reason });
  const { path, format, columns, bytes, rows } = dataset;
  let isClosed = false;
  return {
    path,
    format,
    columns,
    bytes,
    indexedBytes: bytes,
    rows,
    complete: true,
    problem: null,
    completed: Promise.resolve(),
    read(firstRow, count) {
      if (isClosed) return Promise.reject(new Cancelled());
      const wanted = Array.from({ length: Math.max(0, Math.min(count, rows - firstRow)) }, (_, i) =>
        byRow.get(firstRow + i),
      );
      return Promise.resolve(wanted.flatMap((record) => record ?? []));
    },
    close() {
      isClosed = true;
      byRow.clear();
      return Promise.resolve();
    },
  };
}
