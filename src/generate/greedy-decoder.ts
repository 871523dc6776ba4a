/** Greedy decoding of one batch with a key-value cache; rows that have ended leave the batch. */
import { setImmediate } from "node:timers/promises";
import { throwIfCancelled } from "../foundation/failure";
import type { Graph } from "../graph/graph";
import { loadRuntime, type Runtime, type Tensor, type TensorsByName } from "../graph/runtime";
import type { Feeds, GenerativeModel, Weights } from "../model/model";
import type { FeedArray } from "../model/padding";
import type { Parameters } from "../model/parameters";
import { AnsweringSessions, type AnsweringOptions, type Run } from "./answering-sessions";
import { CpuDecodingRows, isOwn, type DecodingRows } from "./decoding-rows";
import { GpuDecodingRows, GpuRowSessions } from "./gpu-decoding-rows";

/** The step's graph, with the token that it chooses: `next_ids` int64 [batch]. */
export function greedyStep(model: GenerativeModel, graph: Graph, parameters: Parameters): void {
  const logits = model.decoding.step(graph, parameters);
  const attributes = { axis: -1, keepdims: 0 };
  graph.output("next_ids", graph.node("ArgMax", [logits], { shape: ["batch"], type: "int64", attributes }));
}

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
    /** On the GPU. */
    private readonly rowSessions: GpuRowSessions | undefined,
  ) {}

  static async create(model: GenerativeModel, weights: Weights, options: AnsweringOptions): Promise<GreedyDecoder> {
    const sessions = await AnsweringSessions.create(model, weights, options);
    try {
      const start = await sessions.session(
        (graph, parameters) => model.decoding.start(graph, parameters),
        () => true,
      );
      const step = await sessions.session((graph, parameters) => {
        greedyStep(model, graph, parameters);
      }, isOwn);
      const rowSessions = options.device === "webgpu" ? new GpuRowSessions() : undefined;
      return new GreedyDecoder(model, await loadRuntime(), sessions, start, step, rowSessions);
    } catch (error) {
      await sessions.dispose();
      throw error;
    }
  }

  async dispose(): Promise<void> {
    await this.rowSessions?.release();
    await this.sessions.dispose();
  }

  /** Token ids of each row, without what was fed to begin with and without the end token. */
  async decode(sources: readonly (readonly number[])[], maximum: number, signal?: AbortSignal): Promise<number[][]> {
    const { endToken, decoding } = this.model;
    const plan = decoding.begin(sources);
    const outputs = sources.map((): number[] => []);
    const ended = new Set<number>();
    let rows = sources.map((_, row) => row);
    const carried = await this.carried({
      ...(await this.start(this.tensors(plan.startFeeds))),
      ...this.tensors(plan.rowFeeds),
    });
    let tokens = [...plan.firstTokens];
    try {
      for (let position = 0; position < maximum && ended.size < sources.length; position++) {
        await setImmediate();
        throwIfCancelled(signal);
        const { next_ids, ...own } = await this.step({
          ...carried.feeds(),
          token_ids: this.tensor({ type: "int64", data: BigInt64Array.from(tokens, BigInt), dims: [tokens.length, 1] }),
          ...this.tensors(plan.stepFeeds(position, rows, carried.places)),
        });
        await carried.add(own);
        tokens = Array.from(next_ids!.data as BigInt64Array, Number);
        tokens.forEach((id, index) => {
          const row = rows[index]!;
          if (id === endToken) ended.add(row);
          else if (!ended.has(row)) outputs[row]!.push(id);
        });
        // Each removal copies what is kept, so rows that have ended are computed along until they are a quarter of the batch.
        const alive = rows.flatMap((row, index) => (ended.has(row) ? [] : [index]));
        if (alive.length > 0 && alive.length <= rows.length * 0.75) {
          await carried.keep(alive);
          rows = alive.map((index) => rows[index]!);
          tokens = alive.map((index) => tokens[index]!);
        }
      }
    } finally {
      carried.dispose();
    }
    return outputs;
  }

  private async carried(tensors: TensorsByName): Promise<DecodingRows> {
    const { runtime, rowSessions } = this;
    if (rowSessions === undefined) return new CpuDecodingRows(runtime, tensors);
    return GpuDecodingRows.of(runtime, rowSessions, tensors);
  }

  private tensors(feeds: Feeds): Record<string, Tensor> {
    return Object.fromEntries(Object.entries(feeds).map(([name, array]) => [name, this.tensor(array)]));
  }

  private tensor({ type, data, dims }: FeedArray): Tensor {
    return new this.runtime.Tensor(type, data, dims);
  }
}
