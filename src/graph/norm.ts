/**
 * Normalisation over the width, each as one operator: root mean square (T5, Llama) and mean and variance (GPT, RoBERTa). They
 * compute in the graph's own type; in mixed precision the normalized input is kept in the products' for the backward pass.
 */
import { sumTo } from "./arithmetic";
import { castOnceThereIs, castWithoutGradient, inFull } from "./cast";
import type { Shape, Value } from "./value";

/** x [tokens, width] / sqrt(mean(x^2) + epsilon) * weight [width] (Zhang and Sennrich 2019). */
export function rmsNorm(input: Value, weight: Value, epsilon: number): Value {
  const x = inFull(input);
  const { graph, shape } = x;
  const perToken: Shape = [...shape.slice(0, -1), 1];
  const elementwise = (operator: string, a: Value, b: Value, of: Shape = shape): Value =>
    graph.node(operator, [a, b], { shape: of });
  const meanOverWidth = (value: Value): Value =>
    graph.node("ReduceMean", [value, graph.integers([-1])], { shape: perToken, attributes: { keepdims: 1 } });

  const meanSquare = meanOverWidth(elementwise("Mul", x, x));
  const root = graph.node("Sqrt", [elementwise("Add", meanSquare, graph.scalar(epsilon), perToken)], {
    shape: perToken,
  });
  const inverse = graph.node("Reciprocal", [root], { shape: perToken });
  const normalized = elementwise("Mul", x, inverse);
  const kept = castWithoutGradient(normalized, graph.products);
  const output = elementwise("Mul", normalized, weight);
  return graph.record(output, [x, weight], (upstream) => {
    const again = castOnceThereIs(upstream, kept, graph.float);
    const ofNormalized = elementwise("Mul", upstream, weight);
    const projection = meanOverWidth(elementwise("Mul", ofNormalized, again));
    const orthogonal = elementwise("Sub", ofNormalized, elementwise("Mul", again, projection));
    return [elementwise("Mul", orthogonal, inverse), sumTo(elementwise("Mul", upstream, again), weight.shape)];
  });
}

/** (x - mean) / sqrt(variance + epsilon) * weight + bias (Ba et al. 2016); x [tokens, width], weight and bias [width]. */
export function layerNorm(input: Value, weight: Value, bias: Value, epsilon: number): Value {
  const x = inFull(input);
  const { graph, shape } = x;
  const perToken: Shape = [...shape.slice(0, -1), 1];
  const elementwise = (operator: string, a: Value, b: Value): Value => graph.node(operator, [a, b], { shape });
  const meanOverWidth = (value: Value): Value =>
    graph.node("ReduceMean", [value, graph.integers([-1])], { shape: perToken, attributes: { keepdims: 1 } });
  const [output, mean, inverse] = graph.nodeWithOutputs(
    "LayerNormalization",
    [x, weight, bias],
    [{ shape }, { shape: perToken }, { shape: perToken }],
    { axis: -1, epsilon: { float: epsilon } },
  ) as [Value, Value, Value];
  const normalize = (): Value => elementwise("Mul", elementwise("Sub", x, mean), inverse);
  // Instead of x, which would be kept in full.
  const kept = graph.products === graph.float ? undefined : castWithoutGradient(normalize(), graph.products);
  return graph.record(output, [x, weight, bias], (upstream) => {
    const normalized = kept === undefined ? normalize() : castOnceThereIs(upstream, kept, graph.float);
    const ofNormalized = elementwise("Mul", upstream, weight);
    const centred = elementwise("Sub", ofNormalized, meanOverWidth(ofNormalized));
    const projection = meanOverWidth(elementwise("Mul", ofNormalized, normalized));
    const orthogonal = elementwise("Sub", centred, elementwise("Mul", normalized, projection));
    return [
      elementwise("Mul", orthogonal, inverse),
      sumTo(elementwise("Mul", upstream, normalized), weight.shape),
      sumTo(upstream, bias.shape),
    ];
  });
}
