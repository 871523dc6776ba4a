/**
 * Keys and values of the tokens so far. Behind the last token there are free places, so that a token is added in place: steps are
 * fed the tensors as they stand, and hide the free places by their mask.
 */
import type { Runtime, Tensor } from "../graph/runtime";

/** Places that are added when all are filled. */
export const placesAdded = 32;

interface CachedTensor {
  readonly heads: number;
  readonly width: number;
  /** [rows, heads, places, width]. */
  data: Float32Array;
}

export class KeyValueCache {
  private readonly tensors = new Map<string, CachedTensor>();
  private rows = 0;
  private filled = 0;
  private allPlaces = 0;

  /** `past` by the name under which steps read it: float32 [rows, heads, tokens, width], rows and tokens the same in all. */
  constructor(
    private readonly runtime: Runtime,
    past: Readonly<Record<string, Tensor>>,
  ) {
    for (const [name, { dims, data }] of Object.entries(past)) {
      const [rows, heads, tokens, width] = dims as [number, number, number, number];
      this.tensors.set(name, { heads, width, data: data as Float32Array });
      this.rows = rows;
      this.filled = tokens;
    }
    this.allPlaces = this.filled;
    this.grow();
  }

  /** Of each tensor, filled ones first. */
  get places(): number {
    return this.allPlaces;
  }

  feeds(): Record<string, Tensor> {
    const { rows, places } = this;
    return Object.fromEntries(
      [...this.tensors].map(([name, { heads, width, data }]) => [
        name,
        new this.runtime.Tensor("float32", data, [rows, heads, places, width]),
      ]),
    );
  }

  /** One more token in every row: by the names of `past`, [rows, heads, 1, width]. */
  add(own: Readonly<Record<string, Tensor>>): void {
    if (this.filled === this.places) this.grow();
    for (const [name, { heads, width, data }] of this.tensors) {
      const added = own[name]!.data as Float32Array;
      for (let head = 0; head < this.rows * heads; head++) {
        data.set(added.subarray(head * width, (head + 1) * width), (head * this.places + this.filled) * width);
      }
    }
    this.filled++;
  }

  /** Drops all rows but these, which are in ascending order. */
  keep(rows: readonly number[]): void {
    for (const tensor of this.tensors.values()) {
      const stride = tensor.heads * this.places * tensor.width;
      rows.forEach((row, at) => tensor.data.copyWithin(at * stride, row * stride, (row + 1) * stride));
      tensor.data = tensor.data.subarray(0, rows.length * stride);
    }
    this.rows = rows.length;
  }

  private grow(): void {
    const [before, after] = [this.places, this.places + placesAdded];
    for (const tensor of this.tensors.values()) {
      const { heads, width, data } = tensor;
      tensor.data = new Float32Array(this.rows * heads * after * width);
      for (let head = 0; head < this.rows * heads; head++) {
        tensor.data.set(data.subarray(head * before * width, (head + 1) * before * width), head * after * width);
      }
    }
    this.allPlaces = after;
  }
}
