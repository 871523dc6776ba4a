/**
 * UTF-16 files, read as the UTF-8 that everything behind works on, with the way back: where a byte of that text stands in the
 * file. Halves of surrogate pairs that stand alone become bytes that are no UTF-8, so that their record, and only that, is refused.
 */
export type Utf16 = "utf-16le" | "utf-16be";

/** The encoding that a byte order mark of two bytes names. */
export function utf16Of(bytes: Uint8Array): Utf16 | null {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return "utf-16le";
  return bytes[0] === 0xfe && bytes[1] === 0xff ? "utf-16be" : null;
}

/** Bytes of the file's byte order mark. */
const MARK = 2;
/** UTF-16 units converted at a time. */
const PORTION = 1 << 20;

/** The text after the byte order mark as UTF-8. An odd last byte becomes a byte that is no UTF-8. */
export function toUtf8(bytes: Buffer, encoding: Utf16): Buffer {
  const end = bytes.length - ((bytes.length - MARK) % 2);
  const pieces: Buffer[] = [];
  for (let at = MARK; at < end;) {
    let to = Math.min(end, at + 2 * PORTION);
    const text = decodeUnits(bytes.subarray(at, to), encoding);
    // A pair is not parted.
    const last = text.charCodeAt(text.length - 1);
    const isParted = to < end && last >= 0xd800 && last <= 0xdbff;
    if (isParted) to -= 2;
    const whole = isParted ? text.slice(0, -1) : text;
    pieces.push(whole === "" ? loneUnit(last) : encodeLoosely(whole));
    at = whole === "" ? to + 2 : to;
  }
  if (end < bytes.length) pieces.push(Buffer.from([0xc0]));
  return Buffer.concat(pieces);
}

function decodeUnits(bytes: Buffer, encoding: Utf16): string {
  return (encoding === "utf-16le" ? bytes : Buffer.from(bytes).swap16()).toString("utf16le");
}

function encodeLoosely(text: string): Buffer {
  if (!/\p{Surrogate}/u.test(text)) return Buffer.from(text);
  const pieces = text.split(/(\p{Surrogate})/u);
  return Buffer.concat(pieces.map((piece, i) => (i % 2 === 0 ? Buffer.from(piece) : loneUnit(piece.charCodeAt(0)))));
}

const loneUnit = (unit: number): Buffer =>
  Buffer.from([0xe0 | (unit >> 12), 0x80 | ((unit >> 6) & 0x3f), 0x80 | (unit & 0x3f)]);

/** `text` in the file's encoding, without a byte order mark. */
export function fromText(text: string, encoding: Utf16): Buffer {
  const bytes = Buffer.from(text, "utf16le");
  return encoding === "utf-16le" ? bytes : bytes.swap16();
}

/** Bytes of UTF-8 between two known places. */
const STRIDE = 64 * 1024;

/** From bytes of the UTF-8 text to bytes of the UTF-16 file. */
export class Utf16Places {
  /** UTF-16 units before each stride. */
  private readonly before: number[] = [];

  constructor(private readonly utf8: Buffer) {
    let units = 0;
    for (let at = 0; at < utf8.length; at += STRIDE) {
      this.before.push(units);
      units += unitsIn(utf8, at, Math.min(utf8.length, at + STRIDE));
    }
  }

  /** Where byte `at` of the text (the first of a character) stands in the file. */
  inFile(at: number): number {
    const stride = Math.min(Math.floor(at / STRIDE), Math.max(0, this.before.length - 1));
    return MARK + 2 * ((this.before[stride] ?? 0) + unitsIn(this.utf8, stride * STRIDE, at));
  }
}

/** UTF-16 units that begin between two bytes: a sequence of four bytes is a pair. */
function unitsIn(utf8: Buffer, start: number, end: number): number {
  let units = 0;
  for (let i = start; i < end; i++) {
    const byte = utf8[i] ?? 0;
    if ((byte & 0xc0) !== 0x80) units += byte >= 0xf0 ? 2 : 1;
  }
  return units;
}
