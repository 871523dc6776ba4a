/** Batches: examples of like length together, padded to the longest of their own batch. */
import type { Random } from "../foundation/random";
import type { TokenizedExample } from "../model/model";

/** Batches looked at together when examples are sorted by length; larger pads less, smaller shuffles better. */
const batchesPerPool = 50;

/** Shuffles, groups by length within pools of `batchesPerPool` batches, and shuffles the batches. */
export function planBatches(
  examples: readonly TokenizedExample[],
  batchSize: number,
  random: Random,
): TokenizedExample[][] {
  const shuffled = random.shuffle(examples);
  const batches: TokenizedExample[][] = [];
  const poolSize = batchSize * batchesPerPool;
  for (let start = 0; start < shuffled.length; start += poolSize) {
    const pool = shuffled
      .slice(start, start + poolSize)
      .sort((a, b) => a.target.length - b.target.length || a.source.length - b.source.length);
    for (let at = 0; at < pool.length; at += batchSize) batches.push(pool.slice(at, at + batchSize));
  }
  return random.shuffle(batches);
}

/** A batch in at most `parts` parts of like length, for a step that computes them one after the other. */
export function partsOf(batch: readonly TokenizedExample[], parts: number): TokenizedExample[][] {
  const size = Math.ceil(batch.length / parts);
  const count = Math.ceil(batch.length / size);
  return Array.from({ length: count }, (_, at) => batch.slice(at * size, (at + 1) * size));
}
