/** The whole training step as one graph: forward, loss in closed form, backward, clipping, AdamW. */
import { gradients } from "../graph/backward";
import { Graph } from "../graph/graph";
import type { Value } from "../graph/value";
import type { Model } from "../model/model";
import { Parameters } from "../model/parameters";
import { adamWUpdate, clipping, type AdamWScalars } from "./adamw";
import { closedFormLoss, type LossSpec } from "./loss";

/** Input and output names of a parameter's three tensors. */
export const stateKinds = ["parameter", "moment1", "moment2"] as const;
export type StateKind = (typeof stateKinds)[number];
export const stateName = (kind: StateKind, name: string): string => `${kind}:${name}`;
export const nextName = (name: string): string => `next:${name}`;

interface ForwardAndBackward {
  readonly graph: Graph;
  readonly parameters: ReadonlyMap<string, Value>;
  /** [tokens, vocabulary]. */
  readonly logits: Value;
  readonly loss: Value;
  readonly gradients: ReadonlyMap<string, Value>;
}

/** Logits, loss and gradients without an update, for tests and for `trainingGraph`. */
export function lossGraph(model: Model, spec: LossSpec): ForwardAndBackward {
  const graph = new Graph();
  const parameters = new Map(
    [...model.shapes].map(([name, shape]) => [name, graph.input(stateName("parameter", name), shape)]),
  );
  const bound = new Parameters((name) => {
    const value = parameters.get(name);
    if (value === undefined) throw new TypeError(`the configuration promises no tensor ${name}`);
    return value;
  });
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

/** Reads weights and moments, writes the next ones, `loss` and `gradient_norm`. */
export function trainingGraph(model: Model, spec: LossSpec, clipNorm: number): Graph {
  const { graph, parameters, loss, gradients: all } = lossGraph(model, spec);
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
