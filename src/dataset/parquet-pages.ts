/** The pages of one Parquet column in one row group: unpacked into bounded memory, checked, then decoded by hyparquet. */
import { brotliDecompressSync, crc32, gunzipSync } from "node:zlib";
import type { ColumnMetaData, CompressionCodec, DecodedArray, ParquetParsers, SchemaTree } from "hyparquet";
import { compressors } from "hyparquet-compressors";
import { parquetHeader, readColumn } from "hyparquet/src/column.js";
import { DEFAULT_PARSERS } from "hyparquet/src/convert.js";
import { readRleBitPackedHybrid } from "hyparquet/src/encoding.js";
import { getMaxDefinitionLevel, getMaxRepetitionLevel, isFlatColumn } from "hyparquet/src/schema.js";
import { checkDelta, checkRuns, checkSharedPrefixes, checkThrift, ParquetProblem } from "./parquet-check";
import type { Unzstd } from "./zstd";

/** Bytes that the pages of a column in a row group may unpack to. */
const MAX_CHUNK_BYTES = 512 * 1024 * 1024;
/** Values, those inside of lists counted, that a column may have in a row group. */
const MAX_VALUES = 2 ** 25;

type PageHeader = ReturnType<typeof parquetHeader>;

export interface Leaf {
  readonly meta: ColumnMetaData;
  /** From the schema's root to the column. */
  readonly schemaPath: SchemaTree[];
}

/** What decodes pages of any codec. */
export type Decompress = (codec: CompressionCodec, input: Uint8Array, size: number) => Uint8Array;

export function pageDecompressor(unzstd: Unzstd): Decompress {
  return (codec, input, size) => {
    if (codec === "ZSTD") return unzstdPage(unzstd, input, size);
    if (codec === "GZIP") return gunzipSync(input, { maxOutputLength: Math.max(1, size) });
    if (codec === "BROTLI") return brotliDecompressSync(input, { maxOutputLength: Math.max(1, size) });
    const decompress = compressors[codec];
    if (decompress === undefined) throw new ParquetProblem(`its compression, ${codec}, cannot be read here`);
    // Some decoders answer with their own memory, which the next call overwrites.
    return Uint8Array.from(decompress(input, size));
  };
}

function unzstdPage(unzstd: Unzstd, input: Uint8Array, size: number): Uint8Array {
  const page = new Uint8Array(size);
  let filled = 0;
  for (const piece of unzstd(input)) {
    if (filled + piece.length > size) throw new ParquetProblem("a page unpacks to more than it says");
    page.set(piece, filled);
    filled += piece.length;
  }
  return page.subarray(0, filled);
}

/**
 * The values of a leaf column in the first `rows` rows of its row group, as stored where no parsers are given; lists are assembled. `chunk` holds its pages. Throws
 * anything at all for corrupt data, but neither hangs nor takes unbounded memory.
 */
export function readLeaf(
  chunk: ArrayBuffer,
  { meta, schemaPath }: Leaf,
  rows: { readonly wanted: number; readonly group: number },
  parsers: ParquetParsers | null,
  decompress: Decompress,
): DecodedArray[] {
  const pages = checkedPages(new DataView(chunk), { meta, schemaPath }, rows.wanted, decompress);
  const node = schemaPath.at(-1);
  if (node === undefined) throw new ParquetProblem("a column is missing in the schema");
  const unpacked = (input: Uint8Array): Uint8Array => {
    const page = pages.get(input.byteOffset);
    if (page === undefined) throw new ParquetProblem("a page is missing");
    return page;
  };
  const { data } = readColumn(
    { view: new DataView(chunk), offset: 0 },
    { groupStart: 0, selectStart: 0, selectEnd: rows.wanted, groupRows: rows.group },
    {
      ...meta,
      pathInSchema: meta.path_in_schema,
      element: node.element,
      schemaPath,
      parsers: parsers ?? DEFAULT_PARSERS,
      utf8: parsers !== null,
      compressors: { [meta.codec]: unpacked },
    },
  );
  return data;
}

/** The unpacked pages by where their packed data starts in the chunk. */
function checkedPages(view: DataView, leaf: Leaf, rows: number, decompress: Decompress): Map<number, Uint8Array> {
  const { meta, schemaPath } = leaf;
  const pages = new Map<number, Uint8Array>();
  const reader = { view, offset: 0 };
  let values = 0;
  let unpacked = 0;
  while (reader.offset < view.byteLength - 1 && !(isFlatColumn(schemaPath) && values >= rows)) {
    checkThrift(view, reader.offset);
    const header = parquetHeader(reader);
    const { compressed_page_size: packed, uncompressed_page_size: size, crc } = header;
    const start = reader.offset;
    if (!(packed >= 0 && size >= 0) || start + packed > view.byteLength) throw new ParquetProblem("a page is cut off");
    unpacked += size;
    if (unpacked > MAX_CHUNK_BYTES) {
      throw new ParquetProblem(`a column unpacks to more than ${MAX_CHUNK_BYTES / 1024 / 1024} MB`);
    }
    const bytes = new Uint8Array(view.buffer, view.byteOffset + start, packed);
    if (crc !== undefined && crc32(bytes) !== crc >>> 0) throw new ParquetProblem("a page does not fit its checksum");
    reader.offset += packed;
    const count = (header.data_page_header ?? header.data_page_header_v2 ?? header.dictionary_page_header)?.num_values;
    if (count === undefined || count < 0 || count > MAX_VALUES)
      throw new ParquetProblem("a page has an impossible count");
    if (header.type !== "DICTIONARY_PAGE") values += count;
    if (values > MAX_VALUES) throw new ParquetProblem(`a row group has more than ${MAX_VALUES} values in a column`);
    const levels = levelBytes(header);
    if (levels > packed || levels > size) throw new ParquetProblem("a page is cut off");
    const isPacked = meta.codec !== "UNCOMPRESSED" && header.data_page_header_v2?.is_compressed !== false;
    const data = bytes.subarray(levels);
    const page = isPacked ? decompress(meta.codec, data, size - levels) : data;
    if (isPacked) pages.set(data.byteOffset, page);
    if (header.data_page_header !== undefined) checkPage(page, header.data_page_header, leaf);
    if (header.data_page_header_v2 !== undefined) checkPageV2(bytes, page, header.data_page_header_v2, leaf);
  }
  return pages;
}

function levelBytes({ data_page_header_v2: v2 }: PageHeader): number {
  if (v2 === undefined) return 0;
  const { repetition_levels_byte_length: repetition, definition_levels_byte_length: definition } = v2;
  if (!(repetition >= 0 && definition >= 0)) throw new ParquetProblem("a page has an impossible size");
  return repetition + definition;
}

const bitsFor = (level: number): number => 32 - Math.clz32(level);

/** In a page of version 1 the levels stand before the values, each with its length. */
function checkPage(
  page: Uint8Array,
  { num_values: count, encoding }: NonNullable<PageHeader["data_page_header"]>,
  { schemaPath, meta }: Leaf,
): void {
  const view = new DataView(page.buffer, page.byteOffset, page.byteLength);
  const reader = { view, offset: 0 };
  let nulls = 0;
  const repetition = getMaxRepetitionLevel(schemaPath);
  const definition = getMaxDefinitionLevel(schemaPath);
  for (const [max, isDefinition] of [
    [repetition, false],
    [definition, true],
  ] as const) {
    if (max === 0) continue;
    const end = reader.offset + 4 + view.getUint32(reader.offset, true);
    checkRuns(page, reader.offset + 4, end, bitsFor(max), count);
    if (isDefinition) {
      const levels = new Uint8Array(count);
      readRleBitPackedHybrid(reader, bitsFor(max), levels);
      nulls = levels.reduce((sum, level) => sum + (level === max ? 0 : 1), 0);
    } else reader.offset = end;
  }
  checkValues(page, reader.offset, encoding, meta, count - nulls, 1);
}

/** In a page of version 2 the levels stand apart and are never compressed. */
function checkPageV2(
  bytes: Uint8Array,
  page: Uint8Array,
  header: NonNullable<PageHeader["data_page_header_v2"]>,
  { schemaPath, meta }: Leaf,
): void {
  const { num_values: count, num_nulls: nulls, encoding, repetition_levels_byte_length: middle } = header;
  if (!(nulls >= 0 && nulls <= count)) throw new ParquetProblem("a page has an impossible count");
  const repetition = getMaxRepetitionLevel(schemaPath);
  const definition = getMaxDefinitionLevel(schemaPath);
  if (repetition > 0) checkRuns(bytes, 0, middle, bitsFor(repetition), count);
  const end = middle + header.definition_levels_byte_length;
  if (definition > 0) checkRuns(bytes, middle, end, bitsFor(definition), count);
  checkValues(page, 0, encoding, meta, count - nulls, 2);
}

function checkValues(
  page: Uint8Array,
  start: number,
  encoding: string,
  { type }: ColumnMetaData,
  count: number,
  version: 1 | 2,
): void {
  if (count === 0) return;
  if (encoding === "RLE" && type === "BOOLEAN") checkRuns(page, start + 4, page.length, 1, count);
  else if (encoding.endsWith("_DICTIONARY") || (encoding === "RLE" && version === 1)) {
    const width = page[start] ?? 0;
    if (width > 0 || version === 2) checkRuns(page, start + 1, page.length, width, count);
  } else if (encoding === "DELTA_BYTE_ARRAY") checkSharedPrefixes(page, start, count, MAX_CHUNK_BYTES);
  else if (encoding.startsWith("DELTA_")) checkDelta(page, start);
  else if (encoding === "BYTE_STREAM_SPLIT" && count > page.length) throw new ParquetProblem("a page is cut off");
}
