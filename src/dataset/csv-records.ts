/**
 * Splits CSV and TSV into records and fields (RFC 4180): quoted fields hold delimiters, line breaks and doubled quotes.
 * Lines end at LF, CRLF or CR; a blank line is no record. A quote inside an unquoted field stands for itself.
 */
import { MAX_RECORD_BYTES, TOO_LONG, UNCLOSED, type RawRecord } from "./raw-record";

const LF = 10;
const CR = 13;
export const QUOTE = 0x22;

export interface CsvRecord extends RawRecord {
  /** Start and end byte of each field in turn, quotes included. */
  readonly fields: readonly number[];
  /** Byte after the line ending. */
  readonly next: number;
}

/** The records from byte `start` to the end, the header being record 0. */
export function* csvRecords(bytes: Buffer, start: number, delimiter: number): Generator<CsvRecord> {
  let row = 0;
  let line = 1;
  for (let next = start; next < bytes.length;) {
    const record = readRecord(bytes, next, delimiter);
    next = record.next;
    if (record.end > record.start) yield { ...record, row: row++, line, column: 1 };
    line += record.breaks;
  }
}

interface ReadRecord {
  readonly start: number;
  readonly end: number;
  readonly next: number;
  readonly fields: readonly number[];
  readonly problem: string | null;
  /** Line breaks in it and after it. */
  readonly breaks: number;
}

/** Reads the record that starts at byte `start`. */
export function readRecord(bytes: Buffer, start: number, delimiter: number): ReadRecord {
  const fields: number[] = [];
  let problem: string | null = null;
  let breaks = 0;
  let at = start;
  for (;;) {
    const from = at;
    if (bytes[at] === QUOTE) {
      const close = closingQuote(bytes, at + 1);
      if (close === -1) {
        return {
          start,
          end: bytes.length,
          next: bytes.length,
          fields,
          problem: UNCLOSED,
          breaks,
        };
      }
      breaks += countBreaks(bytes, at, close);
      at = close + 1;
      const after = bytes[at];
      if (after !== undefined && after !== delimiter && after !== LF && after !== CR) {
        problem ??= "text follows a closing quote";
      }
    }
    for (let byte = bytes[at]; byte !== undefined && byte !== delimiter && byte !== LF && byte !== CR;)
      byte = bytes[++at];
    fields.push(from, at);
    if (bytes[at] !== delimiter) break;
    at++;
  }
  const end = at;
  if (bytes[at] === CR && bytes[at + 1] === LF) at++;
  if (at < bytes.length) {
    at++;
    breaks++;
  }
  if (end - start > MAX_RECORD_BYTES) problem ??= TOO_LONG;
  return { start, end, next: at, fields, problem, breaks };
}

function closingQuote(bytes: Buffer, from: number): number {
  let quote = bytes.indexOf(QUOTE, from);
  while (quote !== -1 && bytes[quote + 1] === QUOTE) quote = bytes.indexOf(QUOTE, quote + 2);
  return quote;
}

function countBreaks(bytes: Buffer, start: number, end: number): number {
  let breaks = 0;
  for (let i = start; i < end; i++) {
    const byte = bytes[i];
    if (byte === LF || (byte === CR && bytes[i + 1] !== LF)) breaks++;
  }
  return breaks;
}
