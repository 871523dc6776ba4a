/**
 * A JSONL, CSV or TSV file of any size, read by windows of whole records. What a window gives is what `openDataset` gives for
 * these records, but for `sha256`.
 */
import type { ColumnPlan, NamedColumns } from "./columns";
import { sniffDelimiter } from "./delimiter";
import { FileWindows, windowSource } from "./file-windows";
import { detectFormat } from "./format";
import { ColumnSearch, layoutOf, skipReason } from "./open";
import { fileSample, OpenedFile } from "./opened";
import type { Layout, Texts } from "./layout";
import { MAX_RECORD_BYTES, TOO_LONG, UNCLOSED, type RawRecord } from "./raw-record";
import { recordBoundaries, type Division, type RecordSink } from "./record-boundaries";
import type { DatasetFormat, Sample } from "./sample";
import { foreignContent, type Source } from "./source";
import { compressionOf } from "./unpack";

export type TextFormat = Extract<DatasetFormat, "jsonl" | "csv" | "tsv">;

/** A record that was read: its sample, or why there is none. */
export interface IndexedSample {
  /** As in `Sample`. */
  readonly row: number;
  /** 1-based line on which it starts. */
  readonly line: number;
  readonly sample: Sample | null;
  /** Why it cannot be read, or null. */
  readonly problem: string | null;
}

/** What is known of a text file once its beginning has been read; plain data, so that a worker can read windows by it. */
export interface TextShape {
  readonly path: string;
  /** Of the file that was looked at. */
  readonly identity: string;
  readonly format: TextFormat;
  readonly division: Division;
  /** First byte after a byte order mark: a CSV header or the first line. */
  readonly start: number;
  /** The bytes of the CSV header with its line ending. */
  readonly header: Uint8Array;
  /** Null where not one record of the whole file can be read. */
  readonly plan: ColumnPlan | null;
}

export interface TextOptions extends NamedColumns {
  readonly format?: DatasetFormat | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Bytes looked at for the format. */
const HEAD = 1024 * 1024;

/**
 * The shape of a text file; null for one that must be read whole or by another reader (a JSON array, Parquet, compressed,
 * another encoding, empty). Throws a Failure (wrong usage) where the columns are unknown, and Cancelled.
 */
export async function textShape(file: FileWindows, options: TextOptions): Promise<TextShape | null> {
  const head = await file.read(0, HEAD);
  if (head.length === 0 || foreignContent(head) !== null || compressionOf(head) !== null) return null;
  const start = head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf ? 3 : 0;
  const source = { ...windowSource(file.path, head), start };
  const format = options.format ?? detectFormat(source);
  if (format !== "jsonl" && format !== "csv" && format !== "tsv") return null;
  const division = format === "jsonl" ? "lines" : sniffDelimiter(source, format);
  const { path, identity } = file;
  const bare = { path, identity, format, division, start, header: Buffer.alloc(0), plan: null } as const;
  const header = format === "jsonl" ? bare.header : await headerOf(file, bare, options.signal);
  if (header === null) return null;
  const shape: TextShape = { ...bare, header };
  return { ...shape, plan: await findPlan(file, shape, options) };
}

async function headerOf(file: FileWindows, shape: TextShape, signal?: AbortSignal): Promise<Buffer | null> {
  let end = 0;
  const boundaries = recordBoundaries(shape.division, shape.start, 1, (_start, _end, next) => {
    if (end === 0) end = next;
  });
  for await (const bytes of file.pieces(shape.start, Math.min(file.bytes, MAX_RECORD_BYTES), signal)) {
    boundaries.push(bytes);
    if (end > 0) break;
  }
  if (end === 0 && file.bytes <= MAX_RECORD_BYTES) boundaries.finish();
  return end === 0 ? null : file.read(shape.start, end);
}

async function findPlan(file: FileWindows, shape: TextShape, options: TextOptions): Promise<ColumnPlan | null> {
  const search = new ColumnSearch(file.path, options);
  const limits = { records: 200, bytes: HEAD };
  for await (const range of recordRanges(file, shape, limits, { signal: options.signal })) {
    if (range.problem !== null) continue;
    const layout = layoutOf(await sourceOf(file, shape, range), shape.format, delimiterOf(shape));
    const plan = search.lookAt(layout, layout.records());
    if (plan !== null) return plan;
  }
  return search.giveUp();
}

/** Consecutive records of a file. */
export interface RecordRange extends RecordPlace {
  /** Byte after the last one's line ending. */
  readonly end: number;
  readonly count: number;
  /** Why the one record of the range is not to be read: it is too long. */
  readonly problem: string | null;
}

/** Where a record begins. */
export interface RecordPlace {
  readonly row: number;
  /** 1-based. */
  readonly line: number;
  /** Byte offset in the file. */
  readonly start: number;
}

export interface RangeOptions {
  /** Where to begin; else with the first record. */
  readonly from?: RecordPlace;
  /** The rows wanted, `end` exclusive; else all. */
  readonly rows?: { readonly first: number; readonly end: number };
  readonly signal?: AbortSignal | undefined;
  /** Called with the bytes that were read, before they are overwritten. */
  readonly onBytes?: (bytes: Buffer) => void;
}

/** The records of a file in ranges of at most so many records and bytes (one record may have more). Reads the file once. */
export async function* recordRanges(
  file: FileWindows,
  { division, start, header }: TextShape,
  limits: { readonly records: number; readonly bytes: number },
  { from, rows, signal, onBytes }: RangeOptions = {},
): AsyncGenerator<RecordRange> {
  const ready: RecordRange[] = [];
  let open: { row: number; line: number; start: number; end: number; count: number } | null = null;
  let row = from?.row ?? (header.length > 0 ? -1 : 0);
  const shut = (): void => {
    if (open !== null) ready.push({ ...open, problem: null });
    open = null;
  };
  const note: RecordSink = (first, end, next, line, unclosed) => {
    const own = row++;
    if (own < (rows?.first ?? 0) || own >= (rows?.end ?? Infinity)) return;
    if (end - first > MAX_RECORD_BYTES) {
      shut();
      ready.push({ row: own, line, start: first, end: next, count: 1, problem: unclosed ? UNCLOSED : TOO_LONG });
      return;
    }
    if (open !== null && (open.count === limits.records || next - open.start > limits.bytes)) shut();
    open ??= { row: own, line, start: first, end: next, count: 0 };
    open.end = next;
    open.count++;
  };
  const boundaries = recordBoundaries(division, from?.start ?? start, from?.line ?? 1, note);
  for await (const bytes of file.pieces(from?.start ?? start, file.bytes, signal)) {
    onBytes?.(bytes);
    boundaries.push(bytes);
    yield* ready.splice(0);
    if (row >= (rows?.end ?? Infinity)) break;
  }
  if (row < (rows?.end ?? Infinity)) boundaries.finish();
  shut();
  yield* ready;
}

const delimiterOf = ({ division }: TextShape): number | undefined => (division === "lines" ? undefined : division);

const sourceOf = async (file: FileWindows, { header }: TextShape, { start, end }: RecordRange): Promise<Source> =>
  windowSource(
    file.path,
    header.length === 0 ? await file.read(start, end) : Buffer.concat([header, await file.read(start, end)]),
  );

interface ReadWindow {
  readonly source: Source;
  readonly layout: Layout;
  /** In the file's rows and lines, but with offsets in `source`. */
  readonly records: readonly RawRecord[];
}

async function readWindow(file: FileWindows, shape: TextShape, range: RecordRange): Promise<ReadWindow> {
  const source = await sourceOf(file, shape, range);
  const layout = layoutOf(source, shape.format, delimiterOf(shape));
  const inWindow = [...layout.records()];
  const shift = range.line - (inWindow[0]?.line ?? range.line);
  const records = inWindow.map((record) => ({ ...record, row: range.row + record.row, line: shift + record.line }));
  return { source, layout, records };
}

/** The texts of a record, or why it cannot be read. */
export interface ReadTexts {
  readonly row: number;
  readonly line: number;
  readonly texts: Texts | string;
}

/** Reads the texts of a range's records, or of those wanted. Throws a `Failure` where the file has changed. */
export async function readTexts(
  file: FileWindows,
  shape: TextShape,
  range: RecordRange,
  isWanted: (row: number) => boolean = () => true,
): Promise<ReadTexts[]> {
  const { row, line, problem } = range;
  if (problem !== null) return isWanted(row) ? [{ row, line, texts: problem }] : [];
  const { layout, records } = await readWindow(file, shape, range);
  return records
    .filter((record) => isWanted(record.row))
    .map((record) => ({
      row: record.row,
      line: record.line,
      texts: shape.plan === null ? skipReason(layout, record) : layout.read(record, shape.plan),
    }));
}

/** The bytes of a range's records, each with its line ending; null for one that is too long to be read. */
export async function readBytes(
  file: FileWindows,
  shape: TextShape,
  range: RecordRange,
): Promise<{ readonly row: number; readonly bytes: Buffer | null }[]> {
  if (range.problem !== null) return [{ row: range.row, bytes: null }];
  const { source, records } = await readWindow(file, shape, range);
  return records.map(({ row, start, end }) => ({
    row,
    bytes: source.bytes.subarray(start, lineEnd(source.bytes, end)),
  }));
}

function lineEnd(bytes: Buffer, end: number): number {
  if (bytes[end] === 13) return bytes[end + 1] === 10 ? end + 2 : end + 1;
  return bytes[end] === 10 ? end + 1 : end;
}

/** Reads the samples of a range, with their places in the file. Throws a `Failure` where the file has changed. */
export async function readRange(file: FileWindows, shape: TextShape, range: RecordRange): Promise<IndexedSample[]> {
  const { row, line, problem } = range;
  if (problem !== null) return [{ row, line, sample: null, problem }];
  const { source, layout, records } = await readWindow(file, shape, range);
  const opened =
    shape.plan === null ? null : new OpenedFile(source, layout, shape.plan, records, range.start - shape.header.length);
  return records.map((record): IndexedSample => {
    const place = { row: record.row, line: record.line };
    if (opened === null) return { ...place, sample: null, problem: skipReason(layout, record) };
    const texts = layout.read(record, opened.plan);
    return typeof texts === "string"
      ? { ...place, sample: null, problem: texts }
      : { ...place, sample: fileSample(opened, record, texts), problem: null };
  });
}
