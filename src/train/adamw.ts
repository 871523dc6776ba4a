/** AdamW (Loshchilov and Hutter 2019) with gradient clipping by global norm, as graph nodes. */
import type { Value } from "../graph/value";

export const beta1 = 0.9;
export const beta2 = 0.999;
const denominatorEpsilon = 1e-8;

export interface AdamWScalars {
  /** Learning rate times sqrt(1 - beta2^t) / (1 - beta1^t). */
  readonly stepSize: Value;
  /** 1e-8 times sqrt(1 - beta2^t). */
  readonly denominatorEpsilon: Value;
  /** 1 - learning rate * weight decay. */
  readonly decay: Value;
}

/** Numbers to feed for `AdamWScalars` in step `step` (from 1): the bias corrections folded in, as Kingma and Ba do. */
export function adamWScalarsAt(
  step: number,
  learningRate: number,
  weightDecay: number,
): Record<keyof AdamWScalars, number> {
  const second = Math.sqrt(1 - beta2 ** step);
  return {
    stepSize: (learningRate * second) / (1 - beta1 ** step),
    denominatorEpsilon: denominatorEpsilon * second,
    decay: 1 - learningRate * weightDecay,
  };
}

/**
 * L2 norm of all `gradients` together, added up in the order in which they are made. ONNX Runtime computes first what the
 * innermost sum needs: in another order it would go through the whole backward pass for one gradient, and hold all layers'
 * activations for the others.
 */
export function globalNorm(gradients: readonly Value[]): Value {
  const [first] = inOrderMade(gradients);
  if (first === undefined) throw new TypeError("there are no gradients");
  const { graph } = first;
  const square = (gradient: Value): Value =>
    graph.node("ReduceSumSquare", [gradient], { shape: [], attributes: { keepdims: 0 } });
  const add = (a: Value, b: Value): Value => graph.node("Add", [a, b], { shape: [] });
  return graph.node("Sqrt", [inOrderMade(gradients).map(square).reduce(add)], { shape: [] });
}

/** Values in the order of the nodes that make them. */
export function inOrderMade(values: readonly Value[]): Value[] {
  const places = new Map(values[0]?.graph.nodes.flatMap(({ outputs }, at) => outputs.map((name) => [name, at])));
  return [...values].sort((a, b) => (places.get(a.name) ?? -1) - (places.get(b.name) ?? -1));
}

const normEpsilon = 1e-6;

/** min(1, clipNorm / norm): what gradients are scaled by. */
export function clipFactor(norm: Value, clipNorm: number): Value {
  const { graph } = norm;
  const node = (operator: string, inputs: Value[]): Value => graph.node(operator, inputs, { shape: [] });
  const ratio = node("Div", [graph.scalar(clipNorm), node("Add", [norm, graph.scalar(normEpsilon)])]);
  return node("Min", [ratio, graph.scalar(1)]);
}

/** As `clipFactor`, for a norm that is known. */
export const clipFactorOf = (norm: number, clipNorm: number): number => Math.min(1, clipNorm / (norm + normEpsilon));

export interface AdamWState {
  readonly parameter: Value;
  readonly moment1: Value;
  readonly moment2: Value;
}

/** One update; `clip` scales the gradient first. */
export function adamWUpdate(state: AdamWState, gradient: Value, clip: Value, scalars: AdamWScalars): AdamWState {
  const { parameter, moment1, moment2 } = state;
  const { graph, shape } = parameter;
  const binary = (operator: string, a: Value, b: Value): Value => graph.node(operator, [a, b], { shape });
  const share = graph.node("Mul", [clip, graph.scalar(1 - beta1)], { shape: [] });
  const scaled = binary("Mul", gradient, share);
  const nextMoment1 = binary("Add", binary("Mul", moment1, graph.scalar(beta1)), scaled);
  const squared = binary("Mul", binary("Mul", scaled, scaled), graph.scalar((1 - beta2) / (1 - beta1) ** 2));
  const nextMoment2 = binary("Add", binary("Mul", moment2, graph.scalar(beta2)), squared);
  const root = graph.node("Sqrt", [nextMoment2], { shape });
  const direction = binary("Div", nextMoment1, binary("Add", root, scalars.denominatorEpsilon));
  const kept = binary("Mul", parameter, scalars.decay);
  return {
    parameter: binary("Sub", kept, binary("Mul", direction, scalars.stepSize)),
    moment1: nextMoment1,
    moment2: nextMoment2,
  };
}
