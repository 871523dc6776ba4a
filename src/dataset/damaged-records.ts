/** The records of a file of which the end could not be unpacked: the last one may be cut, and that something is missing is told. */
import type { RawRecord } from "./raw-record";
import type { Source } from "./source";

export function* recordsUpTo(source: Source, records: Iterable<RawRecord>): Generator<RawRecord> {
  const damage = source.wrapping?.damage ?? null;
  if (damage === null) {
    yield* records;
    return;
  }
  let last: RawRecord | null = null;
  for (const record of records) {
    if (last !== null) yield last;
    last = record;
  }
  const end = source.bytes.length;
  if (last !== null && last.end === end) {
    yield { ...last, problem: damage };
    return;
  }
  if (last !== null) yield last;
  const breaks = last === null ? 0 : source.bytes.toString("latin1", last.start, end).split(/\r\n|\r|\n/u).length - 1;
  const line = (last?.line ?? 1) + breaks;
  yield { row: last === null ? 0 : last.row + 1, line, column: 1, start: end, end, problem: damage };
}
