/**
 * What the engine needs of an architecture: its tensors, its forward pass for training, and how it answers.
 * One file per architecture makes one of these from a config.json (architectures.ts); nothing else knows which it is.
 */
import type { Graph } from "../graph/graph";
import type { OnnxModel } from "../graph/onnx-model";
import type { Value } from "../graph/value";
import type { FeedArray } from "./padding";
import type { Parameters } from "./parameters";
import type { Tokenizer } from "./tokenizer";

/** Tensor shapes by Hugging Face name, in a fixed order. */
export type TensorShapes = ReadonlyMap<string, readonly number[]>;
export type Weights = ReadonlyMap<string, Float32Array>;
/** Tensors to feed, by input name. */
export type Feeds = Readonly<Record<string, FeedArray>>;

/** Token ids of what the model reads, and of what it is to write with the end token last. */
export interface TokenizedExample {
  readonly source: readonly number[];
  readonly target: readonly number[];
}

export interface BatchFeeds {
  readonly feeds: Feeds;
  /** Real target tokens. */
  readonly tokens: number;
}

export interface TokenLimits {
  /** Tokens, special ones included. */
  readonly maxInput: number;
  readonly maxOutput: number;
}

interface TrainableModel {
  /** As users know it. */
  readonly name: string;
  readonly vocabulary: number;
  readonly endToken: number;
  readonly shapes: TensorShapes;
  /** Other names under which checkpoints hold a tensor, in the order in which they are looked for. */
  readonly aliases: ReadonlyMap<string, readonly string[]>;
  /** What a tensor starts from that a base checkpoint does not hold (a decoder or a head); undefined: it must be there. */
  readonly fresh?: (name: string, shape: readonly number[]) => Float32Array | undefined;
  /** config.json, as Hugging Face transformers reads it. */
  readonly configJson: () => Readonly<Record<string, unknown>>;
  /** Throws a `Failure` (usage) for limits that the model has no positions for. */
  readonly checkLimits: (limits: TokenLimits) => void;
  readonly encodeSource: (tokenizer: Tokenizer, input: string, maximum: number) => number[];
  /** Of a classifier: the one number of the output's class. */
  readonly encodeTarget: (tokenizer: Tokenizer, output: string, maximum: number) => number[];
  /** Declares the inputs that `trainingFeeds` gives; returns the logits of every real target token, [tokens, classes]. */
  readonly training: (graph: Graph, parameters: Parameters) => Value;
  readonly trainingFeeds: (batch: readonly TokenizedExample[]) => BatchFeeds;
  /** By file name, the models with which transformers.js runs it; left out where it has no class for such a model. */
  readonly onnxModels?: (weights: Weights) => ReadonlyMap<string, OnnxModel>;
}

/** Writes texts: the classes of its logits are the vocabulary. */
export interface GenerativeModel extends TrainableModel {
  readonly labels?: undefined;
  /** generation_config.json. */
  readonly generationJson: () => Readonly<Record<string, unknown>>;
  readonly decoding: Decoding;
}

/** Gives every input one of its labels: a target is one class, and `tokens` are the rows. */
export interface Classifier extends TrainableModel {
  /** As datasets write them, in the order of the logits. */
  readonly labels: readonly string[];
  /** Names of the head's tensors: new to the base, they are trained whole where everything else gets adapters. */
  readonly headTensors: ReadonlySet<string>;
}

export type Model = GenerativeModel | Classifier;

/** Greedy decoding as two graphs: one reads the whole source, one takes a single step on a key-value cache. */
export interface Decoding {
  /** Declares the inputs of `begin`'s `startFeeds`; its outputs are inputs of the step, their first axis the batch. */
  readonly start: (graph: Graph, parameters: Parameters) => void;
  /**
   * Declares `token_ids` int64 [batch, 1], the start's outputs, `rowFeeds` and `stepFeeds`. Inputs `past_X` [batch, heads, past, d]
   * are a cache of earlier tokens, with free places behind them; outputs `own_X` [batch, heads, 1, d] what the token adds to it.
   * Returns the logits, [batch, vocabulary].
   */
  readonly step: (graph: Graph, parameters: Parameters) => Value;
  readonly begin: (sources: readonly (readonly number[])[]) => DecodingPlan;
}

export interface DecodingPlan {
  readonly startFeeds: Feeds;
  /** Fed to every step beside the start's outputs: float32, the first axis is the batch. */
  readonly rowFeeds: Feeds;
  /** The token that each row's first step reads. */
  readonly firstTokens: readonly number[];
  /**
   * What step `position` (from 0) is fed besides, for the rows (of `sources`) that are still in the batch, with a cache of that many
   * places: those that `startFeeds` and `rowFeeds` filled, one for each earlier step, free ones.
   */
  readonly stepFeeds: (position: number, rows: readonly number[], places: number) => Feeds;
}

/** Names of an attention layer's cached tensors. */
export const cacheName = (role: "cross" | "past" | "own", part: "keys" | "values", layer: number): string =>
  `${role}_${part}_${layer}`;
