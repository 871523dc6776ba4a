/** Batches: examples of like length together, padded to the longest of their own batch. */
import type { Random } from "../foundation/random";
import type { TokenizedExample } from "../model/model";

/** Batches looked at together when examples are sorted by length; larger pads less, smaller shuffles better. */
const batchesPerPool = 48;
/** Batches of like target lengths that are sorted by source together: one length alone would leave the other to chance. */
const batchesPerGroup = 4;

/** Shuffles, groups by both lengths within pools of `batchesPerPool` batches, and shuffles the batches. */
export function planBatches(
  examples: readonly TokenizedExample[],
  batchSize: number,
  random: Random,
): TokenizedExample[][] {
  const pools = chunksOf(random.shuffle(examples), batchSize * batchesPerPool);
  const groups = pools.flatMap((pool) =>
    chunksOf(
      pool.sort((a, b) => a.target.length - b.target.length || a.source.length - b.source.length),
      batchSize * batchesPerGroup,
    ),
  );
  return random.shuffle(
    groups.flatMap((group) =>
      chunksOf(
        group.sort((a, b) => a.source.length - b.source.length),
        batchSize,
      ),
    ),
  );
}

const chunksOf = <T>(items: readonly T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, at) => items.slice(at * size, (at + 1) * size));

/** A batch in at most `parts` parts of like length, for a step that computes them one after the other. */
export function partsOf(batch: readonly TokenizedExample[], parts: number): TokenizedExample[][] {
  const size = Math.ceil(batch.length / parts);
  const count = Math.ceil(batch.length / size);
  return Array.from({ length: count }, (_, at) => batch.slice(at * size, (at + 1) * size));
}
