/** The whole training step as one graph: forward, loss in closed form, backward, clipping, AdamW. */
import { gradients } from "../graph/backward";
import { Graph } from "../graph/graph";
import { gatherRows } from "../graph/layout";
import type { Value } from "../graph/value";
import { decode, encode, keysAndValues, languageModelHead } from "../model/t5";
import { t5TensorShapes, type T5Config } from "../model/t5-config";
import { adamWUpdate, clipping, type AdamWScalars } from "./adamw";
import { closedFormLoss, type LossSpec } from "./loss";

/** Input and output names of a parameter's three tensors. */
export const stateKinds = ["parameter", "moment1", "moment2"] as const;
export const stateName = (kind: (typeof stateKinds)[number], name: string): string => `${kind}:${name}`;
export const nextName = (name: string): string => `next:${name}`;

/** Symbolic sizes: batch, source, target (padded lengths) and tokens (real target tokens). */
interface ForwardAndBackward {
  readonly graph: Graph;
  readonly parameters: ReadonlyMap<string, Value>;
  /** [tokens, vocabulary]. */
  readonly logits: Value;
  readonly loss: Value;
  readonly gradients: ReadonlyMap<string, Value>;
}

/** Logits, loss and gradients without an update, for tests and for `trainingGraph`. */
export function lossGraph(config: T5Config, spec: LossSpec): ForwardAndBackward {
  const graph = new Graph();
  const parameters = new Map(
    [...t5TensorShapes(config)].map(([name, shape]) => [name, graph.input(stateName("parameter", name), shape)]),
  );
  const parameter = (name: string): Value => {
    const value = parameters.get(name);
    if (value === undefined) throw new TypeError(`the configuration promises no tensor ${name}`);
    return value;
  };
  const sourceIds = graph.input("source_ids", ["batch", "source"], "int64");
  const sourceMask = graph.input("source_mask", ["batch", 1, 1, "source"]);
  const encoderBuckets = graph.input("encoder_buckets", ["source", "source"], "int64");
  const targetIds = graph.input("target_ids", ["batch", "target"], "int64");
  const causalMask = graph.input("causal_mask", [1, 1, "target", "target"]);
  const decoderBuckets = graph.input("decoder_buckets", ["target", "target"], "int64");
  const positions = graph.input("target_positions", ["tokens"], "int64");
  const labelIndices = graph.input("label_indices", ["tokens", 2], "int64");

  const encoded = encode(config, parameter, { ids: sourceIds, mask: sourceMask, buckets: encoderBuckets });
  const decoded = decode(config, parameter, {
    ids: targetIds,
    length: "target",
    flat: "batch*target",
    buckets: decoderBuckets,
    causalMask,
    sourceMask,
    source: (prefix) => keysAndValues(config, parameter, prefix, encoded, "source"),
  });
  const logits = languageModelHead(config, parameter, gatherRows(decoded, positions));
  const { loss, gradient } = closedFormLoss(spec, {
    logits,
    labelIndices,
    inverseTokens: graph.input("inverse_tokens", []),
    blend: graph.input("blend", []),
  });
  const values = [...parameters.values()];
  const all = gradients([{ of: logits, gradient }], values);
  return {
    graph,
    parameters,
    logits,
    loss,
    gradients: new Map([...parameters.keys()].map((name, i) => [name, all[i]!])),
  };
}

/** Reads weights and moments, writes the next ones, `loss` and `gradient_norm`. */
export function trainingGraph(config: T5Config, spec: LossSpec, clipNorm: number): Graph {
  const { graph, parameters, loss, gradients: all } = lossGraph(config, spec);
  const scalars: AdamWScalars = {
    stepSize: graph.input("stepSize", []),
    denominatorEpsilon: graph.input("denominatorEpsilon", []),
    decay: graph.input("decay", []),
  };
  const { norm, factor } = clipping([...all.values()], clipNorm);
  graph.output("loss", loss);
  graph.output("gradient_norm", norm);
  for (const [name, parameter] of parameters) {
    const state = {
      parameter,
      moment1: graph.input(stateName("moment1", name), parameter.shape),
      moment2: graph.input(stateName("moment2", name), parameter.shape),
    };
    const next = adamWUpdate(state, all.get(name)!, factor, scalars);
    for (const kind of stateKinds) graph.output(nextName(stateName(kind, name)), next[kind]);
  }
  return graph;
}
