/**
 * The model that an adversarial attack asks: how unlikely is the payload after this input, and where in the input's
 * embeddings does that likelihood hang. Any encoder-decoder that this project trains can be one. It runs on the CPU with one thread,
 * so that the same rows come out on every machine of a kind.
 */
import { Failure } from "../foundation/failure";
import { gradients } from "../graph/backward";
import { Graph, type TapeEntry } from "../graph/graph";
import { createSession, loadRuntime, type Runtime, type Session } from "../graph/runtime";
import type { Value } from "../graph/value";
import type { Checkpoint } from "../model/checkpoint";
import type { Model, Weights } from "../model/model";
import { constantParameters } from "../model/parameters";
import { closedFormLoss } from "../train/loss";
import { nodesOver } from "../train/loss-nodes";

/** Token ids of what the surrogate reads and of what it is to write; the loss counts the target's tokens from `from` on. */
export interface AimedExample {
  readonly source: readonly number[];
  readonly target: readonly number[];
  readonly from: number;
}

export interface EmbeddingGradient {
  /** Mean over the counted tokens, in nats. */
  readonly loss: number;
  /** Of the loss with respect to the embedding of every source token: [source, width], row by row. */
  readonly rows: Float32Array;
}

/** The input whose rows of the embedding table are the source's embeddings; only encoder-decoders have it. */
const sourceName = "source_ids";

/** What a graph and its sessions are made of: the lookup of the source's embeddings is found on the tape. */
interface Forward {
  readonly graph: Graph;
  readonly logits: Value;
  readonly labelIndices: Value;
  readonly lookup: TapeEntry;
}

function forward({ model, weights }: Checkpoint): Forward {
  const graph = new Graph();
  const logits = model.training(graph, constantParameters(graph, model.shapes, weights));
  const lookup = graph.tape.find(({ inputs }) => inputs[1]?.name === sourceName);
  if (lookup === undefined || model.labels !== undefined) {
    throw new Failure(`the surrogate is a ${model.name} model, and an encoder-decoder is needed`, {
      remedy: "Name a checkpoint of a T5 or an encoder with a decoder, such as one that finetune made from builtin",
      usage: true,
    });
  }
  return { graph, logits, lookup, labelIndices: graph.input("label_indices", ["tokens", 2], "int64") };
}

/** Outputs `log_likelihoods` of the counted tokens, [tokens]. */
function lossGraph({ graph, logits, labelIndices }: Forward): Graph {
  const { atLabel } = nodesOver({ logits, labelIndices, inverseTokens: graph.scalar(1), blend: graph.scalar(1) });
  const all = graph.node("LogSoftmax", [logits], { shape: logits.shape, attributes: { axis: -1 } });
  graph.output("log_likelihoods", atLabel(all));
  return graph;
}

/** Outputs `loss`, the mean cross-entropy of the counted tokens, and its gradient `rows`, [1, source, width]. */
function gradientGraph({ graph, logits, labelIndices, lookup }: Forward): Graph {
  const inverseTokens = graph.input("inverse_tokens", []);
  const { loss, gradient } = closedFormLoss({ kind: "ce" }, { logits, labelIndices, inverseTokens, blend: inverseTokens }); // prettier-ignore
  const [rows] = gradients([{ of: logits, gradient }], [...lookup.outputs]);
  graph.output("loss", loss);
  graph.output("rows", rows!);
  return graph;
}

export class Surrogate {
  private constructor(
    readonly model: Model,
    /** The embedding table, [vocabulary, width], row by row. */
    readonly embeddings: Float32Array,
    private readonly runtime: Runtime,
    private readonly losing: Session,
    private readonly leaning: Session,
  ) {}

  /** Throws a `Failure` (usage) for a checkpoint that is no encoder-decoder. */
  static async open(checkpoint: Checkpoint): Promise<Surrogate> {
    const table = forward(checkpoint).lookup.inputs[0]!.name;
    const options = { device: "cpu", threads: 1 } as const;
    const losing = await createSession(lossGraph(forward(checkpoint)), options);
    const leaning = await createSession(gradientGraph(forward(checkpoint)), options);
    return new Surrogate(checkpoint.model, embeddingsOf(checkpoint.weights, table), await loadRuntime(), losing, leaning); // prettier-ignore
  }

  /** Of each example the mean negative log-likelihood of its counted tokens, in nats. */
  async losses(examples: readonly AimedExample[]): Promise<number[]> {
    const { log_likelihoods: found } = await this.losing.run(this.feeds(examples));
    const likelihoods = found!.data as Float32Array;
    let taken = 0;
    return examples.map(({ target, from }) => {
      const own = likelihoods.subarray(taken, (taken += target.length - from));
      return -own.reduce((sum, value) => sum + value, 0) / own.length;
    });
  }

  async gradient(example: AimedExample): Promise<EmbeddingGradient> {
    const { Tensor } = this.runtime;
    const inverse = Float32Array.of(1 / (example.target.length - example.from));
    const feeds = { ...this.feeds([example]), inverse_tokens: new Tensor("float32", inverse, []) };
    const { loss, rows } = await this.leaning.run(feeds);
    return { loss: (loss!.data as Float32Array)[0]!, rows: rows!.data as Float32Array };
  }

  async close(): Promise<void> {
    await this.losing.release();
    await this.leaning.release();
  }

  /** What the model is fed, with the places and labels of the counted tokens alone. */
  private feeds(examples: readonly AimedExample[]): Record<string, InstanceType<Runtime["Tensor"]>> {
    const { Tensor } = this.runtime;
    const { feeds } = this.model.trainingFeeds(examples);
    const made = Object.fromEntries(
      Object.entries(feeds).map(([name, { type, data, dims }]) => [name, new Tensor(type, data, dims)]),
    );
    const places = feeds.target_positions!.data;
    const positions: bigint[] = [];
    const labels: bigint[] = [];
    let first = 0;
    for (const { target, from } of examples) {
      for (let at = from; at < target.length; at++) {
        labels.push(BigInt(positions.length), BigInt(target[at]!));
        positions.push(places[first + at] as bigint);
      }
      first += target.length;
    }
    made.target_positions = new Tensor("int64", BigInt64Array.from(positions), [positions.length]);
    made.label_indices = new Tensor("int64", BigInt64Array.from(labels), [positions.length, 2]);
    return made;
  }
}

function embeddingsOf(weights: Weights, name: string): Float32Array {
  const table = weights.get(name);
  if (table === undefined) throw new TypeError(`the checkpoint holds no ${name}`);
  return table;
}
