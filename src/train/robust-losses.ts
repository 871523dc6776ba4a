/**
 * Losses against noisy labels that the paper compares with, in closed form (per target token, p = softmax of the logits,
 * label y):
 *   GCE (Zhang and Sabuncu 2018)    L = (1 - p_y^q) / q                                    dL/dz = p_y^q (p - onehot(y))
 *   In-trust (Huang et al. 2021)    L = 0.2 CE + 0.8 DCE,  DCE = -sum_i p_i log m_i,  m_i = p_i / 2 + t_i / 2,
 *                                   t = onehot(y) with its zeros at 1e-4                   f_i = -log m_i - p_i / (2 m_i)
 *                                   dL/dz = 0.2 (p - onehot(y)) + 0.8 p * (f - sum_i f_i p_i)
 */
import { nodesOver, type ClosedFormLoss, type LossInputs } from "./loss-nodes";

export function generalizedCrossEntropy(q: number, inputs: LossInputs): ClosedFormLoss {
  const { logits, inverseTokens } = inputs;
  const { graph, scalar, binary, unary, atLabel, addAtLabel, overTokens, asColumn } = nodesOver(inputs);
  const logProbabilities = graph.node("LogSoftmax", [logits], { shape: logits.shape, attributes: { axis: -1 } });
  const power = unary("Exp", binary("Mul", atLabel(logProbabilities), scalar(q)));
  const weight = binary("Mul", power, inverseTokens);
  const shortfall = binary("Mul", binary("Sub", scalar(1), power, power), scalar(1 / q));
  return {
    loss: binary("Mul", overTokens(shortfall), inverseTokens),
    gradient: addAtLabel(binary("Mul", unary("Exp", logProbabilities), asColumn(weight)), unary("Neg", weight)),
  };
}

const shareOfCrossEntropy = 0.2;
const smallestTarget = 1e-4;

export function inTrust(inputs: LossInputs): ClosedFormLoss {
  const { logits, inverseTokens } = inputs;
  const { graph, scalar, binary, unary, atLabel, addAtLabel, overClasses, overTokens, asColumn, fill } =
    nodesOver(inputs);
  const logProbabilities = graph.node("LogSoftmax", [logits], { shape: logits.shape, attributes: { axis: -1 } });
  const p = unary("Exp", logProbabilities);
  const logLabel = atLabel(logProbabilities);
  const halves = binary("Mul", p, scalar(0.5));
  const floored = binary("Add", halves, scalar(smallestTarget / 2));
  const mixed = addAtLabel(floored, fill(scalar((1 - smallestTarget) / 2), logLabel));
  const logMixed = unary("Log", mixed);
  const negatedSlopes = binary("Add", logMixed, binary("Div", halves, mixed));
  const trust = overClasses(binary("Mul", p, logMixed));
  const mean = overClasses(binary("Mul", p, negatedSlopes));
  const share = scalar(1 - shareOfCrossEntropy);
  // 0.2 p + 0.8 p (f - mean f), the minus signs of f and of its mean taken out.
  const centred = binary("Mul", binary("Sub", asColumn(mean), negatedSlopes, p), share);
  const factor = binary("Mul", binary("Add", centred, scalar(shareOfCrossEntropy)), inverseTokens);
  const atLabelOnly = binary("Mul", inverseTokens, scalar(-shareOfCrossEntropy));
  const perToken = binary("Add", binary("Mul", logLabel, scalar(shareOfCrossEntropy)), binary("Mul", trust, share));
  return {
    loss: unary("Neg", binary("Mul", overTokens(perToken), inverseTokens)),
    gradient: addAtLabel(binary("Mul", p, factor), fill(atLabelOnly, logLabel)),
  };
}
