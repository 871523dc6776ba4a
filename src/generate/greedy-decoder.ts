/** Greedy decoding of one batch with a key-value cache; rows that have ended leave the batch. */
import { setImmediate } from "node:timers/promises";
import { throwIfCancelled } from "../foundation/failure";
import {
  createSession,
  loadRuntime,
  type ResolvedDevice,
  type Runtime,
  type Session,
  type Tensor,
} from "../graph/runtime";
import { paddedIds, paddingMask, type FeedArray } from "../model/padding";
import { positionBuckets } from "../model/position-buckets";
import type { T5Config } from "../model/t5-config";
import { cacheName, encoderGraph, stepGraph } from "./decoding-graphs";

/** Tensors whose first axis is the batch, by input name of the step graph. */
type RowTensors = Record<string, Tensor>;

/** The two sessions of one checkpoint on one device; `dispose` releases them. */
export class GreedyDecoder {
  private constructor(
    private readonly config: T5Config,
    private readonly runtime: Runtime,
    private readonly encoder: Session,
    private readonly stepper: Session,
  ) {}

  static async create(
    config: T5Config,
    weights: ReadonlyMap<string, Float32Array>,
    device: ResolvedDevice,
  ): Promise<GreedyDecoder> {
    const encoder = await createSession(encoderGraph(config, weights), { device });
    const stepper = await createSession(stepGraph(config, weights), { device });
    return new GreedyDecoder(config, await loadRuntime(), encoder, stepper);
  }

  async dispose(): Promise<void> {
    await this.encoder.release();
    await this.stepper.release();
  }

  /** Token ids of each row, without the start and the end token. */
  async decode(sources: readonly (readonly number[])[], maximum: number, signal?: AbortSignal): Promise<number[][]> {
    const { config } = this;
    const outputs = sources.map((): number[] => []);
    const ended = new Set<number>();
    let rows = sources.map((_, row) => row);
    let perRow = await this.encode(sources);
    let tokens = rows.map(() => config.startToken);
    const scheme = { buckets: config.positionBuckets, maximumDistance: config.maximumDistance, bidirectional: false };
    for (let position = 0; position < maximum && ended.size < sources.length; position++) {
      await setImmediate();
      throwIfCancelled(signal);
      const keys = position + 1;
      const results = await this.stepper.run({
        ...perRow,
        token_ids: this.tensor({ type: "int64", data: BigInt64Array.from(tokens, BigInt), dims: [tokens.length, 1] }),
        decoder_buckets: this.tensor({
          type: "int64",
          data: positionBuckets(1, keys, scheme, position),
          dims: [1, keys],
        }),
      });
      for (let layer = 0; layer < config.decoderLayers; layer++) {
        for (const part of ["keys", "values"] as const) {
          perRow[cacheName("past", part, layer)] = results[cacheName("present", part, layer)]!;
        }
      }
      tokens = Array.from(results.next_ids!.data as BigInt64Array, Number);
      tokens.forEach((id, index) => {
        const row = rows[index]!;
        if (id === config.endToken) ended.add(row);
        else if (!ended.has(row)) outputs[row]!.push(id);
      });
      // Each removal copies the cache, so rows that have ended are computed along until they are a quarter of the batch.
      const alive = rows.flatMap((row, index) => (ended.has(row) ? [] : [index]));
      if (alive.length <= rows.length * 0.75) {
        perRow = this.selectRows(perRow, alive);
        rows = alive.map((index) => rows[index]!);
        tokens = alive.map((index) => tokens[index]!);
      }
    }
    return outputs;
  }

  private async encode(sources: readonly (readonly number[])[]): Promise<RowTensors> {
    const { config } = this;
    const ids = paddedIds(sources, config.padToken);
    const length = ids.dims[1]!;
    const scheme = { buckets: config.positionBuckets, maximumDistance: config.maximumDistance, bidirectional: true };
    const source_mask = this.tensor(paddingMask(sources));
    const cross = await this.encoder.run({
      source_ids: this.tensor(ids),
      source_mask,
      encoder_buckets: this.tensor({
        type: "int64",
        data: positionBuckets(length, length, scheme),
        dims: [length, length],
      }),
    });
    const perRow: RowTensors = { ...cross, source_mask };
    const { heads, headWidth, decoderLayers } = config;
    const empty = (dims: number[]): Tensor => this.tensor({ type: "float32", data: new Float32Array(0), dims });
    for (let layer = 0; layer < decoderLayers; layer++) {
      perRow[cacheName("past", "keys", layer)] = empty([sources.length, heads, headWidth, 0]);
      perRow[cacheName("past", "values", layer)] = empty([sources.length, heads, 0, headWidth]);
    }
    return perRow;
  }

  private selectRows(tensors: RowTensors, rows: readonly number[]): RowTensors {
    return Object.fromEntries(
      Object.entries(tensors).map(([name, tensor]) => {
        const [, ...rest] = tensor.dims;
        const stride = rest.reduce((product, size) => product * size, 1);
        const original = tensor.data as Float32Array;
        const data = new Float32Array(rows.length * stride);
        rows.forEach((row, index) => data.set(original.subarray(row * stride, (row + 1) * stride), index * stride));
        return [name, this.tensor({ type: "float32", data, dims: [rows.length, ...rest] })];
      }),
    );
  }

  private tensor({ type, data, dims }: FeedArray): Tensor {
    return new this.runtime.Tensor(type, data, dims);
  }
}
