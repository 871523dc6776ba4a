/** A Parquet file: its columns, and the values of chosen columns by row group. Nothing in it is trusted before it was checked. */
import { setImmediate } from "node:timers/promises";
import {
  parquetMetadata,
  parquetSchema,
  type ColumnChunk,
  type ColumnMetaData,
  type DecodedArray,
  type FileMetaData,
  type SchemaElement,
  type SchemaTree,
} from "hyparquet";
import { DEFAULT_PARSERS } from "hyparquet/src/convert.js";
import { assembleAsync } from "hyparquet/src/rowgroup.js";
import { getTreePath, isFlatColumn } from "hyparquet/src/schema.js";
import { throwIfCancelled } from "../foundation/failure";
import { checkThrift, ParquetProblem } from "./parquet-check";
import { pageDecompressor, readLeaf, type Decompress, type Leaf } from "./parquet-pages";
import { flatStretches, lostStretch, wholeStretch, type Chunk, type ColumnStretches } from "./parquet-stretches";
import { isParquet } from "./source";
import { loadUnzstd, ZstdProblem } from "./zstd";

/** Bytes that can be read in any order: a file, or what a compressed one unpacks to. */
export interface RandomBytes {
  readonly length: number;
  /** The bytes from `start` to `end`, which lie inside. */
  read(start: number, end: number): Promise<Buffer>;
}

export interface ParquetFile {
  readonly metadata: FileMetaData;
  readonly schema: SchemaTree;
  /** Names of the top-level columns. */
  readonly columns: readonly string[];
  readonly rows: number;
  readonly groups: readonly ParquetGroup[];
  /** The values of top-level columns in the first `rows` rows of a group. Throws a ParquetProblem, and Cancelled. */
  read(group: ParquetGroup, columns: readonly string[], rows: number, signal?: AbortSignal): Promise<DecodedArray[]>;
  /** A top-level column of a group, to be read in stretches; what is wrong with it is told when it is read. */
  stretches(group: ParquetGroup, column: string): Promise<ColumnStretches>;
}

export interface ParquetGroup {
  readonly index: number;
  /** Number of its first row in the file. */
  readonly first: number;
  readonly rows: number;
}

const MAX_FOOTER_BYTES = 64 * 1024 * 1024;
/** Rows of a file that is read whole; each becomes a sample in memory. */
export const MOST_ROWS_WHOLE = 4_000_000;
/** Rows of any file: what is kept of each is a bit or two. */
const MAX_ROWS = 2 ** 28;
const MAX_SCHEMA = 10_000;
const MAX_SCHEMA_DEPTH = 64;
const MARK = 4;
const FOOTER_END = 8;

/** A text column's bytes are no UTF-8. */
export const INVALID_TEXT = Symbol("not valid UTF-8");
const textDecoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function textOrInvalid(bytes: Uint8Array): string | typeof INVALID_TEXT {
  try {
    return textDecoder.decode(bytes);
  } catch {
    return INVALID_TEXT;
  }
}

/** Text as it is: JSON columns are not parsed, and bytes that are no text are told. */
const parsers = { ...DEFAULT_PARSERS, stringFromBytes: textOrInvalid, jsonFromBytes: textOrInvalid };

/**
 * Reads the footer. With `raw`, values are given as they are stored (bytes, integers, floating-point numbers), whatever they
 * stand for; `metadata` is the file's own all the same. Throws a ParquetProblem that says what is wrong with the file.
 */
export async function openParquetFile(bytes: RandomBytes, raw = false): Promise<ParquetFile> {
  const own = await readMetadata(bytes);
  const metadata = raw ? { ...own, schema: rawSchema(own.schema) } : own;
  const schema = parquetSchema(metadata);
  const groups: ParquetGroup[] = [];
  let first = 0;
  for (const [index, { num_rows: count }] of metadata.row_groups.entries()) {
    const rows = Number(count);
    if (!(rows >= 0 && rows <= MAX_ROWS)) throw new ParquetProblem(`a row group has ${rows} rows`);
    groups.push({ index, first, rows });
    first += rows;
    if (first > MAX_ROWS) throw new ParquetProblem(`it has more than ${MAX_ROWS} rows`);
  }
  if (BigInt(first) !== metadata.num_rows) throw new ParquetProblem("its row counts do not fit each other");
  const decompress = pageDecompressor(await loadUnzstd());
  const columns = schema.children.map(({ element }) => element.name);
  const reading: Reading = {
    bytes,
    metadata,
    schema,
    rawSchema: raw ? schema : parquetSchema({ ...own, schema: rawSchema(own.schema) }),
    decompress,
    raw,
  };
  const file: ParquetFile = {
    metadata: own,
    schema,
    columns,
    rows: first,
    groups,
    read: (group, names, rows, signal) => told(() => readGroup(reading, group, names, rows, signal)),
    stretches: (group, name) =>
      told(() => stretchesOf(reading, file, group, name)).catch((error: unknown) => {
        if (error instanceof ParquetProblem) return lostStretch(group.rows, error);
        throw error;
      }),
  };
  return file;
}

async function readMetadata(bytes: RandomBytes): Promise<FileMetaData> {
  if (bytes.length < MARK + FOOTER_END || !isParquet(await bytes.read(0, MARK))) {
    throw new ParquetProblem("it does not begin as Parquet does");
  }
  const tail = await bytes.read(bytes.length - FOOTER_END, bytes.length);
  if (!isParquet(tail.subarray(MARK))) throw new ParquetProblem("its end is missing");
  const size = tail.readUInt32LE(0);
  if (size > bytes.length - MARK - FOOTER_END) throw new ParquetProblem("its footer is cut off");
  if (size > MAX_FOOTER_BYTES) throw new ParquetProblem("its footer is too large");
  const footer = await bytes.read(bytes.length - FOOTER_END - size, bytes.length);
  checkThrift(new DataView(footer.buffer, footer.byteOffset, size), 0);
  return told(() => {
    const metadata = parquetMetadata(footer, { parsers, geoparquet: false });
    checkSchema(metadata);
    return Promise.resolve(metadata);
  });
}

/** The schema without what its values stand for; lists stay lists. */
export const rawSchema = (schema: readonly SchemaElement[]): SchemaElement[] =>
  schema.map(({ converted_type: converted, logical_type: logical, ...element }) => {
    return converted === "LIST" && element.type === undefined
      ? { ...element, converted_type: converted, ...(logical === undefined ? {} : { logical_type: logical }) }
      : element;
  });

/** The tree of the schema is built by recursion: its depth is bounded first. */
function checkSchema({ schema, row_groups: groups }: FileMetaData): void {
  if (!Array.isArray(schema) || !Array.isArray(groups) || schema.length > MAX_SCHEMA) {
    throw new ParquetProblem("its schema cannot be read");
  }
  const open: number[] = [];
  for (const element of schema) {
    // The types promise a name; a corrupt footer has none.
    const { name, num_children: children = 0 }: { name?: unknown; num_children?: number } = element;
    if (typeof name !== "string" && element !== schema[0]) throw new ParquetProblem("its schema cannot be read");
    if (children < 0 || open.length > MAX_SCHEMA_DEPTH) throw new ParquetProblem("its schema cannot be read");
    if (open.length > 0) open.push((open.pop() ?? 0) - 1);
    open.push(children);
    while (open.at(-1) === 0) open.pop();
  }
  if (schema.length < 2 || open.length > 0) throw new ParquetProblem("its schema cannot be read");
}

/** The decoder's errors on corrupt data are of any kind; what they say is for its makers. */
async function told<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof ZstdProblem) throw new ParquetProblem(error.message);
    if (error instanceof ParquetProblem || !isDecodingError(error)) throw error;
    throw new ParquetProblem("the Parquet data is corrupt, or of a kind that cannot be read here");
  }
}

/** Plain errors of the decoders; a Failure, a cancellation or a fault of the file system passes on. */
function isDecodingError(error: unknown): boolean {
  if (!(error instanceof Error)) return true;
  const { code } = error as { code?: unknown };
  const isZlib =
    typeof code === "string" && /^(Z_|ERR_BUFFER_TOO_LARGE|ERR_OUT_OF_RANGE|ERR__?BROTLI|ERR_PADDING|ERR_)/u.test(code);
  return ["Error", "TypeError", "RangeError", "SyntaxError"].includes(error.name) && (code === undefined || isZlib);
}

interface Reading {
  readonly bytes: RandomBytes;
  readonly metadata: FileMetaData;
  readonly schema: SchemaTree;
  /** Without what the values stand for. */
  readonly rawSchema: SchemaTree;
  readonly decompress: Decompress;
  readonly raw: boolean;
}

/** The bytes of a column in a row group. Throws a ParquetProblem where they are not in the file. */
function chunkOf(
  { meta_data: meta, file_path: elsewhere, crypto_metadata: crypto }: ColumnChunk,
  length: number,
): Chunk & { readonly meta: ColumnMetaData } {
  if (elsewhere !== undefined) throw new ParquetProblem("its data stands in another file");
  if (crypto !== undefined) throw new ParquetProblem("it is encrypted");
  if (meta === undefined) throw new ParquetProblem("a column is missing");
  const start = Number(meta.dictionary_page_offset ?? 0n) || Number(meta.data_page_offset);
  const end = start + Number(meta.total_compressed_size);
  if (!(start >= MARK && end > start && end <= length)) throw new ParquetProblem("its data is cut off");
  return { start, end, meta };
}

async function stretchesOf(
  { bytes, metadata, schema, rawSchema: rawTree, decompress, raw }: Reading,
  file: ParquetFile,
  group: ParquetGroup,
  name: string,
): Promise<ColumnStretches> {
  const chunk = metadata.row_groups[group.index]?.columns.find(
    ({ meta_data: meta }) => meta?.path_in_schema[0] === name,
  );
  if (chunk === undefined) throw new ParquetProblem(`a row group lacks the column ${JSON.stringify(name)}`);
  const { meta, start, end } = chunkOf(chunk, bytes.length);
  const leafIn = (tree: SchemaTree): Leaf => ({ meta, schemaPath: getTreePath(tree, meta.path_in_schema) });
  const [leaf, rawLeaf] = [leafIn(schema), leafIn(rawTree)];
  if (!isFlatColumn(leaf.schemaPath)) {
    return wholeStretch(group.rows, async () => (await file.read(group, [name], group.rows))[0] ?? []);
  }
  const column = { chunk: { start, end }, leaf, rawLeaf, rows: group.rows, parsers: raw ? null : parsers };
  const found = await flatStretches(bytes, column, decompress);
  return { ...found, values: (stretch) => told(() => found.values(stretch)) };
}

async function readGroup(
  { bytes, metadata, schema, decompress, raw }: Reading,
  group: ParquetGroup,
  names: readonly string[],
  rows: number,
  signal?: AbortSignal,
): Promise<DecodedArray[]> {
  const wanted = Math.min(rows, group.rows);
  const chunks = metadata.row_groups[group.index]?.columns ?? [];
  const asyncColumns = [];
  for (const column of chunks) {
    if (!names.includes(column.meta_data?.path_in_schema[0] ?? "")) continue;
    throwIfCancelled(signal);
    const { meta, start, end } = chunkOf(column, bytes.length);
    const leaf: Leaf = { meta, schemaPath: getTreePath(schema, meta.path_in_schema) };
    const chunk = Uint8Array.from(await bytes.read(start, end)).buffer;
    const data = readLeaf(chunk, leaf, { wanted, group: group.rows }, raw ? null : parsers, decompress);
    asyncColumns.push({ pathInSchema: meta.path_in_schema, data: Promise.resolve({ data, skipped: 0 }) });
    // Each column of a large group takes a while.
    await setImmediate();
  }
  const assembled = assembleAsync(
    { groupStart: 0, groupRows: group.rows, selectStart: 0, selectEnd: wanted, asyncColumns },
    schema,
    parsers,
  ).asyncColumns;
  return Promise.all(
    names.map(async (name) => {
      const column = assembled.find(({ pathInSchema }) => pathInSchema[0] === name);
      if (column === undefined) throw new ParquetProblem(`a row group lacks the column ${JSON.stringify(name)}`);
      const { data } = await column.data;
      const values =
        data.length === 1 && data[0] !== undefined ? data[0] : data.flatMap((part) => Array.from(part as []));
      if (values.length < wanted) throw new ParquetProblem("a column has fewer values than the file has rows");
      return values;
    }),
  );
}
