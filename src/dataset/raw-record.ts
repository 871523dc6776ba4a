/** A record as it stands in the file, before anyone looked at its columns. */

/** A record of more bytes is skipped. */
export const MAX_RECORD_BYTES = 16 * 1024 * 1024;

export interface RawRecord {
  readonly row: number;
  /** 1-based line and column (UTF-16 units) of its first byte. */
  readonly line: number;
  readonly column: number;
  /** Byte offsets in the file, `end` exclusive and without the line ending. */
  readonly start: number;
  readonly end: number;
  /** Why it cannot be read, or null. */
  readonly problem: string | null;
  /** In JSON, which list of the file it stands in, from 0. */
  readonly list?: number;
}

/** Why a JSON record that is cut off cannot be read. */
export const INCOMPLETE = "not a whole JSON object";

export const TOO_LONG = `the record is longer than ${MAX_RECORD_BYTES / 1024 / 1024} MB`;

export const UNCLOSED = "a quote is opened and never closed";
