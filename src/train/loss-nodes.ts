/** What a closed-form loss reads and gives, and short names for the nodes that losses are made of. */
import type { Value } from "../graph/value";

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

/** Short names for nodes; shapes are those of the first operand unless `like` is given. */
export function nodesOver({ logits, labelIndices }: LossInputs) {
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
