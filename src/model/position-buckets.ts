/** T5's buckets of relative distance: exact when near, logarithmic when far (Raffel et al. 2020, section 2.1). */
export interface BucketScheme {
  readonly buckets: number;
  readonly maximumDistance: number;
  /** The encoder tells left from right; the decoder only looks back. */
  readonly bidirectional: boolean;
}

/** Bucket of a key at `distance` = key position - query position. */
export function positionBucket(distance: number, { buckets, maximumDistance, bidirectional }: BucketScheme): number {
  const available = bidirectional ? buckets >> 1 : buckets;
  const side = bidirectional && distance > 0 ? available : 0;
  const away = bidirectional ? Math.abs(distance) : Math.max(0, -distance);
  const exact = available >> 1;
  if (away < exact) return side + away;
  // Float32 as in the reference implementation, so that rounding at bucket borders agrees.
  const ratio = Math.fround(Math.log(away / exact)) / Math.fround(Math.log(maximumDistance / exact));
  return side + Math.min(available - 1, exact + Math.floor(ratio * (available - exact)));
}

/** int64 [queries, keys] of buckets; query i stands at position `firstQuery + i`. */
export function positionBuckets(queries: number, keys: number, scheme: BucketScheme, firstQuery = 0): BigInt64Array {
  const table = new BigInt64Array(queries * keys);
  for (let query = 0; query < queries; query++) {
    for (let key = 0; key < keys; key++) {
      table[query * keys + key] = BigInt(positionBucket(key - query - firstQuery, scheme));
    }
  }
  return table;
}
