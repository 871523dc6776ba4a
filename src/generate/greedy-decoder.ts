/** Greedy decoding of one batch with a key-value cache; rows that have ended leave the batch. */
import { setImmediate } from "node:timers/promises";
import { throwIfCancelled } from "../foundation/failure";
import { loadRuntime, type Runtime, type Tensor } from "../graph/runtime";
import type { Feeds, GenerativeModel, Weights } from "../model/model";
import type { FeedArray } from "../model/padding";
import { AnsweringSessions, type AnsweringOptions, type Run } from "./answering-sessions";
import { KeyValueCache } from "./key-value-cache";

/** Tensors whose first axis is the batch, by input name of the step graph. */
type RowTensors = Record<string, Tensor>;

/** The two sessions of one checkpoint on one device; `dispose` releases them. */
export class GreedyDecoder {
  private constructor(
    private readonly model: GenerativeModel,
    private readonly runtime: Runtime,
    private readonly sessions: AnsweringSessions,
    /** Outputs what every step reads of the source. */
    private readonly start: Run,
    /** token_ids [batch, 1] and the past -> next_ids [batch] and the token's own keys and values. */
    private readonly step: Run,
  ) {}

  static async create(model: GenerativeModel, weights: Weights, options: AnsweringOptions): Promise<GreedyDecoder> {
    const sessions = await AnsweringSessions.create(model, weights, options);
    try {
      const start = await sessions.session((graph, parameters) => model.decoding.start(graph, parameters));
      const step = await sessions.session((graph, parameters) => {
        const logits = model.decoding.step(graph, parameters);
        const attributes = { axis: -1, keepdims: 0 };
        graph.output("next_ids", graph.node("ArgMax", [logits], { shape: ["batch"], type: "int64", attributes }));
      });
      return new GreedyDecoder(model, await loadRuntime(), sessions, start, step);
    } catch (error) {
      await sessions.dispose();
      throw error;
    }
  }

  dispose(): Promise<void> {
    return this.sessions.dispose();
  }

  /** Token ids of each row, without what was fed to begin with and without the end token. */
  async decode(sources: readonly (readonly number[])[], maximum: number, signal?: AbortSignal): Promise<number[][]> {
    const { endToken, decoding } = this.model;
    const plan = decoding.begin(sources);
    const outputs = sources.map((): number[] => []);
    const ended = new Set<number>();
    let rows = sources.map((_, row) => row);
    const started = await this.start(this.tensors(plan.startFeeds));
    const all = Object.entries({ ...started, ...this.tensors(plan.rowFeeds) });
    const isPast = ([name]: readonly [string, Tensor]): boolean => name.startsWith("past_");
    const cache = new KeyValueCache(this.runtime, Object.fromEntries(all.filter(isPast)));
    let perRow: RowTensors = Object.fromEntries(all.filter((entry) => !isPast(entry)));
    let tokens = [...plan.firstTokens];
    for (let position = 0; position < maximum && ended.size < sources.length; position++) {
      await setImmediate();
      throwIfCancelled(signal);
      const results = await this.step({
        ...perRow,
        ...cache.feeds(),
        token_ids: this.tensor({ type: "int64", data: BigInt64Array.from(tokens, BigInt), dims: [tokens.length, 1] }),
        ...this.tensors(plan.stepFeeds(position, rows, cache.places)),
      });
      cache.add(Object.fromEntries(Object.entries(results).map(([name, own]) => [name.replace("own_", "past_"), own])));
      tokens = Array.from(results.next_ids!.data as BigInt64Array, Number);
      tokens.forEach((id, index) => {
        const row = rows[index]!;
        if (id === endToken) ended.add(row);
        else if (!ended.has(row)) outputs[row]!.push(id);
      });
      // Each removal copies what is kept, so rows that have ended are computed along until they are a quarter of the batch.
      const alive = rows.flatMap((row, index) => (ended.has(row) ? [] : [index]));
      if (alive.length <= rows.length * 0.75) {
        perRow = this.selectRows(perRow, alive);
        cache.keep(alive);
        rows = alive.map((index) => rows[index]!);
        tokens = alive.map((index) => tokens[index]!);
      }
    }
    return outputs;
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

  private tensors(feeds: Feeds): Record<string, Tensor> {
    return Object.fromEntries(Object.entries(feeds).map(([name, array]) => [name, this.tensor(array)]));
  }

  private tensor({ type, data, dims }: FeedArray): Tensor {
    return new this.runtime.Tensor(type, data, dims);
  }
}
