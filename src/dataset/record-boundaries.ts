/**
 * Where the records of a text file begin and end, found in one pass over its bytes in pieces of any size, at about the speed
 * of memory. The same records in the same order as `jsonlRecords` and `csvRecords` give for the whole file (a property test
 * holds them together); nothing is decoded or kept.
 */
const LF = 10;
const CR = 13;
const QUOTE = 0x22;

/**
 * Called for each record: its first byte, the byte after its last, the byte after its line ending, its 1-based line, and
 * whether it runs to the end of the file because a quote is never closed. Offsets are those of the file.
 */
export type RecordSink = (start: number, end: number, next: number, line: number, unclosed: boolean) => void;

export interface RecordBoundaries {
  /** The next bytes of the file. */
  push(bytes: Buffer): void;
  /** After the last byte: what stands there without a line ending is a record too. */
  finish(): void;
}

/** How a text file divides into records: lines, or CSV with this delimiter (a byte). */
export type Division = "lines" | number;

/** The boundaries from byte `start` on, which is the first of a record on line `line`. */
export function recordBoundaries(division: Division, start: number, line: number, sink: RecordSink): RecordBoundaries {
  return division === "lines" ? new LineBoundaries(start, line, sink) : new CsvBoundaries(division, start, line, sink);
}

class LineBoundaries implements RecordBoundaries {
  private start: number;
  private isBlank = true;
  private endsInCr = false;

  /** `offset` is that of the next byte to come, `line` that of the line it belongs to. */
  constructor(
    private offset: number,
    private line: number,
    private readonly sink: RecordSink,
  ) {
    this.start = offset;
  }

  push(bytes: Buffer): void {
    const base = this.offset;
    let from = 0;
    for (;;) {
      const newline = bytes.indexOf(LF, from);
      const to = newline === -1 ? bytes.length : newline;
      if (this.isBlank) this.isBlank = isBlank(bytes, from, to);
      if (to > from) this.endsInCr = bytes[to - 1] === CR;
      if (newline === -1) break;
      if (!this.isBlank) this.sink(this.start, base + to - (this.endsInCr ? 1 : 0), base + to + 1, this.line, false);
      this.line++;
      from = newline + 1;
      this.start = base + from;
      this.isBlank = true;
      this.endsInCr = false;
    }
    this.offset = base + bytes.length;
  }

  finish(): void {
    const end = this.offset;
    if (!this.isBlank) this.sink(this.start, end - (this.endsInCr ? 1 : 0), end, this.line, false);
  }
}

function isBlank(bytes: Buffer, start: number, end: number): boolean {
  for (let i = start; i < end; i++) {
    const byte = bytes[i];
    if (byte !== 0x20 && byte !== 0x09 && byte !== CR) return false;
  }
  return true;
}

/** What the next byte of CSV is read as. */
const enum At {
  fieldStart,
  unquoted,
  quoted,
  /** After a quote in a quoted field: a second one stands for a quote, anything else ends the quotes. */
  quoteInQuoted,
  /** After a CR that ended a record: an LF belongs to it. */
  carriageReturn,
}

class CsvBoundaries implements RecordBoundaries {
  private start: number;
  private at = At.fieldStart;
  /** Line breaks inside the quotes of the record so far. */
  private breaks = 0;
  private afterCr = false;
  private readonly lineFeed = new NextByte(LF);
  private readonly carriageReturn = new NextByte(CR);
  private readonly quote = new NextByte(QUOTE);

  constructor(
    private readonly delimiter: number,
    private offset: number,
    private line: number,
    private readonly sink: RecordSink,
  ) {
    this.start = offset;
  }

  push(bytes: Buffer): void {
    for (const next of [this.lineFeed, this.carriageReturn, this.quote]) next.lookIn(bytes);
    let at = 0;
    while (at < bytes.length) {
      switch (this.at) {
        case At.fieldStart:
          if (this.offset + at === this.start) at = this.passPlainRecords(bytes, at);
          if (at === bytes.length) break;
          if (bytes[at] === QUOTE) {
            this.at = At.quoted;
            at++;
          } else {
            this.at = At.unquoted;
          }
          break;
        case At.unquoted:
          at = this.passUnquoted(bytes, at);
          break;
        case At.quoted: {
          const quote = bytes.indexOf(QUOTE, at);
          const to = quote === -1 ? bytes.length : quote;
          this.countBreaks(bytes, at, to);
          at = quote === -1 ? to : to + 1;
          if (quote !== -1) this.at = At.quoteInQuoted;
          break;
        }
        case At.quoteInQuoted:
          this.afterCr = false;
          this.at = bytes[at] === QUOTE ? At.quoted : At.unquoted;
          if (this.at === At.quoted) at++;
          break;
        case At.carriageReturn:
          if (bytes[at] === LF) at++;
          this.emit(this.offset + at);
          break;
      }
    }
    this.offset += bytes.length;
  }

  finish(): void {
    if (this.at === At.carriageReturn) {
      this.emit(this.offset);
    } else if (this.offset > this.start) {
      this.sink(this.start, this.offset, this.offset, this.line, this.at === At.quoted);
    }
  }

  /** Byte after the record's text while its line ending is read. */
  private end = 0;

  private emit(next: number): void {
    if (this.end > this.start) this.sink(this.start, this.end, next, this.line, false);
    this.line += this.breaks + 1;
    this.breaks = 0;
    this.start = next;
    this.at = At.fieldStart;
  }

  /** Passes over whole records without any quote, which need only their line ending; gives where another begins. */
  private passPlainRecords(bytes: Buffer, from: number): number {
    let at = from;
    for (;;) {
      const lf = this.lineFeed.from(at);
      const cr = this.carriageReturn.from(at);
      if (lf === bytes.length || lf > this.quote.from(at) || cr < lf - 1) return at;
      this.end = this.offset + Math.min(cr, lf);
      at = lf + 1;
      this.emit(this.offset + at);
    }
  }

  private passUnquoted(bytes: Buffer, from: number): number {
    let at = from;
    let byte = bytes[at];
    while (byte !== undefined && byte !== this.delimiter && byte !== LF && byte !== CR) byte = bytes[++at];
    if (byte === undefined) return at;
    if (byte === this.delimiter) {
      this.at = At.fieldStart;
      return at + 1;
    }
    this.end = this.offset + at;
    if (byte === LF) this.emit(this.offset + at + 1);
    else this.at = At.carriageReturn;
    return at + 1;
  }

  /** CR, LF and CR LF are one break each, also where a piece ends between the two. */
  private countBreaks(bytes: Buffer, start: number, end: number): void {
    for (let i = start; i < end; i++) {
      const byte = bytes[i];
      if (byte === CR || (byte === LF && !this.afterCr)) this.breaks++;
      this.afterCr = byte === CR;
    }
  }
}

/** The next place of a byte. Each stretch is searched once, however often it is asked for: a hostile file has no such byte. */
class NextByte {
  private bytes: Buffer = Buffer.alloc(0);
  private found = -1;

  constructor(private readonly byte: number) {}

  lookIn(bytes: Buffer): void {
    this.bytes = bytes;
    this.found = -1;
  }

  /** The place from `at` on, the length where there is none. Asked with ever larger `at`. */
  from(at: number): number {
    if (this.found >= at) return this.found;
    const found = this.bytes.indexOf(this.byte, at);
    return (this.found = found === -1 ? this.bytes.length : found);
  }
}
