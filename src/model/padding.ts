/** Rows of unequal length as rectangular arrays, and the mask that hides what was filled in. */

/** Added to attention scores at padding: exp of it is exactly 0 in float32. */
export const masked = -1e9;

/** A tensor before it meets the runtime. */
export interface FeedArray {
  readonly type: "int64" | "float32";
  readonly data: BigInt64Array | Float32Array;
  readonly dims: readonly number[];
}

/** Rows of unequal length as int64 [rows, longest], padded at the end. */
export function paddedIds(rows: readonly (readonly number[])[], padToken: number): FeedArray {
  const longest = Math.max(...rows.map((row) => row.length));
  const data = new BigInt64Array(rows.length * longest).fill(BigInt(padToken));
  rows.forEach((row, index) => row.forEach((id, at) => (data[index * longest + at] = BigInt(id))));
  return { type: "int64", data, dims: [rows.length, longest] };
}

/** Attention mask over `rows` padded to their longest: [rows, 1, 1, longest], 0 at tokens and `masked` at padding. */
export function paddingMask(rows: readonly (readonly number[])[]): FeedArray {
  const longest = Math.max(...rows.map((row) => row.length));
  const data = new Float32Array(rows.length * longest).fill(masked);
  rows.forEach((row, index) => data.fill(0, index * longest, index * longest + row.length));
  return { type: "float32", data, dims: [rows.length, 1, 1, longest] };
}
