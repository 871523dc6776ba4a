/** A large Parquet file by ranges of its rows, in bounded memory. What a range gives is what `openDataset` gives for these rows. */
import { Failure } from "../foundation/failure";
import type { ColumnPlan } from "./columns";
import type { FileWindows } from "./file-windows";
import { asCopyFailure } from "./parquet-copy";
import { ParquetProblem } from "./parquet-check";
import {
  fromFile,
  openReadable,
  plannedRows,
  readSamples,
  type ParquetOptions,
  type ParquetRow,
} from "./parquet-dataset";
import { MOST_ROWS_WHOLE, openParquetFile, type ParquetFile, type ParquetGroup } from "./parquet-file";
import { copyPieces } from "./parquet-pieces";
import { textsAt, columnsOf } from "./parquet-values";
import type { ReadTexts, RecordRange } from "./text-file";
import { UnreadableDataset } from "./unreadable";

/** What is known of a Parquet file once its footer has been read; plain data, so that a worker can read ranges by it. */
export interface ParquetShape {
  readonly path: string;
  /** Of the file that was looked at. */
  readonly identity: string;
  readonly format: "parquet";
  readonly plan: ColumnPlan;
  readonly rows: number;
  /** Bytes that the pages of the plan's columns unpack to. */
  readonly textBytes: number;
}

/** Bytes that a nested column may unpack to in a row group, for it is read whole. */
const MOST_NESTED_BYTES = 32 * 1024 * 1024;
/** Texts that may stand one by one in a page: each is an object of some 100 bytes. */
const MOST_TEXTS = 2 ** 18;

/** The shape of a Parquet file; null where its footer cannot be read. Throws a Failure (wrong usage) where the columns are unknown. */
export async function parquetShape(file: FileWindows, options: ParquetOptions): Promise<ParquetShape | null> {
  const { path, identity, bytes } = file;
  const opened = await openReadable(path, fromFile(file), { sha256: null, bytes }, options).catch((error: unknown) => {
    if (error instanceof UnreadableDataset) return null;
    throw error;
  });
  if (opened === null) return null;
  const { file: parquet, plan } = opened;
  const textBytes = parquet.groups.reduce((sum, group) => sum + unpackedBytes(parquet, group, columnsOf(plan)).all, 0);
  return { path, identity, format: "parquet", plan, rows: parquet.rows, textBytes };
}

/**
 * Whether a range of the file can be read without much of the rest: no row group's lists, and no page's texts, are too many to be
 * taken in hand. Reads the headers of all pages.
 */
export async function isReadByRange(file: FileWindows, { plan }: ParquetShape): Promise<boolean> {
  const parquet = await openParquetFile(fromFile(file));
  const rows = plannedRows(parquet, plan);
  for (const group of parquet.groups) {
    if (unpackedBytes(parquet, group, columnsOf(plan)).nested > MOST_NESTED_BYTES) return false;
    if ((await rows.mostTexts(group)) > MOST_TEXTS) return false;
  }
  return true;
}

/** Whether there are too many rows to make a sample of each. */
export const hasManyRows = ({ rows }: ParquetShape): boolean => rows > MOST_ROWS_WHOLE;

/** Bytes that the pages of columns unpack to in a row group: all, and those of nested columns. */
function unpackedBytes(
  { metadata, schema }: ParquetFile,
  { index }: ParquetGroup,
  names: readonly string[],
): { readonly all: number; readonly nested: number } {
  let [all, nested] = [0, 0];
  for (const { meta_data: meta } of metadata.row_groups[index]?.columns ?? []) {
    const name = meta?.path_in_schema[0] ?? "";
    if (meta === undefined || !names.includes(name)) continue;
    const bytes = Math.max(0, Number(meta.total_uncompressed_size)) || 0;
    all += bytes;
    const element = schema.children.find((child) => child.element.name === name);
    if (element === undefined || element.children.length > 0 || element.element.repetition_type === "REPEATED") {
      nested += bytes;
    }
  }
  return { all, nested };
}

/**
 * The rows of a file in ranges of at most so many rows and about so many bytes of text. `start` and `end` of a range count the bytes
 * that the plan's columns unpack to.
 */
export async function* parquetRanges(
  file: FileWindows,
  { plan }: ParquetShape,
  limits: { readonly records: number; readonly bytes: number },
): AsyncGenerator<RecordRange> {
  const parquet = await openParquetFile(fromFile(file));
  let before = 0;
  for (const group of parquet.groups.filter(({ rows }) => rows > 0)) {
    const perRow = Math.max(1, unpackedBytes(parquet, group, columnsOf(plan)).all / group.rows);
    const most = Math.max(1, Math.min(limits.records, Math.floor(limits.bytes / perRow)));
    for (let at = 0; at < group.rows; at += most) {
      const count = Math.min(most, group.rows - at);
      const [start, end] = [before + at * perRow, before + (at + count) * perRow];
      const row = group.first + at;
      yield { row, line: row + 1, start: Math.floor(start), end: Math.floor(end), count, problem: null };
    }
    before += group.rows * perRow;
  }
}

export interface ParquetRangeReader {
  /** The texts of a range's rows, or of those wanted. Throws a `Failure` where the file has changed. */
  texts(range: RecordRange, isWanted?: (row: number) => boolean): AsyncGenerator<ReadTexts>;
  samples(range: RecordRange): AsyncGenerator<ParquetRow>;
}

/** Reads ranges one after the other. Throws as `openDataset` does where the file has changed. */
export async function parquetRangeReader(file: FileWindows, { plan }: ParquetShape): Promise<ParquetRangeReader> {
  const rows = plannedRows(await openParquetFile(fromFile(file)), plan);
  const { schema } = rows.file;
  const within = ({ row, count }: RecordRange) => ({ first: row, end: row + count });
  return {
    async *texts(range, isWanted = () => true) {
      for await (const stretch of rows.read(within(range), isWanted)) {
        for (let i = 0; i < stretch.count; i++) {
          const row = stretch.row + i;
          if (isWanted(row)) yield { row, line: row + 1, texts: textsAt({ schema, stretch }, plan, i) };
        }
      }
    },
    samples: (range) => readSamples(rows, plan, within(range)),
  };
}

/** The file with some of its rows, piece by piece. Throws a `Failure` where it changed, or cannot be copied without a change. */
export async function* parquetCopy(file: FileWindows, isWanted: (row: number) => boolean): AsyncGenerator<Uint8Array> {
  try {
    const parquet = await openParquetFile(fromFile(file), true);
    const nested = Math.max(...parquet.groups.map((group) => unpackedBytes(parquet, group, parquet.columns).nested));
    if (nested > 2 * MOST_NESTED_BYTES) {
      const what = `its lists and structures take ${Math.round(nested / 1e6)} MB in a row group, too much for a copy`;
      const remedy = "Write the file with smaller row groups";
      throw new Failure(what, { file: file.path, remedy });
    }
    yield* copyPieces(parquet, { isWanted });
  } catch (error) {
    throw error instanceof ParquetProblem ? asCopyFailure(error, file.path) : error;
  }
}
