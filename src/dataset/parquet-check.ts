/**
 * Checks of Parquet's coded data before hyparquet decodes it. The decoder trusts counts: a few hostile bytes could make it
 * write two thousand million values. What passes here costs no more memory than its own size or its number of values allows.
 */
import { deltaBinaryUnpack } from "hyparquet/src/delta.js";

/** Why a Parquet file, or a part of one, cannot be read, as a clause. */
export class ParquetProblem extends Error {}

const corrupt = (): ParquetProblem => new ParquetProblem("the Parquet data is corrupt");

/** Deepest nesting of structures in a footer; Parquet's own go to about ten. */
const MAX_DEPTH = 40;

/** Checks the Thrift structure (compact protocol) that starts at `start`; gives the offset after it. Throws a ParquetProblem. */
export function checkThrift(view: DataView, start: number): number {
  let at = start;
  const byte = (): number => {
    if (at >= view.byteLength) throw corrupt();
    return view.getUint8(at++);
  };
  const varint = (): number => {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const next = byte();
      value += (next & 0x7f) * scale;
      if (next < 0x80) return value;
      if (scale > 2 ** 63) throw corrupt();
    }
  };
  const pass = (bytes: number): void => {
    at += bytes;
    if (at > view.byteLength) throw corrupt();
  };
  const element = (type: number, depth: number, inList: boolean): void => {
    if (type === 1 || type === 2) {
      if (inList) pass(1);
    } else if (type === 3) pass(1);
    else if (type === 4 || type === 5 || type === 6) varint();
    else if (type === 7) pass(8);
    else if (type === 8) pass(varint());
    else if (type === 9) list(depth + 1);
    else if (type === 12) struct(depth + 1);
    else throw corrupt();
  };
  const list = (depth: number): void => {
    if (depth > MAX_DEPTH) throw corrupt();
    const head = byte();
    const size = head >> 4 === 15 ? varint() : head >> 4;
    if (size > view.byteLength - at) throw corrupt();
    for (let i = 0; i < size; i++) element(head & 15, depth, true);
  };
  const struct = (depth: number): void => {
    if (depth > MAX_DEPTH) throw corrupt();
    for (;;) {
      const head = byte();
      if ((head & 15) === 0) return;
      if (head >> 4 === 0) varint();
      element(head & 15, depth, false);
    }
  };
  struct(0);
  return at;
}

/** Values that a bit-packed run may hold beyond those needed: writers fill it up. */
const FILL = 512;

/**
 * Checks runs (run-length and bit-packed hybrid) of `width` bits from `start` that shall give `count` values. Throws a
 * ParquetProblem where a run would give more.
 */
export function checkRuns(page: Uint8Array, start: number, end: number, width: number, count: number): void {
  if (width > 32 || end > page.length) throw corrupt();
  let at = start;
  for (let seen = 0; seen < count;) {
    let header = 0;
    for (let scale = 1; ; scale *= 128) {
      const next = page[at++];
      if (next === undefined || scale > 2 ** 28) throw corrupt();
      header += (next & 0x7f) * scale;
      if (next < 0x80) break;
    }
    const isPacked = header % 2 === 1;
    const groups = Math.floor(header / 2);
    const values = isPacked ? 8 * groups : groups;
    if (values === 0 || values > count - seen + (isPacked ? FILL : 0)) throw corrupt();
    at += isPacked ? groups * width : (width + 7) >> 3;
    seen += values;
    // The last run may be cut short where its values are not needed.
    if (at > end && seen < count) throw corrupt();
  }
}

/** Checks the head of delta-coded integers from `start`. Throws a ParquetProblem for block sizes that no writer uses. */
export function checkDelta(page: Uint8Array, start: number): void {
  const view = new DataView(page.buffer, page.byteOffset, page.byteLength);
  let at = start;
  const varint = (): number => {
    let value = 0;
    for (let scale = 1; scale < 2 ** 35; scale *= 128) {
      if (at >= view.byteLength) throw corrupt();
      const next = view.getUint8(at++);
      value += (next & 0x7f) * scale;
      if (next < 0x80) return value;
    }
    throw corrupt();
  };
  const block = varint();
  const miniblocks = varint();
  if (block === 0 || block > 1_000_000 || miniblocks === 0 || miniblocks > 10_000) throw corrupt();
}

/**
 * Checks strings coded by what they share with the one before, from `start`: their text may be far longer than the page.
 * Throws a ParquetProblem where it is longer than `limit` bytes.
 */
export function checkSharedPrefixes(page: Uint8Array, start: number, count: number, limit: number): void {
  const reader = { view: new DataView(page.buffer, page.byteOffset, page.byteLength), offset: start };
  let total = 0;
  for (let part = 0; part < 2; part++) {
    checkDelta(page, reader.offset);
    const lengths = new Int32Array(count);
    deltaBinaryUnpack(reader, count, lengths);
    for (const length of lengths) {
      if (length < 0) throw corrupt();
      total += length;
    }
  }
  if (total > limit) throw new ParquetProblem(`a page unpacks to more than ${limit / 1024 / 1024} MB`);
}
