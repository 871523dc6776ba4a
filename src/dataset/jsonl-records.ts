/** Splits JSONL into records: one per line that is not blank. Lines end at LF or CRLF and at nothing else. */
import { MAX_RECORD_BYTES, TOO_LONG, type RawRecord } from "./raw-record";

const LF = 10;
const CR = 13;

export function* jsonlRecords(bytes: Buffer, start: number): Generator<RawRecord> {
  let row = 0;
  let line = 0;
  for (let next = start; next < bytes.length;) {
    const from = next;
    const newline = bytes.indexOf(LF, from);
    let end = newline === -1 ? bytes.length : newline;
    next = end + 1;
    line++;
    if (end > from && bytes[end - 1] === CR) end--;
    if (isBlank(bytes, from, end)) continue;
    const problem = end - from > MAX_RECORD_BYTES ? TOO_LONG : null;
    yield { row: row++, line, column: 1, start: from, end, problem };
  }
}

function isBlank(bytes: Buffer, start: number, end: number): boolean {
  for (let i = start; i < end; i++) {
    const byte = bytes[i];
    if (byte !== 0x20 && byte !== 0x09 && byte !== CR) return false;
  }
  return true;
}
