/** Softmax attention as one operator, so that its gradient takes few passes over the [queries, keys] scores. */
import { sumTo } from "./arithmetic";
import { swapLastAxes } from "./layout";
import { matmulWithoutGradient } from "./matrix";
import type { Value } from "./value";

/**
 * softmax(queries x keysTransposed + bias) x values.
 *
 * Shapes: queries [batch, heads, q, d], keysTransposed [batch, heads, d, k], values [batch, heads, k, d]; bias broadcasts
 * to [batch, heads, q, k]. T5 does not scale the scores. The gradient of the scores uses that the sum of P * dP over the
 * keys equals the sum of O * dO over d (Dao et al. 2022, FlashAttention, appendix B).
 */
export function attention(queries: Value, keysTransposed: Value, values: Value, bias: Value): Value {
  const { graph } = queries;
  const scores = matmulWithoutGradient(queries, keysTransposed);
  const { shape } = scores;
  const biased = graph.node("Add", [scores, bias], { shape });
  const probabilities = graph.node("Softmax", [biased], { shape, attributes: { axis: -1 } });
  const output = matmulWithoutGradient(probabilities, values);
  return graph.record(output, [queries, keysTransposed, values, bias], (upstream) => {
    const ofProbabilities = matmulWithoutGradient(upstream, swapLastAxes(values));
    const weighted = graph.node("Mul", [upstream, output], { shape: output.shape });
    const rowSums = graph.node("ReduceSum", [weighted, graph.integers([-1])], {
      shape: [...output.shape.slice(0, -1), 1],
      attributes: { keepdims: 1 },
    });
    const centred = graph.node("Sub", [ofProbabilities, rowSums], { shape });
    const ofScores = graph.node("Mul", [probabilities, centred], { shape });
    return [
      matmulWithoutGradient(ofScores, swapLastAxes(keysTransposed)),
      matmulWithoutGradient(swapLastAxes(queries), ofScores),
      matmulWithoutGradient(swapLastAxes(probabilities), upstream),
      sumTo(ofScores, bias.shape),
    ];
  });
}
