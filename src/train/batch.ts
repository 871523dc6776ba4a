/** Batches: examples of like length together, padded to the longest of their own batch. */
import { masked, paddedIds, paddingMask, type FeedArray } from "../model/padding";
import { positionBuckets } from "../model/position-buckets";
import type { T5Config } from "../model/t5-config";
import type { Random } from "../foundation/random";

/** Token ids, each ending in the end token. */
export interface TokenizedExample {
  readonly source: readonly number[];
  readonly target: readonly number[];
}

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

/** Tables that depend on a length alone are made once per length. */
export class LengthTables {
  private readonly encoder = new Map<number, FeedArray>();
  private readonly decoder = new Map<number, FeedArray>();
  private readonly causal = new Map<number, FeedArray>();

  constructor(private readonly config: T5Config) {}

  buckets(length: number, bidirectional: boolean): FeedArray {
    const cache = bidirectional ? this.encoder : this.decoder;
    return remembered(cache, length, () => {
      const scheme = { buckets: this.config.positionBuckets, maximumDistance: this.config.maximumDistance };
      const data = positionBuckets(length, length, { ...scheme, bidirectional });
      return { type: "int64", data, dims: [length, length] };
    });
  }

  causalMask(length: number): FeedArray {
    return remembered(this.causal, length, () => {
      const data = new Float32Array(length * length);
      for (let query = 0; query < length; query++) data.fill(masked, query * length + query + 1, (query + 1) * length);
      return { type: "float32", data, dims: [1, 1, length, length] };
    });
  }
}

function remembered(cache: Map<number, FeedArray>, length: number, make: () => FeedArray): FeedArray {
  const known = cache.get(length);
  if (known !== undefined) return known;
  const made = make();
  cache.set(length, made);
  return made;
}

/** Everything that a training step is fed for one batch, by input name; `tokens` counts the real target tokens. */
export function batchFeeds(
  batch: readonly TokenizedExample[],
  config: T5Config,
  tables: LengthTables,
): { readonly feeds: Readonly<Record<string, FeedArray>>; readonly tokens: number } {
  const sources = batch.map(({ source }) => source);
  const shifted = batch.map(({ target }) => [config.startToken, ...target.slice(0, -1)]);
  const sourceIds = paddedIds(sources, config.padToken);
  const targetIds = paddedIds(shifted, config.padToken);
  const sourceLength = sourceIds.dims[1]!;
  const targetLength = targetIds.dims[1]!;
  const positions: bigint[] = [];
  const labels: bigint[] = [];
  batch.forEach(({ target }, row) =>
    target.forEach((id, at) => {
      labels.push(BigInt(positions.length), BigInt(id));
      positions.push(BigInt(row * targetLength + at));
    }),
  );
  const tokens = positions.length;
  return {
    tokens,
    feeds: {
      source_ids: sourceIds,
      source_mask: paddingMask(sources),
      encoder_buckets: tables.buckets(sourceLength, true),
      target_ids: targetIds,
      causal_mask: tables.causalMask(targetLength),
      decoder_buckets: tables.buckets(targetLength, false),
      target_positions: { type: "int64", data: BigInt64Array.from(positions), dims: [tokens] },
      label_indices: { type: "int64", data: BigInt64Array.from(labels), dims: [tokens, 2] },
    },
  };
}
