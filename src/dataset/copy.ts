/** Copies of a dataset: some of its rows, or all of them with some fields rewritten. What is not changed stays byte-identical. */
import { Failure } from "../foundation/failure";
import type { FieldPlan } from "./columns";
import { JOINT } from "./layout";
import { fileOf, type OpenedFile } from "./opened";
import type { RawRecord } from "./raw-record";
import type { Dataset } from "./sample";
import { sampleNumber } from "./sample-number";
import { encodedFor, fileHead, fileSlice, type Source } from "./source";

/**
 * The bytes of a file of the same format that holds the records `rows`, in file order, with the CSV header and the byte order
 * mark. Skipped records can be copied too, except from a JSON array that they would break (Failure). Throws a RangeError for
 * rows that do not exist.
 */
export function copyRecords(dataset: Dataset, rows: ReadonlySet<number>): Buffer {
  const file = fileOf(dataset);
  requireRows(dataset, file.records.length, rows);
  const chosen = file.records.filter(({ row, start, end }) => rows.has(row) && end > start);
  return Buffer.concat(dataset.format === "json" ? arrayOf(dataset, file, chosen) : linesOf(file, chosen));
}

/** Throws a RangeError for a row that the dataset does not have. */
export function requireRows({ path }: Pick<Dataset, "path">, rows: number, wanted: Iterable<number>): void {
  for (const row of wanted) if (!(row >= 0 && row < rows)) throw new RangeError(`no row ${row} in ${path}`);
}

/** The bytes of a file of lines with some of its records, and with all that stands before the first one. */
export function linesOf({ source, records }: OpenedFile, chosen: readonly RawRecord[]): Buffer[] {
  const { bytes } = source;
  const after = (end: number): Buffer => fileSlice(source, end, endingAfter(bytes, end));
  const ending = after(records[0]?.end ?? 0);
  const fallback = ending.length > 0 ? ending : encodedFor(source, "\n");
  // Byte order mark, header, blank lines.
  const pieces = [fileHead(source, records[0]?.start ?? 0)];
  chosen.forEach(({ start, end }, i) => {
    const own = after(end);
    pieces.push(fileSlice(source, start, end), own.length === 0 && i < chosen.length - 1 ? fallback : own);
  });
  return pieces;
}

function endingAfter(bytes: Buffer, end: number): number {
  if (bytes[end] === 13) return bytes[end + 1] === 10 ? end + 2 : end + 1;
  return bytes[end] === 10 ? end + 1 : end;
}

function arrayOf(dataset: Dataset, { source, records }: OpenedFile, chosen: readonly RawRecord[]): Buffer[] {
  const { bytes } = source;
  const bad = new Set(dataset.skipped.map(({ row }) => row));
  const broken = chosen.find((record) => bad.has(record.row) && !isJson(bytes, record));
  if (broken !== undefined) {
    throw new Failure(`sample ${sampleNumber(broken.row)} cannot be copied, for it is no JSON value`, {
      file: dataset.path,
      line: broken.line,
      remedy: "Correct it, or leave it out",
    });
  }
  const elements = records.filter(({ start, end }) => end > start);
  const first = elements[0];
  const last = elements.at(-1);
  if (first === undefined || last === undefined) return [fileHead(source, bytes.length)];
  const wanted = new Set(chosen.map(({ row }) => row));
  const pieces = [fileHead(source, first.start)];
  let hasOne = false;
  elements.forEach((element, i) => {
    const before = elements[i - 1];
    if (before !== undefined && before.list !== element.list) {
      pieces.push(fileSlice(source, before.end, element.start));
      hasOne = false;
    }
    if (!wanted.has(element.row)) return;
    if (hasOne) pieces.push(between(source, before?.end ?? 0, element.start, /^\s*,\s*$/u, ",\n"));
    pieces.push(fileSlice(source, element.start, element.end));
    hasOne = true;
  });
  // After an object's last list stands what only a whole file tells; else the brackets are closed.
  const isWhole = elements.length === records.length && last.end < bytes.length && source.wrapping?.damage == null;
  const isObject = bytes[skipBlank(bytes, source.start)] === 0x7b;
  if (!isObject) pieces.push(between(source, last.end, bytes.length, /^\s*\]\s*$/u, "\n]\n"));
  else pieces.push(isWhole ? fileSlice(source, last.end, bytes.length) : encodedFor(source, "\n]}\n"));
  return pieces;
}

function skipBlank(bytes: Buffer, start: number): number {
  let at = start;
  while (at < bytes.length && (bytes[at] ?? 0) <= 0x20) at++;
  return at;
}

/** What stands between two places if it is what it should be (`expected`), else `fallback`. */
function between(source: Source, start: number, end: number, expected: RegExp, fallback: string): Buffer {
  const isShort = end - start < 1000;
  return isShort && expected.test(source.bytes.toString("latin1", start, end))
    ? fileSlice(source, start, end)
    : encodedFor(source, fallback);
}

function isJson(bytes: Buffer, { start, end }: RawRecord): boolean {
  try {
    JSON.parse(bytes.toString("utf8", start, end));
    return true;
  } catch {
    return false;
  }
}

/** New texts of a sample's fields. */
export interface FieldChanges {
  readonly input?: string | undefined;
  readonly output?: string | undefined;
}

/**
 * The bytes of the whole file with new texts in some rows; all other bytes stay. Throws a RangeError for a row that is no sample
 * and a Failure for a text that cannot be divided among the columns or turns that it is made of.
 */
export function rewriteFields(dataset: Dataset, changes: ReadonlyMap<number, FieldChanges>): Buffer {
  const samples = new Set(dataset.samples.map(({ row }) => row));
  for (const row of changes.keys())
    if (!samples.has(row)) throw new RangeError(`row ${row} of ${dataset.path} is no sample`);
  return rewriteRecords(fileOf(dataset), changes);
}

/** As `rewriteFields`, of one file; the rows are known to be samples. */
export function rewriteRecords(file: OpenedFile, changes: ReadonlyMap<number, FieldChanges>): Buffer {
  const { source } = file;
  const pieces = [fileHead(source, 0)];
  let copied = 0;
  for (const [row, change] of [...changes].sort(([a], [b]) => a - b)) {
    const record = file.records[row];
    if (record === undefined) throw new RangeError(`no row ${row} in ${source.path}`);
    pieces.push(fileSlice(source, copied, record.start), encodedFor(source, rewritten(file, record, change)));
    copied = record.end;
  }
  pieces.push(fileSlice(source, copied, source.bytes.length));
  return Buffer.concat(pieces);
}

function rewritten(file: OpenedFile, record: RawRecord, { input, output }: FieldChanges): string {
  const edits = [...editsOf(file, record, file.plan.input, input), ...editsOf(file, record, file.plan.output, output)];
  edits.sort((a, b) => a.start - b.start);
  const { raw } = file.layout.partsOf(record, file.plan.input);
  let text = "";
  let taken = 0;
  for (const { start, end, code } of edits) {
    text += raw.slice(taken, start) + code;
    taken = end;
  }
  return text + raw.slice(taken);
}

interface Edit {
  readonly start: number;
  readonly end: number;
  readonly code: string;
}

function editsOf(
  { layout, source }: OpenedFile,
  record: RawRecord,
  field: FieldPlan,
  text: string | undefined,
): Edit[] {
  if (text === undefined) return [];
  const { raw, parts } = layout.partsOf(record, field);
  const before = parts.map((part) => layout.decode(raw.slice(part.start, part.end), part));
  const after = divide(text, before);
  if (after === null) {
    throw new Failure(
      `the new text of sample ${sampleNumber(record.row)} cannot be divided among the ${parts.length} parts of ${field.label}`,
      {
        file: source.path,
        line: record.line,
      },
    );
  }
  return parts.flatMap((part, i) => (after[i] === before[i] ? [] : [layout.encode(after[i] ?? "", part, raw)]));
}

/**
 * Divides a text among as many parts as there were, at joints: the same ones where no line break came or went, else so that
 * only one part changes; null where neither is possible.
 */
export function divide(text: string, before: readonly string[]): string[] | null {
  if (before.length === 1) return [text];
  const lines = text.split(JOINT);
  const counts = before.map((part) => part.split(JOINT).length);
  const extra = lines.length - counts.reduce((sum, count) => sum + count, 0);
  const divided = (grown: number): string[] | null => {
    let at = 0;
    const parts = counts.map((count, i) => lines.slice(at, (at += count + (i === grown ? extra : 0))).join(JOINT));
    return (counts[grown] ?? 0) + extra > 0 ? parts : null;
  };
  if (extra === 0) return divided(0);
  const candidates = counts.map((_, i) => divided(i));
  return (
    candidates.find((parts, grown) => parts?.every((part, i) => i === grown || part === before[i]) === true) ?? null
  );
}
