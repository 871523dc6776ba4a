/** What the rows of a batch carry from one step of decoding to the next: what is read of their sources, and the cache. */
import type { Runtime, Tensor, TensorsByName } from "../graph/runtime";
import { KeyValueCache } from "./key-value-cache";

export interface DecodingRows {
  /** Of each tensor of the cache, filled ones first. */
  readonly places: number;
  /** For the next step. */
  readonly feeds: () => TensorsByName;
  /** The step's outputs `own_*`: one more token in every row. */
  readonly add: (results: TensorsByName) => Promise<void>;
  /** Drops all rows but these, which are in ascending order. */
  readonly keep: (rows: readonly number[]) => Promise<void>;
  readonly dispose: () => void;
}

export const isOwn = (name: string): boolean => name.startsWith("own_");
export const pastNameOf = (own: string): string => own.replace("own_", "past_");

/** Tensors `past_*`, which a cache begins with, and the others. */
export function withPastApart(tensors: TensorsByName): {
  readonly past: TensorsByName;
  readonly perRow: TensorsByName;
} {
  const isPast = ([name]: readonly [string, Tensor]): boolean => name.startsWith("past_");
  const all = Object.entries(tensors);
  return {
    past: Object.fromEntries(all.filter(isPast)),
    perRow: Object.fromEntries(all.filter((entry) => !isPast(entry))),
  };
}

/** In this process's memory. */
export class CpuDecodingRows implements DecodingRows {
  private readonly cache: KeyValueCache;
  private perRow: TensorsByName;

  /** The start's outputs and `rowFeeds`. */
  constructor(
    private readonly runtime: Runtime,
    tensors: TensorsByName,
  ) {
    const { past, perRow } = withPastApart(tensors);
    this.cache = new KeyValueCache(runtime, past);
    this.perRow = perRow;
  }

  get places(): number {
    return this.cache.places;
  }

  feeds(): TensorsByName {
    return { ...this.perRow, ...this.cache.feeds() };
  }

  add(results: TensorsByName): Promise<void> {
    this.cache.add(Object.fromEntries(Object.entries(results).map(([name, own]) => [pastNameOf(name), own])));
    return Promise.resolve();
  }

  keep(rows: readonly number[]): Promise<void> {
    this.perRow = Object.fromEntries(
      Object.entries(this.perRow).map(([name, tensor]) => [name, selectRows(this.runtime, tensor, rows)]),
    );
    this.cache.keep(rows);
    return Promise.resolve();
  }

  dispose(): void {
    // Nothing is outside of the garbage collector's reach.
  }
}

/** These rows of a float32 tensor in the process's memory. */
export function selectRows(runtime: Runtime, { data, dims }: Tensor, rows: readonly number[]): Tensor {
  const [, ...rest] = dims;
  const stride = rest.reduce((product, size) => product * size, 1);
  const selected = new Float32Array(rows.length * stride);
  const original = data as Float32Array;
  rows.forEach((row, at) => selected.set(original.subarray(row * stride, (row + 1) * stride), at * stride));
  return new runtime.Tensor("float32", selected, [rows.length, ...rest]);
}
