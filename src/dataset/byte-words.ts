/** Bytes looked at four at a time, for loops that pass over most of a file's bytes. A word with a byte beyond ASCII is never plain. */
export const WORD = 4;

const SIGNS = 0x80808080 | 0;
const ONES = 0x01010101;

export const viewOf = ({ buffer, byteOffset, length }: Buffer): DataView => new DataView(buffer, byteOffset, length);

/** The byte four times. */
export const repeated = (byte: number): number => Math.imul(byte, ONES);

/*
 * Below, a byte that is looked for borrows of the sign bit when one (or 0x20) is taken away from it. A borrow from the byte before can
 * make a plain word look otherwise, never the other way round.
 */

/** Whether the four bytes are ASCII without control characters, quotes and backslashes. */
export function isPlainJson(word: number): boolean {
  const quotes = word ^ 0x22222222;
  const backslashes = word ^ 0x5c5c5c5c;
  return (((word - 0x20202020) | (quotes - ONES) | (backslashes - ONES) | word) & SIGNS) === 0;
}

/** Whether the four bytes are ASCII without control characters, and without the one of `mark`, a byte `repeated`. */
export const isPlainText = (word: number, mark: number): boolean =>
  (((word - 0x20202020) | ((word ^ mark) - ONES) | word) & SIGNS) === 0;

/** Whether the four bytes are ASCII without quotes. */
export const isUnquoted = (word: number): boolean => ((((word ^ 0x22222222) - ONES) | word) & SIGNS) === 0;

/** Whether some byte is beyond ASCII. */
export const isBeyondAscii = (word: number): boolean => (word & SIGNS) !== 0;
