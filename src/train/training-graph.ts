/**
 * The training step as graphs: forward, loss in closed form, backward, clipping, AdamW. All in one for a GPU, where nothing
 * comes back between; on the CPU gradients and update apart, so that the update works in place and in the cache.
 */
import { gradients } from "../graph/backward";
import { inFull } from "../graph/cast";
import { Graph } from "../graph/graph";
import { recomputed } from "../graph/recomputed";
import type { ResolvedDevice } from "../graph/runtime";
import type { Value } from "../graph/value";
import { adapterShapes, downName, upName, type LoraSpec } from "../model/lora";
import type { Model, TensorShapes } from "../model/model";
import { Parameters } from "../model/parameters";
import {
  adamWRates,
  adamWRatesIf,
  adamWUpdate,
  clipFactor,
  globalNorm,
  inOrderMade,
  isNumber,
  type AdamWScalars,
} from "./adamw";
import { closedFormLoss, type LossSpec } from "./loss";
import type { TrainingPrecision } from "./precisions";

/** Input and output names of a parameter's three tensors. */
export const stateKinds = ["parameter", "moment1", "moment2"] as const;
export type StateKind = (typeof stateKinds)[number];
export const stateName = (kind: StateKind, name: string): string => `${kind}:${name}`;
export const nextName = (name: string): string => `next:${name}`;
export const gradientName = (name: string): string => `gradient:${name}`;
/** Of the gradients of earlier parts of a batch. */
export const sumName = (name: string): string => `sum:${name}`;

export interface StepOptions {
  /** Trains adapters instead of the weights. */
  readonly lora?: LoraSpec | undefined;
  /** Computes each block again in the backward pass, so that nothing inside it is kept until then. */
  readonly checkpointing?: boolean | undefined;
  /** In `f16` the graph reads `loss_scale` too, and its gradients are those of the loss times that. */
  readonly precision?: TrainingPrecision | undefined;
}

interface ForwardAndBackward {
  readonly graph: Graph;
  /** What is trained. */
  readonly parameters: ReadonlyMap<string, Value>;
  /** [tokens, vocabulary]. */
  readonly logits: Value;
  readonly loss: Value;
  readonly gradients: ReadonlyMap<string, Value>;
  /** What brings the gradients back to those of the loss; left out where they are. */
  readonly unscale?: Value;
}

/** Shapes of what is trained: every weight, or the adapters alone. */
export const trainedShapes = (model: Model, lora?: LoraSpec): TensorShapes =>
  lora === undefined ? model.shapes : adapterShapes(model, lora);

/** Logits, loss and gradients without an update, for tests and for `trainingGraph`. */
export function lossGraph(
  model: Model,
  spec: LossSpec,
  options: StepOptions = {},
  device: ResolvedDevice = "cpu",
): ForwardAndBackward {
  const { lora, checkpointing, precision = "f32" } = options;
  const graph = new Graph("float32", device, precision === "f16" ? "float16" : "float32");
  const inputs = (shapes: TensorShapes): Map<string, Value> =>
    new Map([...shapes].map(([name, shape]) => [name, graph.input(stateName("parameter", name), shape)]));
  const weights = inputs(model.shapes);
  const parameters = new Map(
    [...trainedShapes(model, lora)].map(([name, shape]) => [
      name,
      weights.get(name) ?? graph.input(stateName("parameter", name), shape),
    ]),
  );
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
    checkpointing === true ? recomputed : undefined,
  );
  const logits = inFull(model.training(graph, bound));
  const labelIndices = graph.input("label_indices", ["tokens", 2], "int64");
  const inverseTokens = graph.input("inverse_tokens", []);
  const scalar = (operator: string, ...inputs: Value[]): Value => graph.node(operator, inputs, { shape: [] });
  const scale = precision === "f16" ? graph.input("loss_scale", []) : undefined;
  const unscale = scale === undefined ? undefined : scalar("Reciprocal", scale);
  const { loss, gradient } = closedFormLoss(spec, {
    logits,
    labelIndices,
    // Loss and gradient are both proportional to it: no pass over the logits is needed to scale them.
    inverseTokens: scale === undefined ? inverseTokens : scalar("Mul", inverseTokens, scale),
    blend: graph.input("blend", []),
  });
  const values = [...parameters.values()];
  const all = gradients([{ of: logits, gradient }], values);
  return {
    graph,
    parameters,
    logits,
    loss: unscale === undefined ? loss : scalar("Mul", loss, unscale),
    gradients: new Map([...parameters.keys()].map((name, i) => [name, all[i]!])),
    ...(unscale === undefined ? {} : { unscale }),
  };
}

/** Reads weights, writes `loss`, `gradient_norm` (of the loss itself) and, by `gradientName`, every gradient. */
export function gradientGraph(model: Model, spec: LossSpec, options: StepOptions = {}): Graph {
  const { graph, loss, gradients: all, unscale } = lossGraph(model, spec, options);
  graph.output("loss", loss);
  graph.output("gradient_norm", times(globalNorm([...all.values()]), unscale));
  for (const [name, gradient] of all) graph.output(gradientName(name), gradient);
  return graph;
}

/** Reads weights and, by `sumName`, the gradients of earlier parts of the batch; writes `loss` and the sums with its own. */
export function summingGraph(model: Model, spec: LossSpec, options: StepOptions = {}): Graph {
  const { graph, loss, gradients: all } = lossGraph(model, spec, options, "webgpu");
  graph.output("loss", loss);
  // ONNX Runtime begins with what is needed for the last nodes: those of the gradients that are there first.
  const names = new Map([...all].map(([name, { name: value }]) => [value, name]));
  for (const gradient of inOrderMade([...all.values()]).reverse()) {
    const name = names.get(gradient.name)!;
    graph.output(nextName(sumName(name)), withEarlierParts(name, gradient));
  }
  return graph;
}

const times = (scalar: Value, factor: Value | undefined): Value =>
  factor === undefined ? scalar : scalar.graph.node("Mul", [scalar, factor], { shape: [] });

const withEarlierParts = (name: string, gradient: Value): Value => {
  const { graph, shape } = gradient;
  return graph.node("Add", [graph.input(sumName(name), shape), gradient], { shape });
};

/** Reads stretches `sum` and `part` of gradients, writes their sum as `next:sum` and the sum of its squares as `square`. */
export function additionGraph(): Graph {
  const graph = new Graph();
  const stretch = (name: string): Value => graph.input(name, ["length"]);
  const sum = graph.node("Add", [stretch("sum"), stretch("part")], { shape: ["length"] });
  graph.output(nextName("sum"), sum);
  graph.output("square", graph.node("ReduceSumSquare", [sum], { shape: [], attributes: { keepdims: 0 } }));
  return graph;
}

/**
 * The whole step: reads weights and moments, writes the next ones, `loss` and `gradient_norm`. With `inParts` it is the last
 * part's: it reads the sums of the earlier ones, too. In `f16` weights and moments stay as they are where the norm is no number.
 */
export function trainingGraph(
  model: Model,
  spec: LossSpec,
  clipNorm: number,
  { inParts = false, ...options }: StepOptions & { readonly inParts?: boolean } = {},
): Graph {
  const { graph, parameters, loss, gradients: own, unscale } = lossGraph(model, spec, options, "webgpu");
  const all = new Map([...own].map(([name, part]) => [name, inParts ? withEarlierParts(name, part) : part]));
  const scalars = scalarInputs(graph);
  const norm = times(globalNorm([...all.values()]), unscale);
  const clip = times(clipFactor(norm, clipNorm), unscale);
  const rates = unscale === undefined ? adamWRates(scalars) : adamWRatesIf(isNumber(norm), scalars);
  graph.output("loss", loss);
  graph.output("gradient_norm", norm);
  for (const [name, parameter] of parameters) {
    const state = {
      parameter,
      moment1: graph.input(stateName("moment1", name), parameter.shape),
      moment2: graph.input(stateName("moment2", name), parameter.shape),
    };
    const next = adamWUpdate(state, all.get(name)!, clip, rates);
    for (const kind of stateKinds) graph.output(nextName(stateName(kind, name)), next[kind]);
  }
  return graph;
}

const scalarInputs = (graph: Graph): AdamWScalars => ({
  stepSize: graph.input("stepSize", []),
  denominatorEpsilon: graph.input("denominatorEpsilon", []),
  decay: graph.input("decay", []),
});
