/** Softmax attention as one operator, so that its gradient takes few passes over the [queries, keys] scores. */
import { sumTo } from "./arithmetic";
import { castOnceThereIs, castWithoutGradient, forProduct } from "./cast";
import { swapLastAxes } from "./layout";
import { matmulWithoutGradient } from "./matrix";
import type { Value } from "./value";

/**
 * softmax(queries x keysTransposed + bias) x values.
 *
 * Shapes: queries [batch, heads, q, d], keysTransposed [batch, heads, d, k], values [batch, heads, k, d]; bias broadcasts
 * to [batch, heads, q, k]. T5 does not scale the scores. The gradient of the scores uses that the sum of P * dP over the
 * keys equals the sum of O * dO over d (Dao et al. 2022, FlashAttention, appendix B). The softmax is in the graph's own type; what is
 * kept of it for the backward pass is the products'.
 */
export function attention(queries: Value, keysTransposed: Value, values: Value, bias: Value): Value {
  const { graph } = queries;
  const [q, k, v] = [forProduct(queries), forProduct(keysTransposed), forProduct(values)];
  const inFull = (value: Value): Value => castWithoutGradient(value, graph.float);
  const scores = inFull(matmulWithoutGradient(q, k));
  const { shape } = scores;
  const biased = graph.node("Add", [scores, bias], { shape });
  const softmax = graph.node("Softmax", [biased], { shape, attributes: { axis: -1 } });
  const probabilities = castWithoutGradient(softmax, graph.products);
  const output = matmulWithoutGradient(probabilities, v);
  return graph.record(output, [q, k, v, bias], (upstream) => {
    const ofProbabilities = inFull(matmulWithoutGradient(upstream, swapLastAxes(v)));
    const outputAgain = castOnceThereIs(upstream, output, graph.float);
    const weighted = graph.node("Mul", [inFull(upstream), outputAgain], { shape: output.shape });
    const rowSums = graph.node("ReduceSum", [weighted, graph.integers([-1])], {
      shape: [...output.shape.slice(0, -1), 1],
      attributes: { keepdims: 1 },
    });
    const centred = graph.node("Sub", [ofProbabilities, rowSums], { shape });
    const probabilitiesAgain = castOnceThereIs(upstream, probabilities, graph.float);
    const ofBiased = graph.node("Mul", [probabilitiesAgain, centred], { shape });
    const ofScores = castWithoutGradient(ofBiased, graph.products);
    return [
      matmulWithoutGradient(ofScores, swapLastAxes(k)),
      matmulWithoutGradient(swapLastAxes(q), ofScores),
      matmulWithoutGradient(swapLastAxes(probabilities), upstream),
      sumTo(ofBiased, bias.shape),
    ];
  });
}
