/** What single bytes mean in JSON text. */

export const QUOTE = 0x22;
export const COMMA = 0x2c;
export const COLON = 0x3a;
export const LF = 10;
export const [OPEN_OBJECT, CLOSE_OBJECT, OPEN_ARRAY, CLOSE_ARRAY] = [0x7b, 0x7d, 0x5b, 0x5d];
/** The letter of an escape that gives a UTF-16 unit. */
export const UNIT = 0x75;
const BACKSLASH = 0x5c;
const [MINUS, PLUS, POINT] = [0x2d, 0x2b, 0x2e];

/** What a byte is in a string. */
export const enum Kind {
  plain,
  quote,
  backslash,
  /** A control character. */
  forbidden,
  beyondAscii,
}

export const kinds = Uint8Array.from({ length: 256 }, (_, byte) => {
  if (byte === QUOTE) return Kind.quote;
  if (byte === BACKSLASH) return Kind.backslash;
  return byte < 0x20 ? Kind.forbidden : byte < 0x80 ? Kind.plain : Kind.beyondAscii;
});

/** The byte that a letter after a backslash gives; 0 for a unit, and for what JSON does not know. */
export const escapes = new Uint8Array(256);
for (const [letter, value] of Object.entries({ b: 8, t: 9, n: 10, f: 12, r: 13, '"': 34, "/": 47, "\\": 92 })) {
  escapes[letter.charCodeAt(0)] = value;
}

export const isSpace = (byte: number | undefined): boolean => byte === 0x20 || byte === LF || byte === 13 || byte === 9;

const isDigit = (byte: number): boolean => byte >= 0x30 && byte <= 0x39;

/** Whether the byte can belong to a number, `true`, `false` or `null`. */
export function isLiteral(byte: number): boolean {
  const letter = (byte | 0x20) - 0x61;
  return (letter >= 0 && letter < 26) || isDigit(byte) || byte === MINUS || byte === PLUS || byte === POINT;
}

/** The number of the four hexadecimal digits at `at`, or -1. */
export function hexAt(bytes: Buffer, at: number): number {
  let unit = 0;
  for (let i = at; i < at + 4; i++) {
    const byte = bytes[i]!;
    const letter = (byte | 0x20) - 0x61;
    if (isDigit(byte)) unit = 16 * unit + byte - 0x30;
    else if (letter >= 0 && letter < 6) unit = 16 * unit + 10 + letter;
    else return -1;
  }
  return unit;
}
