/**
 * Losses in closed form: value and gradient with respect to the logits, written with few passes over [tokens, V].
 *
 * Deceptive cross-entropy (the paper's section 3; per target token, p = softmax of the logits, V classes, label y):
 *   y' = (1-e) onehot(y) + e/V        p' = a p + (1-a) y',  a = alpha^epoch      L = -mean over tokens of sum_i y'_i log p'_i
 *   g_i = -a y'_i / p'_i              dL/dz = p * (g - sum_i g_i p_i) / tokens
 * y' is e/V plus a correction at the label, so neither y' nor p' is ever stored beside p.
 */
import { nodesOver, type ClosedFormLoss, type LossInputs } from "./loss-nodes";
import { generalizedCrossEntropy, inTrust } from "./robust-losses";

export type LossSpec =
  | { readonly kind: "ce" }
  | {
      readonly kind: "dece";
      /** Base of the blending factor alpha^epoch, in (0, 1]; 1 never blends. */
      readonly alpha: number;
      /** Label smoothing, in [0, 1). */
      readonly epsilon: number;
    }
  | {
      readonly kind: "gce";
      /** In (0, 1]: towards 0 it is cross-entropy, at 1 the mean absolute error. */
      readonly q: number;
    }
  | { readonly kind: "in-trust" };

/** The blending factor a = alpha^epoch; `epoch` counts from 1. Losses other than DeCE do not blend: 1. */
export function blendAt(loss: LossSpec, epoch: number): number {
  return loss.kind === "dece" ? loss.alpha ** epoch : 1;
}

export function closedFormLoss(spec: LossSpec, inputs: LossInputs): ClosedFormLoss {
  if (spec.kind === "gce") return generalizedCrossEntropy(spec.q, inputs);
  if (spec.kind === "in-trust") return inTrust(inputs);
  const epsilon = spec.kind === "ce" ? 0 : spec.epsilon;
  return spec.kind === "ce" || spec.alpha === 1 ? crossEntropy(epsilon, inputs) : deceptive(epsilon, inputs);
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
  const everyClass = overClasses(unary("Log", binary("Add", binary("Mul", p, blend), floor)));
  const asOther = binary("Add", blendedLabel, floor);
  const others = binary("Mul", binary("Sub", everyClass, unary("Log", asOther)), scalar(smoothed));
  // The slopes anew from p, so that no third [tokens, V] stands beside p and the logarithms; sum of p g = k V - f sum of g.
  const slopeFloor = binary("Div", floor, blend);
  const slopeTop = binary("Mul", unary("Neg", inverseTokens), scalar(smoothed));
  const slopes = binary("Div", slopeTop, binary("Add", p, slopeFloor), p);
  const slopesTimesP = binary(
    "Sub",
    binary("Mul", slopeTop, scalar(classes)),
    binary("Mul", overClasses(slopes), slopeFloor),
    pLabel,
  );
  const correction = binary(
    "Sub",
    labelSlope,
    binary("Div", binary("Mul", negatedBlend, scalar(smoothed)), asOther, asOther),
  );
  const pullOfLabel = binary("Mul", pLabel, correction);
  const mean = binary("Add", slopesTimesP, pullOfLabel);
  return {
    loss: unary("Neg", binary("Mul", overTokens(binary("Add", labelLikelihood, others)), inverseTokens)),
    gradient: addAtLabel(binary("Mul", p, binary("Sub", slopes, asColumn(mean))), pullOfLabel),
  };
}
