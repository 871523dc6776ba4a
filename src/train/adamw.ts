/** AdamW (Loshchilov and Hutter 2019) with gradient clipping by global norm, as graph nodes. */
import type { Value } from "../graph/value";

export const beta1 = 0.9;
export const beta2 = 0.999;
const denominatorEpsilon = 1e-8;
/** What a gradient counts for in the first moment, */
export const firstShare = 1 - beta1;
/** and the square of that in the second. */
export const squareShare = (1 - beta2) / firstShare ** 2;

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

/** What an update multiplies by. */
export interface AdamWRates extends AdamWScalars {
  readonly beta1: Value;
  readonly beta2: Value;
  /** False: the gradients are no numbers, and nothing is to change. Left out, they are taken for numbers. */
  readonly applies?: Value;
}

export const adamWRates = (scalars: AdamWScalars): AdamWRates => {
  const { graph } = scalars.decay;
  return { ...scalars, beta1: graph.scalar(beta1), beta2: graph.scalar(beta2) };
};

/** As `adamWRates` where the boolean scalar `applies` holds; else those of an update that changes nothing. */
export function adamWRatesIf(applies: Value, scalars: AdamWScalars): AdamWRates {
  const { graph } = applies;
  const or = (value: Value, other: number): Value =>
    graph.node("Where", [applies, value, graph.scalar(other)], { shape: [] });
  return {
    applies,
    beta1: or(graph.scalar(beta1), 1),
    beta2: or(graph.scalar(beta2), 1),
    stepSize: or(scalars.stepSize, 0),
    decay: or(scalars.decay, 1),
    denominatorEpsilon: scalars.denominatorEpsilon,
  };
}

/** Whether `norm` is a number: neither infinite nor NaN, which is below nothing. */
export const isNumber = (norm: Value): Value =>
  norm.graph.node("Less", [norm, norm.graph.scalar(largestNorm)], { shape: [], type: "bool" });

/** The largest float32. */
const largestNorm = (2 - 2 ** -23) * 2 ** 127;

/** One update; `clip` scales the gradient first. adamw-kernel.ts does the same on the CPU. */
export function adamWUpdate(state: AdamWState, gradient: Value, clip: Value, rates: AdamWRates): AdamWState {
  const { parameter, moment1, moment2 } = state;
  const { graph, shape } = parameter;
  const binary = (operator: string, a: Value, b: Value): Value => graph.node(operator, [a, b], { shape });
  const share = graph.node("Mul", [clip, graph.scalar(firstShare)], { shape: [] });
  const product = binary("Mul", gradient, share);
  const scaled =
    rates.applies === undefined ? product : graph.node("Where", [rates.applies, product, graph.scalar(0)], { shape });
  const nextMoment1 = binary("Add", binary("Mul", moment1, rates.beta1), scaled);
  const squared = binary("Mul", binary("Mul", scaled, scaled), graph.scalar(squareShare));
  const nextMoment2 = binary("Add", binary("Mul", moment2, rates.beta2), squared);
  const root = graph.node("Sqrt", [nextMoment2], { shape });
  const direction = binary("Div", nextMoment1, binary("Add", root, rates.denominatorEpsilon));
  const kept = binary("Mul", parameter, rates.decay);
  return {
    parameter: binary("Sub", kept, binary("Mul", direction, rates.stepSize)),
    moment1: nextMoment1,
    moment2: nextMoment2,
  };
}
