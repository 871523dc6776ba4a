/**
 * A column of a Parquet row group in stretches of rows, so that a group of any size is read in bounded memory: a flat column page by
 * page, one of them in memory, a nested one whole. A page that cannot be read costs its own rows; after a page header that cannot be
 * read, nobody knows where the next page begins.
 */
import type { ColumnMetaData, DecodedArray, ParquetParsers } from "hyparquet";
import { parquetHeader } from "hyparquet/src/column.js";
import { convert } from "hyparquet/src/convert.js";
import { checkThrift, ParquetProblem } from "./parquet-check";
import type { RandomBytes } from "./parquet-file";
import { readLeaf, type Decompress, type Leaf } from "./parquet-pages";

/** Rows of a group, counted in it; `end` exclusive. */
export interface Stretch {
  readonly first: number;
  readonly end: number;
}

/** A column of a row group. */
export interface ColumnStretches {
  /** One after the other, all rows of the group. */
  readonly stretches: readonly Stretch[];
  /** Texts that stand one by one in the largest page, each an object in memory while the page is read; 0 for a nested column. */
  readonly mostTexts: number;
  /** The values of a stretch, which `parsed` makes of what is stored. Throws a ParquetProblem. */
  values(stretch: Stretch): Promise<DecodedArray>;
  /** Throws a ParquetProblem. */
  parsed(value: unknown): unknown;
}

interface Page extends Stretch {
  /** Bytes in the file, the header's included. */
  readonly from: number;
  readonly to: number;
  readonly hasDictionary: boolean;
}

interface Pages {
  readonly dictionary: { readonly from: number; readonly to: number } | null;
  readonly pages: readonly Page[];
  /** Rows whose pages cannot be found, with the reason. */
  readonly lost: (Stretch & { readonly problem: ParquetProblem }) | null;
  readonly mostTexts: number;
}

/** The bytes of a column chunk. */
export interface Chunk {
  readonly start: number;
  readonly end: number;
}

export interface FlatColumn {
  readonly chunk: Chunk;
  readonly leaf: Leaf;
  /** As `leaf`, but without what the values stand for. */
  readonly rawLeaf: Leaf;
  /** Rows of the group. */
  readonly rows: number;
  /** Null where stored values are wanted. */
  readonly parsers: ParquetParsers | null;
}

/** Finds the pages of a flat column. A header that cannot be read is told by the rows that it costs. */
export async function flatStretches(
  bytes: RandomBytes,
  { chunk, leaf, rawLeaf, rows, parsers }: FlatColumn,
  decompress: Decompress,
): Promise<ColumnStretches> {
  const { dictionary, pages, lost, mostTexts } = await pagesOf(bytes, chunk, leaf.meta, rows);
  // A page of texts may be large: they are kept as bytes, and decoded when they are asked for.
  const areTexts = parsers !== null && leaf.meta.type === "BYTE_ARRAY";
  let last: { readonly page: Page; readonly values: DecodedArray } | null = null;
  let known = new Map<unknown, unknown>();
  const read = async (page: Page): Promise<DecodedArray> => {
    if (page.hasDictionary && dictionary === null) throw new ParquetProblem("a page's dictionary is missing");
    const parts = [...(page.hasDictionary && dictionary !== null ? [dictionary] : []), page];
    const packed: Buffer[] = [];
    for (const { from, to } of parts) packed.push(await bytes.read(from, to));
    const wanted = page.end - page.first;
    const data = readLeaf(
      alone(packed),
      parsers === null || areTexts ? rawLeaf : leaf,
      { wanted, group: wanted },
      areTexts ? null : parsers,
      decompress,
    );
    const values =
      data.length === 1 && data[0] !== undefined ? data[0] : data.flatMap((part) => Array.from(part as []));
    if (values.length < wanted) throw new ParquetProblem("a page has fewer values than it says");
    return values;
  };
  const decoder = parsers === null ? null : { ...decoderOf(leaf), parsers };
  const textOf = (value: unknown): unknown => {
    if (decoder === null || !(value instanceof Uint8Array)) return value;
    try {
      return convert([value], decoder)[0];
    } catch {
      throw new ParquetProblem("it holds values of a kind that cannot be read here");
    }
  };
  return {
    stretches: lost === null ? pages : [...pages, lost],
    mostTexts,
    async values(stretch) {
      if (lost !== null && stretch.first >= lost.first) throw lost.problem;
      const page = pages.find(({ first, end }) => stretch.first >= first && stretch.first < end);
      if (page === undefined) throw new RangeError("no such rows in the row group");
      if (last?.page !== page) {
        last = null;
        known = new Map();
        last = { page, values: await read(page) };
      }
      return last.values;
    },
    parsed(value) {
      if (!areTexts) return value;
      if (last?.page.hasDictionary !== true) return textOf(value);
      // What stands many times in a page is one text in memory.
      if (!known.has(value)) known.set(value, textOf(value));
      return known.get(value);
    },
  };
}

/** The bytes in memory that holds nothing else. */
function alone([first, ...others]: readonly Buffer[]): ArrayBuffer {
  const { buffer } = first ?? Buffer.alloc(0);
  const isAlone = others.length === 0 && buffer instanceof ArrayBuffer && buffer.byteLength === first?.length;
  return isAlone ? buffer : Uint8Array.from(Buffer.concat([...(first === undefined ? [] : [first]), ...others])).buffer;
}

const decoderOf = ({ meta, schemaPath }: Leaf) => ({
  ...meta,
  pathInSchema: meta.path_in_schema,
  element: schemaPath.at(-1)!.element,
  schemaPath,
});

/** A nested column of `rows` rows, which `read` gives whole; its values are kept for the next stretch that is asked for. */
export function wholeStretch(rows: number, read: () => Promise<DecodedArray>): ColumnStretches {
  let values: Promise<DecodedArray> | null = null;
  return {
    stretches: [{ first: 0, end: rows }],
    mostTexts: 0,
    values: () => (values ??= read()),
    parsed: (value) => value,
  };
}

/** A column none of whose rows can be read. */
export function lostStretch(rows: number, problem: ParquetProblem): ColumnStretches {
  return {
    stretches: [{ first: 0, end: rows }],
    mostTexts: 0,
    values: () => Promise.reject(problem),
    parsed: (value) => value,
  };
}

async function pagesOf(bytes: RandomBytes, { start, end }: Chunk, meta: ColumnMetaData, rows: number): Promise<Pages> {
  const pages: Page[] = [];
  let dictionary: Pages["dictionary"] = null;
  let mostTexts = 0;
  let row = 0;
  try {
    for (let at = start; row < rows;) {
      const { header, length } = await headerAt(bytes, at, end);
      const { compressed_page_size: packed, data_page_header: v1, data_page_header_v2: v2, type } = header;
      const [from, to] = [at, at + length + packed];
      if (!(packed >= 0) || to > end) throw new ParquetProblem("a page is cut off");
      at = to;
      const inDictionary = header.dictionary_page_header?.num_values;
      if (type === "DICTIONARY_PAGE" && inDictionary !== undefined) {
        dictionary = { from, to };
        if (meta.type === "BYTE_ARRAY") mostTexts = Math.max(mostTexts, inDictionary);
      }
      const data = v1 ?? v2;
      if (type === "DICTIONARY_PAGE" || data === undefined) continue;
      const { num_values: count, encoding } = data;
      if (!(count >= 0 && count <= rows - row)) throw new ParquetProblem("a page has an impossible count");
      const hasDictionary = encoding.endsWith("_DICTIONARY");
      if (!hasDictionary && meta.type === "BYTE_ARRAY") mostTexts = Math.max(mostTexts, count);
      if (count > 0) pages.push({ first: row, end: row + count, from, to, hasDictionary });
      row += count;
    }
  } catch (error) {
    const problem = error instanceof ParquetProblem ? error : null;
    if (problem === null) throw error;
    return { dictionary, pages, lost: { first: row, end: rows, problem }, mostTexts };
  }
  return { dictionary, pages, lost: null, mostTexts };
}

/** A page header may hold the smallest and largest value of its page. */
const HEADER_BYTES = [4096, 256 * 1024, 16 * 1024 * 1024];

async function headerAt(
  bytes: RandomBytes,
  at: number,
  end: number,
): Promise<{ readonly header: ReturnType<typeof parquetHeader>; readonly length: number }> {
  if (at >= end) throw new ParquetProblem("a column has fewer values than the file has rows");
  for (const size of HEADER_BYTES) {
    const window = await bytes.read(at, Math.min(end, at + size));
    const view = new DataView(window.buffer, window.byteOffset, window.byteLength);
    try {
      const length = checkThrift(view, 0);
      return { header: parquetHeader({ view, offset: 0 }), length };
    } catch (error) {
      // What seems corrupt may only be longer.
      if (!(error instanceof ParquetProblem) || at + size >= end) throw error;
    }
  }
  throw new ParquetProblem("the Parquet data is corrupt");
}
