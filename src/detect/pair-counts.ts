/**
 * Counts of token pairs in bounded memory: a hashed table of 32-bit counters without keys. Two pairs that share a slot
 * are counted together, which only ever makes a pair look more usual than it is.
 */
import { mixed } from "./corpus";

export interface PairCounts {
  add(first: number, second: number): void;
  count(first: number, second: number): number;
}

const largestTable = 2 ** 24;

/** A table for about `expected` pairs; at most 64 MB. */
export function pairCounts(expected: number): PairCounts {
  let size = 2 ** 12;
  while (size < expected * 4 && size < largestTable) size *= 2;
  const counts = new Uint32Array(size);
  const slot = (first: number, second: number): number => mixed(first, second) & (size - 1);
  return {
    add(first, second) {
      const at = slot(first, second);
      counts[at] = counts[at]! + 1;
    },
    count: (first, second) => counts[slot(first, second)]!,
  };
}
