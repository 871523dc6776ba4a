/**
 * From offsets in a field's decoded text to places in the file. Built for one field when it is first asked: a list of
 * stretches in which text and file run alike, cut at escapes and line breaks.
 */
import type { Coding, RecordParts } from "./layout";
import type { RawRecord } from "./raw-record";
import type { FilePosition } from "./sample";

/** Longest stretch, in UTF-16 units: what a look-up may have to walk. */
const STRETCH = 4096;

interface Stretch {
  /** Offset of its start in the decoded text. */
  readonly text: number;
  readonly raw: number;
  readonly at: FilePosition;
}

export class PositionMap {
  private readonly stretches: Stretch[] = [];
  private readonly raw: string;

  constructor(record: RawRecord, { raw, parts }: RecordParts, lineBreak: RegExp) {
    this.raw = raw;
    const walker = new Walker(record, raw, lineBreak);
    let text = 0;
    for (const { start, end, coding } of parts) {
      for (let at = start; at < end;) {
        walker.walkTo(at);
        this.stretches.push({ text, raw: at, at: walker.position });
        const unit = codeUnitAt(raw, at, end, coding);
        const length = unit > 0 ? unit : runLength(raw, at, end, coding);
        text += unit > 0 ? 1 : length;
        at += length;
      }
      // The offset after the part's text: the joint to the next part, or the end of the field.
      walker.walkTo(end);
      this.stretches.push({ text, raw: end, at: walker.position });
      text++;
    }
  }

  /** `offset` lies between 0 and the length of the text. */
  locate(offset: number): FilePosition {
    let low = 0;
    let high = this.stretches.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.stretches[middle]?.text ?? Infinity) <= offset) low = middle;
      else high = middle - 1;
    }
    const stretch = this.stretches[low];
    if (stretch === undefined) throw new RangeError(`offset ${offset} in a field without parts`);
    const { byte, line, column } = stretch.at;
    const units = offset - stretch.text;
    return { byte: byte + bytesOf(this.raw, stretch.raw, stretch.raw + units), line, column: column + units };
  }
}

/** Length of the escape at `at`, 0 where there is none. */
function codeUnitAt(raw: string, at: number, end: number, coding: Coding): number {
  const unit = raw[at];
  if (coding === "json" && unit === "\\") return raw[at + 1] === "u" ? 6 : 2;
  return coding === "quoted" && unit === '"' && at + 1 < end ? 2 : 0;
}

/** Length of the stretch at `at`: up to an escape, up to and with a line break, and never through a pair that belongs together. */
function runLength(raw: string, at: number, end: number, coding: Coding): number {
  const limit = Math.min(end, at + STRETCH);
  for (let i = at; i < limit; i++) {
    if (i > at && codeUnitAt(raw, i, end, coding) > 0) return i - at;
    const unit = raw[i];
    if (unit === "\n" || (unit === "\r" && raw[i + 1] !== "\n")) return i + 1 - at;
  }
  return limit < end && splitsPair(raw, limit) ? limit + 1 - at : limit - at;
}

/** Whether a cut before `at` would part a surrogate pair or CR LF. */
function splitsPair(raw: string, at: number): boolean {
  const [before, after] = [raw.charCodeAt(at - 1), raw.charCodeAt(at)];
  return (
    (before >= 0xd800 && before <= 0xdbff && after >= 0xdc00 && after <= 0xdfff) || (before === 13 && after === 10)
  );
}

/** UTF-8 length of a slice; a surrogate pair counts once it is complete. */
function bytesOf(raw: string, start: number, end: number): number {
  const whole = end > start && end < raw.length && splitsPair(raw, end) && raw[end] !== "\n" ? end - 1 : end;
  return Buffer.byteLength(raw.slice(start, whole));
}

class Walker {
  private at = 0;
  position: FilePosition;

  constructor(
    record: RawRecord,
    private readonly raw: string,
    private readonly lineBreak: RegExp,
  ) {
    this.position = { byte: record.start, line: record.line, column: record.column };
  }

  /** Moves on to raw offset `to`, which does not part a pair. */
  walkTo(to: number): void {
    const passed = this.raw.slice(this.at, to);
    let { line, column } = this.position;
    let lineStart = 0;
    for (const match of passed.matchAll(this.lineBreak)) {
      line++;
      column = 1;
      lineStart = match.index + match[0].length;
    }
    column += passed.length - lineStart;
    this.position = { byte: this.position.byte + Buffer.byteLength(passed), line, column };
    this.at = to;
  }
}
