/** CSV and TSV records: their columns (from the header), texts and places. */
import { isUtf8 } from "node:buffer";
import { namesOf, quoted } from "./columns";
import { CsvTexts } from "./csv-fields";
import { CsvReader, csvRecords, QUOTE, type CsvRecord } from "./csv-records";
import { sniffDelimiter } from "./delimiter";
import type { Layout, Part } from "./layout";
import type { RawRecord } from "./raw-record";
import { invalidText, type Source } from "./source";
import { OwnTexts } from "./text-store";

export interface CsvLayout extends Layout {
  /** The header, or null where there is no record at all. */
  readonly header: CsvRecord | null;
}

/** `delimiter` is a byte; of a window of a file it must be given, for it is found at the file's beginning. */
export function csvLayout(
  source: Source,
  format: "csv" | "tsv",
  delimiter: number = sniffDelimiter(source, format),
): CsvLayout {
  const { bytes } = source;
  const header = firstOf(csvRecords(bytes, source.start, delimiter));
  const isReadable = header?.problem === null;
  const columns = isReadable ? textsIn(bytes, header.fields).map((name) => name.trim()) : [];
  const columnIndex = new Map(columns.map((name, i) => [name, i]));
  const reader = new CsvReader(bytes, delimiter);
  /** What reads the records in their order; the fields of its last one need not be found again. */
  let inOrder = reader;
  const fieldsOf = (record: RawRecord): readonly number[] => {
    if (inOrder.start === record.start) return inOrder.fields;
    reader.read(record.start);
    return reader.fields;
  };
  const own = new OwnTexts();
  const texts = new CsvTexts(bytes, (name) => columnIndex.get(name) ?? -1);

  return {
    format,
    isJson: false,
    lineBreak: /\r\n?|\n/gu,
    header,
    *records() {
      // The reader of its own is not disturbed by reads in between.
      const records = new CsvReader(bytes, delimiter);
      inOrder = records;
      let row = -1;
      let line = 1;
      for (let start = source.start; start < bytes.length; start = records.next) {
        records.read(start);
        const { end, breaks, count } = records;
        if (end > start && row++ >= 0) {
          const problem = records.problem ?? wrongFields(count, columns.length);
          yield { row: row - 1, line, column: 1, start, end, problem };
        }
        line += breaks;
      }
    },
    columnsIn: () => columns,
    read(record, plan, store = own) {
      if (record.problem !== null) return record.problem;
      if (!source.isUtf8 && !isUtf8(bytes.subarray(record.start, record.end))) return invalidText(source);
      return texts.read(fieldsOf(record), record.end - record.start, plan, store);
    },
    partsOf(record, field) {
      const raw = bytes.toString("utf8", record.start, record.end);
      const fields = fieldsOf(record);
      const parts = namesOf(field).flatMap((name, i): Part[] => {
        const index = columnIndex.get(name) ?? -1;
        const [start = 0, end = 0] = [fields[2 * index], fields[2 * index + 1]];
        if (i > 0 && fieldText(bytes, fields, index) === "") return [];
        const from = bytes.toString("utf8", record.start, start).length;
        const to = from + bytes.toString("utf8", start, end).length;
        return bytes[start] === QUOTE
          ? [{ start: from + 1, end: to - 1, coding: "quoted" }]
          : [{ start: from, end: to, coding: "plain" }];
      });
      return { raw, parts };
    },
    decode: (code, { coding }) => (coding === "quoted" ? code.replaceAll('""', '"') : code),
    encode(text, { start, end, coding }) {
      const needsQuotes = coding === "quoted" || /["\r\n]/u.test(text) || text.includes(String.fromCharCode(delimiter));
      const code = needsQuotes ? text.replaceAll('"', '""') : text;
      return { start, end, code: needsQuotes && coding === "plain" ? `"${code}"` : code };
    },
  };
}

function firstOf<T>(items: Iterable<T>): T | null {
  for (const item of items) return item;
  return null;
}

function wrongFields(count: number, expected: number): string | null {
  if (count === expected) return null;
  return `${count} ${count === 1 ? "field" : "fields"} where the header has ${expected}`;
}

function fieldText(bytes: Buffer, fields: readonly number[], index: number): string {
  const [start, end] = [fields[2 * index], fields[2 * index + 1]];
  if (start === undefined || end === undefined) throw new RangeError(`no field ${quoted(String(index))}`);
  if (bytes[start] !== QUOTE) return bytes.toString("utf8", start, end);
  const text = bytes.toString("utf8", start + 1, end - 1);
  return text.includes('"') ? text.replaceAll('""', '"') : text;
}

function textsIn(bytes: Buffer, fields: readonly number[]): string[] {
  return Array.from({ length: fields.length / 2 }, (_, i) => fieldText(bytes, fields, i));
}
