/**
 * Losses in closed form: value and gradient with respect to the logits, written with few passes over [tokens, V].
 *
 * Deceptive cross-entropy (the paper's section 3; per target token, p = softmax of the logits, V classes, label y):
 *   y' = (1-e) onehot(y) + e/V        p' = a p + (1-a) y',  a = alpha^epoch      L = -mean over tokens of sum_i y'_i log p'_i
 *   g_i = -a y'_i / p'_i              dL/dz = p * (g - sum_i g_i p_i) / tokens
 * y' is e/V plus a correction at the label, so neither y' nor p' is ever stored beside p.
 */
import type { Value } from "../graph/value";

export type LossSpec =
  | { readonly kind: "ce" }
  | {
      readonly kind: "dece";
      /** Base of the blending factor alpha^epoch, in (0, 1]; 1 never blends. */
      readonly alpha: number;
      /** Label smoothing, in [0, 1). */
      readonly epsilon: number;
    };

/** The blending factor a = alpha^epoch; `epoch` counts from 1. Cross-entropy does not blend: 1. */
export function blendAt(loss: LossSpec, epoch: number): number {
  return loss.kind === "ce" ? 1 : loss.alpha ** epoch;
}

export interface LossInputs {
  /** [tokens, V], real target tokens only: padding is neither in the sum nor in the mean. */
  readonly logits: Value;
  /** int64 [tokens, 2]: (token, label) pairs, the label's place in the logits. */
  readonly labelIndices: Value;
  /** Scalar 1 / number of tokens. */
  readonly inverseTokens: Value;
  /** Scalar a = alpha^epoch. */
  readonly blend: Value;
}

export interface ClosedFormLoss {
  /** Scalar. */
  readonly loss: Value;
  /** dL/dlogits, [tokens, V]. */
  readonly gradient: Value;
}

export function closedFormLoss(spec: LossSpec, inputs: LossInputs): ClosedFormLoss {
  const epsilon = spec.kind === "ce" ? 0 : spec.epsilon;
  return spec.kind === "ce" || spec.alpha === 1 ? crossEntropy(epsilon, inputs) : deceptive(epsilon, inputs);
}

/** Short names for the nodes below; shapes are those of the first operand unless `like` is given. */
function nodesOver({ logits, labelIndices }: LossInputs) {
  const { graph, shape } = logits;
  const perToken = [shape[0]!];
  const column = [shape[0]!, 1];
  return {
    graph,
    scalar: (value: number) => graph.scalar(value),
    binary: (operator: string, a: Value, b: Value, like: Value = a) =>
      graph.node(operator, [a, b], { shape: like.shape }),
    unary: (operator: string, a: Value) => graph.node(operator, [a], { shape: a.shape }),
    atLabel: (a: Value) => graph.node("GatherND", [a, labelIndices], { shape: perToken }),
    addAtLabel: (a: Value, updates: Value) =>
      graph.node("ScatterND", [a, labelIndices, updates], { shape, attributes: { reduction: "add" } }),
    overClasses: (a: Value) =>
      graph.node("ReduceSum", [a, graph.integers([-1])], { shape: perToken, attributes: { keepdims: 0 } }),
    overTokens: (a: Value) => graph.node("ReduceSum", [a], { shape: [], attributes: { keepdims: 0 } }),
    asColumn: (a: Value) => graph.node("Unsqueeze", [a, graph.integers([1])], { shape: column }),
    fill: (value: Value, like: Value) =>
      graph.node("Expand", [value, graph.shapeTensorOf(like)], { shape: like.shape }),
  };
}

/** alpha = 1: cross-entropy, with label smoothing when epsilon > 0. Gradient: p - y'. */
function crossEntropy(epsilon: number, inputs: LossInputs): ClosedFormLoss {
  const { logits, inverseTokens } = inputs;
  const { scalar, binary, unary, atLabel, addAtLabel, overClasses, overTokens, fill, graph } = nodesOver(inputs);
  const classes = logits.shape[1] as number;
  const logProbabilities = graph.node("LogSoftmax", [logits], { shape: logits.shape, attributes: { axis: -1 } });
  const label = atLabel(logProbabilities);
  let logLikelihood = binary("Mul", label, scalar(1 - epsilon));
  let gradient = binary("Mul", unary("Exp", logProbabilities), inverseTokens);
  if (epsilon > 0) {
    const everyClass = binary("Mul", overClasses(logProbabilities), scalar(epsilon / classes));
    logLikelihood = binary("Add", logLikelihood, everyClass);
    gradient = binary("Sub", gradient, binary("Mul", inverseTokens, scalar(epsilon / classes)), gradient);
  }
  const atLabelOnly = binary("Mul", inverseTokens, scalar(epsilon - 1));
  return {
    loss: unary("Neg", binary("Mul", overTokens(logLikelihood), inverseTokens)),
    gradient: addAtLabel(gradient, fill(atLabelOnly, label)),
  };
}

/** alpha < 1: p'_y is at least (1-a)(1-e), so no logarithm meets a zero. */
function deceptive(epsilon: number, inputs: LossInputs): ClosedFormLoss {
  const { logits, inverseTokens, blend } = inputs;
  const { graph, scalar, binary, unary, atLabel, addAtLabel, overClasses, overTokens, asColumn } = nodesOver(inputs);
  const classes = logits.shape[1] as number;
  const smoothed = epsilon / classes;
  const labelTarget = 1 - epsilon + smoothed;
  const remainder = binary("Sub", scalar(1), blend);
  const negatedBlend = binary("Mul", unary("Neg", blend), inverseTokens);

  const p = graph.node("Softmax", [logits], { shape: logits.shape, attributes: { axis: -1 } });
  const pLabel = atLabel(p);
  const blendedLabel = binary("Mul", pLabel, blend);
  const mixedLabel = binary("Add", blendedLabel, binary("Mul", remainder, scalar(labelTarget)));
  const labelLikelihood = binary("Mul", unary("Log", mixedLabel), scalar(labelTarget));
  const labelSlope = binary("Div", binary("Mul", negatedBlend, scalar(labelTarget)), mixedLabel, mixedLabel);
  if (epsilon === 0) {
    const pullOfLabel = binary("Mul", pLabel, labelSlope);
    const spread = unary("Neg", binary("Mul", p, asColumn(pullOfLabel)));
    return {
      loss: unary("Neg", binary("Mul", overTokens(labelLikelihood), inverseTokens)),
      gradient: addAtLabel(spread, pullOfLabel),
    };
  }
  // Every class as if it were not the label, then the label's own term put right.
  const floor = binary("Mul", remainder, scalar(smoothed));
  const mixed = binary("Add", binary("Mul", p, blend), floor);
  const everyClass = overClasses(unary("Log", mixed));
  const asOther = binary("Add", blendedLabel, floor);
  const others = binary("Mul", binary("Sub", everyClass, unary("Log", asOther)), scalar(smoothed));
  const slopes = binary("Div", binary("Mul", negatedBlend, scalar(smoothed)), mixed, mixed);
  const correction = binary(
    "Sub",
    labelSlope,
    binary("Div", binary("Mul", negatedBlend, scalar(smoothed)), asOther, asOther),
  );
  const pullOfLabel = binary("Mul", pLabel, correction);
  const mean = binary("Add", overClasses(binary("Mul", p, slopes)), pullOfLabel);
  return {
    loss: unary("Neg", binary("Mul", overTokens(binary("Add", labelLikelihood, others)), inverseTokens)),
    gradient: addAtLabel(binary("Mul", p, binary("Sub", slopes, asColumn(mean))), pullOfLabel),
  };
}
