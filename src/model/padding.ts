/** Rows of unequal length as rectangular arrays, the masks that hide what was filled in, and where the targets stand. */

/** Added to attention scores at padding: exp of it is exactly 0 in float32. */
export const masked = -1e9;

/** A tensor before it meets the runtime. */
export interface FeedArray {
  readonly type: "int64" | "float32";
  readonly data: BigInt64Array | Float32Array;
  readonly dims: readonly number[];
}

export const longestOf = (rows: readonly (readonly unknown[])[]): number =>
  rows.reduce((longest, row) => Math.max(longest, row.length), 0);

/** Rows of unequal length as int64 [rows, longest], padded at the end. */
export function paddedIds(rows: readonly (readonly number[])[], padToken: number): FeedArray {
  const longest = longestOf(rows);
  const data = new BigInt64Array(rows.length * longest).fill(BigInt(padToken));
  rows.forEach((row, index) => row.forEach((id, at) => (data[index * longest + at] = BigInt(id))));
  return { type: "int64", data, dims: [rows.length, longest] };
}

/** Attention mask over `rows` padded to their longest: [rows, 1, 1, longest], 0 at tokens and `masked` at padding. */
export function paddingMask(rows: readonly (readonly number[])[]): FeedArray {
  const longest = longestOf(rows);
  const data = new Float32Array(rows.length * longest).fill(masked);
  rows.forEach((row, index) => data.fill(0, index * longest, index * longest + row.length));
  return { type: "float32", data, dims: [rows.length, 1, 1, longest] };
}

/** Hides the free places of a cache whose first `filled` are read; the token's own key is the last: [1, 1, 1, places + 1]. */
export function cacheMask(filled: number, places: number): FeedArray {
  const data = new Float32Array(places + 1).fill(masked, filled, places);
  return { type: "float32", data, dims: [1, 1, 1, places + 1] };
}

/** [1, 1, length, length]: every position sees itself and what came before. */
export function causalMask(length: number): FeedArray {
  const data = new Float32Array(length * length);
  for (let query = 0; query < length; query++) data.fill(masked, query * length + query + 1, (query + 1) * length);
  return { type: "float32", data, dims: [1, 1, length, length] };
}

/**
 * Where each real target token stands among the flattened rows of `length`, and its label: `target_positions` int64
 * [tokens], `label_indices` int64 [tokens, 2]. Token j of row i is predicted at position `firstOf(i)` + j of that row.
 */
export function targetFeeds(
  targets: readonly (readonly number[])[],
  length: number,
  firstOf: (row: number) => number = () => 0,
): { readonly feeds: Readonly<Record<"target_positions" | "label_indices", FeedArray>>; readonly tokens: number } {
  const positions: bigint[] = [];
  const labels: bigint[] = [];
  targets.forEach((target, row) =>
    target.forEach((id, at) => {
      labels.push(BigInt(positions.length), BigInt(id));
      positions.push(BigInt(row * length + firstOf(row) + at));
    }),
  );
  const tokens = positions.length;
  return {
    tokens,
    feeds: {
      target_positions: { type: "int64", data: BigInt64Array.from(positions), dims: [tokens] },
      label_indices: { type: "int64", data: BigInt64Array.from(labels), dims: [tokens, 2] },
    },
  };
}
