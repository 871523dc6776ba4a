/**
 * Splits CSV and TSV into records and fields (RFC 4180): quoted fields hold delimiters, line breaks and doubled quotes.
 * Lines end at LF, CRLF or CR; a blank line is no record. A quote inside an unquoted field stands for itself.
 */
import { isPlainText, repeated, viewOf, WORD } from "./byte-words";
import { MAX_RECORD_BYTES, TOO_LONG, UNCLOSED, type RawRecord } from "./raw-record";

const LF = 10;
const CR = 13;
export const QUOTE = 0x22;
const QUOTES = repeated(QUOTE);

export interface CsvRecord extends RawRecord {
  /** Start and end byte of each field in turn, quotes included. */
  readonly fields: readonly number[];
  /** Byte after the line ending. */
  readonly next: number;
}

/** The records from byte `start` to the end, the header being record 0. */
export function* csvRecords(bytes: Buffer, start: number, delimiter: number): Generator<CsvRecord> {
  const reader = new CsvReader(bytes, delimiter);
  let row = 0;
  let line = 1;
  for (let next = start; next < bytes.length; next = reader.next) {
    reader.read(next);
    const { end, problem } = reader;
    if (end > next) {
      const fields = reader.fields.slice(0, 2 * reader.count);
      yield { row: row++, line, column: 1, start: next, end, problem, fields, next: reader.next };
    }
    line += reader.breaks;
  }
}

/** Reads one record after the other into the same places: a file has millions of them. */
export class CsvReader {
  /** Start and end byte of each of `count` fields in turn, quotes included; what stands behind them is of older records. */
  readonly fields: number[] = [];
  count = 0;
  /** First byte of the record; -1 before there is one. */
  start = -1;
  /** Byte after the record's text, and after its line ending. */
  end = 0;
  next = 0;
  problem: string | null = null;
  /** Line breaks in the record and after it. */
  breaks = 0;

  private readonly view: DataView;
  private readonly delimiters: number;

  constructor(
    private readonly bytes: Buffer,
    private readonly delimiter: number,
  ) {
    this.view = viewOf(bytes);
    this.delimiters = repeated(delimiter);
  }

  /** Reads the record that starts at byte `start`. */
  read(start: number): void {
    const { bytes, view, delimiter, delimiters, fields } = this;
    const { length } = bytes;
    this.start = start;
    this.count = 0;
    this.problem = null;
    this.breaks = 0;
    let at = start;
    for (;;) {
      const from = at;
      let byte = at < length ? bytes[at] : LF;
      if (byte === QUOTE) {
        at = this.afterQuotes(at);
        if (at === -1) {
          this.problem = UNCLOSED;
          this.end = this.next = length;
          return;
        }
        byte = at < length ? bytes[at] : LF;
        if (byte !== delimiter && byte !== LF && byte !== CR) this.problem ??= "text follows a closing quote";
      }
      while (byte !== delimiter && byte !== LF && byte !== CR) {
        at++;
        while (at <= length - WORD && isPlainText(view.getInt32(at, true), delimiters)) at += WORD;
        byte = at < length ? bytes[at] : LF;
      }
      fields[2 * this.count] = from;
      fields[2 * this.count + 1] = at;
      this.count++;
      if (at === length || byte !== delimiter) break;
      at++;
    }
    this.end = at;
    if (bytes[at] === CR && bytes[at + 1] === LF) at++;
    if (at < length) {
      at++;
      this.breaks++;
    }
    this.next = at;
    if (this.end - start > MAX_RECORD_BYTES) this.problem ??= TOO_LONG;
  }

  /** The byte after the quote that closes the one at `open`, or -1. */
  private afterQuotes(open: number): number {
    const { bytes, view } = this;
    const { length } = bytes;
    for (let at = open + 1; at < length; at++) {
      while (at <= length - WORD && isPlainText(view.getInt32(at, true), QUOTES)) at += WORD;
      const byte = bytes[at];
      if (byte === QUOTE) {
        if (bytes[at + 1] !== QUOTE) return at + 1;
        at++;
      } else if (byte === LF || (byte === CR && bytes[at + 1] !== LF)) {
        this.breaks++;
      }
    }
    return -1;
  }
}
