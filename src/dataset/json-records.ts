/**
 * Splits a JSON array into its elements without parsing them: brackets and strings are enough to find where an element
 * ends, so one broken element does not hide the next. `problem` tells what the array itself lacks.
 */
import { INCOMPLETE, MAX_RECORD_BYTES, TOO_LONG, type RawRecord } from "./raw-record";

const LF = 10;
const CR = 13;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

const isSpace = (byte: number | undefined): boolean => byte === 0x20 || byte === LF || byte === CR || byte === 0x09;

/** Walks over bytes and knows the line and the column in UTF-16 units. */
class Cursor {
  line = 1;
  column = 1;
  constructor(
    readonly bytes: Buffer,
    public at: number,
  ) {}

  /** The byte here; undefined at the end of the file. */
  peek(): number | undefined {
    return this.bytes[this.at];
  }

  advance(): void {
    const byte = this.bytes[this.at++];
    if (byte === undefined) return;
    if (byte === LF || (byte === CR && this.bytes[this.at] !== LF)) {
      this.line++;
      this.column = 1;
    } else if ((byte & 0xc0) !== 0x80) {
      // A four-byte sequence is a surrogate pair in UTF-16.
      this.column += byte >= 0xf0 ? 2 : 1;
    }
  }

  skipSpace(): void {
    while (isSpace(this.peek())) this.advance();
  }

  /** From an opening quote to after the closing one; false when the file ends first. */
  skipString(): boolean {
    this.advance();
    while (this.at < this.bytes.length) {
      const byte = this.peek();
      this.advance();
      if (byte === QUOTE) return true;
      if (byte === BACKSLASH) this.advance();
    }
    return false;
  }
}

/** The elements of the array that starts at the first byte that is no white space, which must be `[`. */
export function* jsonArrayRecords(bytes: Buffer, start: number): Generator<RawRecord> {
  const cursor = new Cursor(bytes, start);
  cursor.skipSpace();
  cursor.advance();
  let row = 0;
  for (;;) {
    cursor.skipSpace();
    const { line, column, at } = cursor;
    if (cursor.peek() === CLOSE_ARRAY) break;
    if (cursor.peek() === undefined) {
      yield { row, line, column, start: at, end: at, problem: "the file ends before the array is closed" };
      return;
    }
    const isWhole = skipElement(cursor);
    let end = cursor.at;
    while (end > at && isSpace(bytes[end - 1])) end--;
    const problem = !isWhole
      ? INCOMPLETE
      : end - at > MAX_RECORD_BYTES
        ? TOO_LONG
        : end === at
          ? "a value is missing"
          : null;
    yield { row: row++, line, column, start: at, end, problem };
    if (!isWhole) return;
    if (cursor.peek() === COMMA) cursor.advance();
  }
  cursor.advance();
  cursor.skipSpace();
  if (cursor.peek() === undefined) return;
  const { line, column, at } = cursor;
  yield { row, line, column, start: at, end: at, problem: "text follows the end of the array" };
}

/** Stops at the comma or bracket after the element, or at the end of the file; false when that cuts the element. */
function skipElement(cursor: Cursor): boolean {
  let depth = 0;
  for (;;) {
    const byte = cursor.peek();
    if (byte === undefined) return depth === 0;
    if (depth === 0 && (byte === COMMA || byte === CLOSE_ARRAY)) return true;
    if (byte === QUOTE) {
      if (!cursor.skipString()) return false;
      continue;
    }
    if (byte === OPEN_ARRAY || byte === OPEN_OBJECT) depth++;
    else if (byte === CLOSE_ARRAY || byte === CLOSE_OBJECT) depth = Math.max(0, depth - 1);
    cursor.advance();
  }
}
