/**
 * A copy of a Parquet file in pieces, in bounded memory: the same schema, key-value metadata and stored values in the chosen rows, in
 * a file written anew (its bytes, row groups, encodings and statistics are its own). What was written is read again and compared
 * before it is given.
 */
import { isDeepStrictEqual } from "node:util";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { parquetSchema, type CompressionCodec, type RowGroup, type SchemaElement, type SchemaTree } from "hyparquet";
import { ByteWriter, ParquetWriter } from "hyparquet-writer";
import { quoted } from "./columns";
import { ParquetProblem } from "./parquet-check";
import { openParquetFile, rawSchema, type ParquetFile, type RandomBytes } from "./parquet-file";
import { ParquetRows, type RowRange } from "./parquet-rows";

/** The values of a row as they are stored, by column. */
export type Row = Record<string, unknown>;

/** Which rows are written, and how. */
export interface CopyPlan {
  readonly isWanted: (row: number) => boolean;
  readonly rewritten?: (row: Row, number: number) => Row;
}

const COMPRESSORS = {
  GZIP: (bytes: Uint8Array) => gzipSync(bytes),
  BROTLI: (bytes: Uint8Array) => brotliCompressSync(bytes),
};

/** A file's own codec where it can be written here, else Snappy. */
function codecFor(codec: CompressionCodec | undefined): CompressionCodec {
  return codec === "UNCOMPRESSED" || codec === "GZIP" || codec === "BROTLI" ? codec : "SNAPPY";
}

/** Values of a row group that is written, as far as they are texts and the like, in bytes; it ends with the file's own groups too. */
const GROUP_BYTES = 16 * 1024 * 1024;

/**
 * The bytes of a copy piece by piece, a row group at a time. Throws a ParquetProblem for what cannot be read, or not be written
 * without a change.
 */
export async function* copyPieces(
  file: ParquetFile,
  { isWanted, rewritten }: CopyPlan,
  groupBytes = GROUP_BYTES,
): AsyncGenerator<Uint8Array> {
  const { schema, key_value_metadata: kvMetadata, row_groups: groups, created_by: createdBy } = file.metadata;
  const map = parquetSchema({ schema }).children.find(holdsMap);
  if (map !== undefined)
    throw new ParquetProblem(`the column ${quoted(map.element.name)} holds maps, which cannot be written here`);
  const writer = new ByteWriter();
  const parquet = new ParquetWriter({
    writer,
    schema: rawSchema(schema),
    compressors: COMPRESSORS,
    statistics: false,
    ...(kvMetadata === undefined ? {} : { kvMetadata }),
    ...(createdBy === undefined ? {} : { createdBy: `dece-audit, from a file by ${createdBy}` }),
  });
  yield drained(writer);
  for (const group of file.groups) {
    const codec = codecFor(groups[group.index]?.columns[0]?.meta_data?.codec);
    const end = group.first + group.rows;
    for await (const rows of rowBatches(file, { first: group.first, end }, isWanted, groupBytes)) {
      const picked = rows.map(({ number, row }) => rewritten?.(row, number) ?? row);
      const columnData = file.columns.map((name) => ({ name, codec, data: picked.map((row) => row[name]) }));
      const start = writer.offset;
      await writing(() => parquet.write({ columnData, rowGroupSize: picked.length }));
      const bytes = drained(writer);
      const written = parquet.row_groups.at(-1);
      if (written === undefined) throw new ParquetProblem("not all of its rows can be written");
      await requireSame(await groupAlone(rawSchema(schema), written, { start, bytes }), picked);
      yield bytes;
    }
  }
  // The values were written as they are stored; the footer says what they stand for, as the file's own does.
  parquet.schema = schema.map(writableElement);
  const start = writer.offset;
  await writing(() => parquet.finish());
  const bytes = drained(writer);
  await requireFooter({ start, bytes }, parquet.row_groups);
  yield bytes;
}

/** What was written and not yet taken; the writer goes on counting from there. */
function drained(writer: ByteWriter): Buffer {
  const bytes = Buffer.from(Uint8Array.from(writer.getBytes()).buffer);
  writer.index = 0;
  return bytes;
}

interface NumberedRow {
  readonly number: number;
  readonly row: Row;
}

/** The wanted rows of a range as they are stored, in batches of about `most` bytes. */
async function* rowBatches(
  file: ParquetFile,
  range: RowRange,
  isWanted: (row: number) => boolean,
  most: number,
): AsyncGenerator<NumberedRow[]> {
  let batch: NumberedRow[] = [];
  let bytes = 0;
  for await (const { row: first, count, problem, valueAt } of new ParquetRows(file, file.columns).read(
    range,
    isWanted,
  )) {
    if (problem !== null) throw new ParquetProblem(problem);
    for (let i = 0; i < count; i++) {
      if (!isWanted(first + i)) continue;
      const row = Object.fromEntries(file.columns.map((name) => [name, valueAt(name, i)]));
      batch.push({ number: first + i, row });
      bytes += file.columns.reduce((sum, name) => sum + sizeOf(row[name]), 0);
      if (bytes < most) continue;
      yield batch;
      batch = [];
      bytes = 0;
    }
  }
  if (batch.length > 0) yield batch;
}

function sizeOf(value: unknown): number {
  if (value instanceof Uint8Array) return 4 + value.length;
  if (typeof value !== "object" || value === null) return 8;
  return Object.values(value).reduce((sum: number, part: unknown) => sum + sizeOf(part), 8);
}

interface Written {
  /** Where the bytes stand in the copy. */
  readonly start: number;
  readonly bytes: Uint8Array;
}

/** A file with one row group of the copy, at its place, and nothing else. */
async function groupAlone(schema: SchemaElement[], group: RowGroup, { start, bytes }: Written): Promise<RandomBytes> {
  const writer = new ByteWriter();
  const footer = new ParquetWriter({ writer, schema });
  footer.row_groups = [group];
  footer.num_rows = group.num_rows;
  const mark = drained(writer);
  await writing(() => footer.finish());
  return inPlace([
    { start: 0, bytes: mark },
    { start, bytes },
    { start: start + bytes.length, bytes: drained(writer) },
  ]);
}

/** Bytes of a file of which only pieces are there. */
function inPlace(pieces: readonly Written[]): RandomBytes {
  const last = pieces.at(-1);
  return {
    length: last === undefined ? 0 : last.start + last.bytes.length,
    read(start, end) {
      const own = pieces.find((piece) => start >= piece.start && end <= piece.start + piece.bytes.length);
      if (own === undefined) throw new ParquetProblem("not all of its rows can be written");
      return Promise.resolve(Buffer.from(own.bytes.subarray(start - own.start, end - own.start)));
    },
  };
}

/** Reads the footer of the copy and compares where it says that the columns stand. */
async function requireFooter(footer: Written, groups: readonly RowGroup[]): Promise<void> {
  const copy = await openParquetFile(inPlace([{ start: 0, bytes: Buffer.from("PAR1") }, footer]), true);
  const placesIn = (all: readonly RowGroup[]): unknown =>
    all.map(({ num_rows: rows, columns }) => [
      rows,
      columns.map(({ meta_data: meta }) => [meta?.path_in_schema, meta?.data_page_offset, meta?.total_compressed_size]),
    ]);
  if (isDeepStrictEqual(placesIn(copy.metadata.row_groups), placesIn(groups))) return;
  throw new ParquetProblem("not all of its rows can be written");
}

/** The writer spells integers' logical type in a way that other readers refuse; the converted type says the same. */
function writableElement({ logical_type: logical, ...element }: SchemaElement): SchemaElement {
  if (logical?.type !== "INTEGER") return logical === undefined ? element : { ...element, logical_type: logical };
  const converted = `${logical.isSigned ? "" : "U"}INT_${logical.bitWidth}` as SchemaElement["converted_type"] & string;
  return { ...element, converted_type: converted };
}

/** Maps lose the order of their keys, and keys that stand twice, when they are read. */
const holdsMap = ({ element, children }: SchemaTree): boolean =>
  element.converted_type === "MAP" || element.logical_type?.type === "MAP" || children.some(holdsMap);

async function writing(write: () => unknown): Promise<void> {
  try {
    await write();
  } catch {
    throw new ParquetProblem("it holds values of a kind that cannot be written here");
  }
}

/** Reads what was written and compares it, value by value. */
async function requireSame(bytes: RandomBytes, kept: readonly Row[]): Promise<void> {
  const copy = await openParquetFile(bytes, true);
  let at = 0;
  for (const group of copy.groups) {
    const values = await copy.read(group, copy.columns, group.rows);
    for (let i = 0; i < group.rows; i++, at++) {
      const row = kept[at];
      const other = copy.columns.find((name, column) => !isSameValue(values[column]?.[i], row?.[name]));
      if (other === undefined) continue;
      throw new ParquetProblem(`the column ${quoted(other)} holds values that cannot be written without a change`);
    }
  }
  if (at !== kept.length) throw new ParquetProblem("not all of its rows can be written");
}

const isSameValue = (a: unknown, b: unknown): boolean =>
  a === b || ((a === null || a === undefined) && (b === null || b === undefined)) || isDeepStrictEqual(a, b);
