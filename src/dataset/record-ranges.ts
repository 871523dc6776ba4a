/**
 * A dataset file of any size by ranges of its records, in bounded memory: JSONL, CSV and TSV by byte, Parquet by row group and page.
 * What a range gives is what `openDataset` gives for these records, but for `sha256`.
 */
import { createHash } from "node:crypto";
import { FileWindows } from "./file-windows";
import { hashOf } from "./parquet-dataset";
import {
  hasManyRows,
  isReadByRange,
  parquetCopy,
  parquetRangeReader,
  parquetRanges,
  parquetShape,
  type ParquetShape,
} from "./parquet-ranges";
import { isParquet } from "./source";
import {
  readBytes,
  readRange,
  readTexts,
  recordRanges,
  textShape,
  type IndexedSample,
  type ReadTexts,
  type RecordRange,
  type TextOptions,
  type TextShape,
} from "./text-file";

export type { ReadTexts, RecordRange } from "./text-file";

/** What is known of a file once its beginning or its footer has been read; plain data, so that a worker can read ranges by it. */
export type RangedShape = (TextShape & { readonly plan: NonNullable<TextShape["plan"]> }) | ParquetShape;

export interface ShapeOptions extends TextOptions {
  /** A file with no more bytes of text is to be read whole; 0 unless stated. */
  readonly above?: number | undefined;
}

/**
 * The shape of a file that is to be read by ranges; null for one that is small, or must be read whole or by another reader. Throws a
 * Failure (wrong usage) where the columns are unknown, and Cancelled.
 */
export async function rangedShape(file: FileWindows, options: ShapeOptions): Promise<RangedShape | null> {
  const { above = 0, format } = options;
  if ((format === undefined || format === "parquet") && isParquet(await file.read(0, 4))) {
    const shape = await parquetShape(file, options);
    const isLarge = shape !== null && (shape.textBytes > above || hasManyRows(shape));
    return isLarge && (await isReadByRange(file, shape)) ? shape : null;
  }
  const shape = file.bytes > above ? await textShape(file, options) : null;
  // Without a plan not one record can be read.
  return shape?.plan == null ? null : { ...shape, plan: shape.plan };
}

/** Bytes of the records' texts as they stand in the file, Parquet's unpacked. */
export const textBytesOf = (file: FileWindows, shape: RangedShape): number =>
  shape.format === "parquet" ? shape.textBytes : file.bytes;

interface RangeLimits {
  readonly records: number;
  readonly bytes: number;
}

/** The records of a file in ranges of at most so many records and bytes (one record may have more). */
export const rangesOf = (
  file: FileWindows,
  shape: RangedShape,
  limits: RangeLimits,
  signal?: AbortSignal,
): AsyncGenerator<RecordRange> =>
  shape.format === "parquet" ? parquetRanges(file, shape, limits) : recordRanges(file, shape, limits, { signal });

export interface Survey {
  readonly sha256: string;
  readonly ranges: readonly RecordRange[];
  readonly rows: number;
}

/** Reads the whole file once for its SHA-256 and the places of its records. Throws Cancelled, and a `Failure` where it changed. */
export async function surveyOf(
  file: FileWindows,
  shape: RangedShape,
  limits: RangeLimits,
  signal?: AbortSignal,
): Promise<Survey> {
  const ranges: RecordRange[] = [];
  if (shape.format === "parquet") {
    for await (const range of parquetRanges(file, shape, limits)) ranges.push(range);
    return { sha256: await hashOf(file, signal), ranges, rows: shape.rows };
  }
  const hash = createHash("sha256").update(await file.read(0, shape.start));
  const onBytes = (bytes: Buffer): void => {
    hash.update(bytes);
  };
  for await (const range of recordRanges(file, shape, limits, { signal, onBytes })) ranges.push(range);
  const last = ranges.at(-1);
  return { sha256: hash.digest("hex"), ranges, rows: last === undefined ? 0 : last.row + last.count };
}

/** Reads ranges, best one after the other. All throw a `Failure` where the file has changed. */
export interface RangeReader {
  /** The texts of a range's records, or of those wanted. */
  texts(range: RecordRange, isWanted?: (row: number) => boolean): AsyncIterable<ReadTexts>;
  /** The samples of a range, with their places in the file. */
  samples(range: RecordRange): AsyncIterable<IndexedSample>;
}

export async function rangeReader(file: FileWindows, shape: RangedShape): Promise<RangeReader> {
  if (shape.format === "parquet") return parquetRangeReader(file, shape);
  return {
    async *texts(range, isWanted) {
      yield* await readTexts(file, shape, range, isWanted);
    },
    async *samples(range) {
      yield* await readRange(file, shape, range);
    },
  };
}

/** The file with some of its records, piece by piece: text in its own bytes, Parquet written anew. Throws as `copyFiles` does. */
export async function* rangedCopy(
  shape: RangedShape,
  ranges: readonly RecordRange[],
  isWanted: (row: number) => boolean,
): AsyncGenerator<Uint8Array> {
  const file = await FileWindows.open(shape.path, shape.identity);
  try {
    if (shape.format === "parquet") yield* parquetCopy(file, isWanted);
    else yield* textCopy(file, shape, ranges, isWanted);
  } finally {
    await file.close();
  }
}

async function* textCopy(
  file: FileWindows,
  shape: TextShape,
  ranges: readonly RecordRange[],
  isWanted: (row: number) => boolean,
): AsyncGenerator<Uint8Array> {
  // Byte order mark, header, and blank lines.
  yield await file.read(0, ranges[0]?.start ?? 0);
  for (const range of ranges) {
    const pieces = (await readBytes(file, shape, range)).flatMap(({ row, bytes }) =>
      bytes !== null && isWanted(row) ? [bytes] : [],
    );
    if (pieces.length > 0) yield Buffer.concat(pieces);
  }
}
