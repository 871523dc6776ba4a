/**
 * Splits a JSON array, or the lists in a JSON object, into elements without parsing them: brackets and strings are enough to find
 * where an element ends, so one broken element does not hide the next. `problem` tells what the array itself lacks.
 */
import { INCOMPLETE, MAX_RECORD_BYTES, TOO_LONG, type RawRecord } from "./raw-record";

const LF = 10;
const CR = 13;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
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

/** The records of a JSON file: the elements of an array, or of the lists of objects that an object holds under its keys. */
export function* jsonRecords(bytes: Buffer, start: number): Generator<RawRecord> {
  const cursor = new Cursor(bytes, start);
  cursor.skipSpace();
  const isObject = cursor.peek() === OPEN_OBJECT;
  cursor.advance();
  const { row, isWhole } = yield* isObject ? listsOf(cursor) : elementsOf(cursor, 0, 0);
  cursor.skipSpace();
  if (!isWhole || row === null || cursor.peek() === undefined) return;
  yield problemAt(cursor, row, `text follows the end of the ${isObject ? "object" : "array"}`);
}

interface Passed {
  /** The number of the next record; null where there was no list to number records of. */
  readonly row: number | null;
  readonly isWhole: boolean;
}

/** A record without bytes, for what the file lacks. */
function problemAt({ line, column, at }: Cursor, row: number, problem: string): RawRecord {
  return { row, line, column, start: at, end: at, problem };
}

/** From after the opening bracket to after the closing one. */
function* elementsOf(cursor: Cursor, first: number, list: number): Generator<RawRecord, Passed> {
  const { bytes } = cursor;
  let row = first;
  for (;;) {
    cursor.skipSpace();
    const { line, column, at } = cursor;
    if (cursor.peek() === CLOSE_ARRAY) break;
    if (cursor.peek() === undefined) {
      yield problemAt(cursor, row, "the file ends before the array is closed");
      return { row, isWhole: false };
    }
    const isWhole = skipElement(cursor, CLOSE_ARRAY);
    let end = cursor.at;
    while (end > at && isSpace(bytes[end - 1])) end--;
    const problem = !isWhole
      ? INCOMPLETE
      : end - at > MAX_RECORD_BYTES
        ? TOO_LONG
        : end === at
          ? "a value is missing"
          : null;
    yield { row: row++, line, column, start: at, end, problem, list };
    if (!isWhole) return { row, isWhole };
    if (cursor.peek() === COMMA) cursor.advance();
  }
  cursor.advance();
  return { row, isWhole: true };
}

/** From after the opening brace to after the closing one; what is no list of objects is passed over. */
function* listsOf(cursor: Cursor): Generator<RawRecord, Passed> {
  let row = 0;
  let lists = 0;
  const broken = function* (problem: string): Generator<RawRecord, Passed> {
    // Without a list it is some other file, and nobody asked for its records.
    if (lists > 0) yield problemAt(cursor, row, problem);
    return { row: lists > 0 ? row : null, isWhole: false };
  };
  for (;;) {
    cursor.skipSpace();
    const byte = cursor.peek();
    if (byte === CLOSE_OBJECT) break;
    if (byte === COMMA) {
      cursor.advance();
      continue;
    }
    if (byte === undefined) return yield* broken("the file ends before the object is closed");
    const isKey = byte === QUOTE && cursor.skipString();
    cursor.skipSpace();
    if (!isKey || cursor.peek() !== COLON) return yield* broken("not valid JSON from here on");
    cursor.advance();
    cursor.skipSpace();
    if (!startsList(cursor)) {
      if (!skipElement(cursor, CLOSE_OBJECT)) return yield* broken("the file ends before the object is closed");
      continue;
    }
    cursor.advance();
    const passed = yield* elementsOf(cursor, row, lists++);
    row = passed.row ?? row;
    if (!passed.isWhole) return { row, isWhole: false };
  }
  cursor.advance();
  return { row: lists > 0 ? row : null, isWhole: true };
}

/** Whether a list of objects starts here. */
function startsList({ bytes, at }: Cursor): boolean {
  if (bytes[at] !== OPEN_ARRAY) return false;
  let first = at + 1;
  while (isSpace(bytes[first])) first++;
  return bytes[first] === OPEN_OBJECT;
}

/** Stops at the comma or bracket (`close`) after the element, or at the end of the file; false when that cuts the element. */
function skipElement(cursor: Cursor, close: number): boolean {
  let depth = 0;
  for (;;) {
    const byte = cursor.peek();
    if (byte === undefined) return depth === 0 && close === CLOSE_ARRAY;
    if (depth === 0 && (byte === COMMA || byte === close)) return true;
    if (byte === QUOTE) {
      if (!cursor.skipString()) return false;
      continue;
    }
    if (byte === OPEN_ARRAY || byte === OPEN_OBJECT) depth++;
    else if (byte === CLOSE_ARRAY || byte === CLOSE_OBJECT) depth = Math.max(0, depth - 1);
    cursor.advance();
  }
}
