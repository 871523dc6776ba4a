/**
 * The training step as graphs: forward, loss in closed form, backward, clipping, AdamW. All in one for a GPU, where nothing
 * comes back between; on the CPU gradients and update apart, so that the update works in place and in the cache.
 */
import { gradients } from "../graph/backward";
import { Graph } from "../graph/graph";
import type { Value } from "../graph/value";
import { adapterShapes, downName, upName, type LoraSpec } from "../model/lora";
import type { Model, TensorShapes } from "../model/model";
import { Parameters } from "../model/parameters";
import { adamWUpdate, clipFactor, globalNorm, type AdamWScalars } from "./adamw";
import { closedFormLoss, type LossSpec } from "./loss";

/** Input and output names of a parameter's three tensors. */
export const stateKinds = ["parameter", "moment1", "moment2"] as const;
export type StateKind = (typeof stateKinds)[number];
export const stateName = (kind: StateKind, name: string): string => `${kind}:${name}`;
export const nextName = (name: string): string => `next:${name}`;
export const gradientName = (name: string): string => `gradient:${name}`;

interface ForwardAndBackward {
  readonly graph: Graph;
  /** What is trained. */
  readonly parameters: ReadonlyMap<string, Value>;
  /** [tokens, vocabulary]. */
  readonly logits: Value;
  readonly loss: Value;
  readonly gradients: ReadonlyMap<string, Value>;
}

/** Shapes of what is trained: every weight, or the adapters alone. */
export const trainedShapes = (model: Model, lora?: LoraSpec): TensorShapes =>
  lora === undefined ? model.shapes : adapterShapes(model, lora);

/** Logits, loss and gradients without an update, for tests and for `trainingGraph`. */
export function lossGraph(model: Model, spec: LossSpec, lora?: LoraSpec): ForwardAndBackward {
  const graph = new Graph();
  const inputs = (shapes: TensorShapes): Map<string, Value> =>
    new Map([...shapes].map(([name, shape]) => [name, graph.input(stateName("parameter", name), shape)]));
  const weights = inputs(model.shapes);
  const parameters = lora === undefined ? weights : inputs(adapterShapes(model, lora));
  const bound = new Parameters(
    (name) => {
      const value = weights.get(name);
      if (value === undefined) throw new TypeError(`the configuration promises no tensor ${name}`);
      return value;
    },
    (name) => {
      const [down, up] = [parameters.get(downName(name)), parameters.get(upName(name))];
      if (lora === undefined || down === undefined || up === undefined) return undefined;
      return { down, up, scaling: lora.alpha / lora.rank };
    },
  );
  const logits = model.training(graph, bound);
  const labelIndices = graph.input("label_indices", ["tokens", 2], "int64");
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

/** Reads weights, writes `loss`, `gradient_norm` and, by `gradientName`, every gradient. */
export function gradientGraph(model: Model, spec: LossSpec, lora?: LoraSpec): Graph {
  const { graph, loss, gradients: all } = lossGraph(model, spec, lora);
  graph.output("loss", loss);
  graph.output("gradient_norm", globalNorm([...all.values()]));
  for (const [name, gradient] of all) graph.output(gradientName(name), gradient);
  return graph;
}

/** Reads stretches of one length of a parameter, its moments and its gradient, and `clip`; writes the next ones. */
export function updateGraph(): Graph {
  const graph = new Graph();
  const stretch = (name: string): Value => graph.input(name, ["length"]);
  const state = { parameter: stretch("parameter"), moment1: stretch("moment1"), moment2: stretch("moment2") };
  const next = adamWUpdate(state, stretch("gradient"), graph.input("clip", []), scalarInputs(graph));
  for (const kind of stateKinds) graph.output(nextName(kind), next[kind]);
  return graph;
}

/** The whole step: reads weights and moments, writes the next ones, `loss` and `gradient_norm`. */
export function trainingGraph(model: Model, spec: LossSpec, clipNorm: number, lora?: LoraSpec): Graph {
  const { graph, parameters, loss, gradients: all } = lossGraph(model, spec, lora);
  const scalars = scalarInputs(graph);
  const norm = globalNorm([...all.values()]);
  const clip = clipFactor(norm, clipNorm);
  graph.output("loss", loss);
  graph.output("gradient_norm", norm);
  for (const [name, parameter] of parameters) {
    const state = {
      parameter,
      moment1: graph.input(stateName("moment1", name), parameter.shape),
      moment2: graph.input(stateName("moment2", name), parameter.shape),
    };
    const next = adamWUpdate(state, all.get(name)!, clip, scalars);
    for (const kind of stateKinds) graph.output(nextName(stateName(kind, name)), next[kind]);
  }
  return graph;
}

const scalarInputs = (graph: Graph): AdamWScalars => ({
  stepSize: graph.input("stepSize", []),
  denominatorEpsilon: graph.input("denominatorEpsilon", []),
  decay: graph.input("decay", []),
});
