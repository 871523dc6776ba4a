/**
 * Activation functions, each with its gradient in few passes. Relu is in arithmetic.ts. Of 16-bit numbers they are computed in
 * the graph's own type, and once more in the backward pass: input and output are all that is kept.
 */
import { forProduct, inFull } from "./cast";
import { recomputed } from "./recomputed";
import type { Value } from "./value";

type Activation = (x: Value) => Value;

const computedInFull =
  (activation: Activation): Activation =>
  (x) =>
    x.type === x.graph.float ? activation(x) : recomputed([x], (again) => forProduct(activation(inFull(again))));

function nodesOver({ graph, shape }: Value) {
  return {
    constant: (value: number) => graph.scalar(value),
    unary: (operator: string, a: Value) => graph.node(operator, [a], { shape }),
    binary: (operator: string, a: Value, b: Value) => graph.node(operator, [a, b], { shape }),
  };
}

export const tanh = computedInFull((x) => {
  const { constant, unary, binary } = nodesOver(x);
  const output = unary("Tanh", x);
  return x.graph.record(output, [x], (upstream) => [
    binary("Mul", upstream, binary("Sub", constant(1), binary("Mul", output, output))),
  ]);
});

/** x * sigmoid(x) (Elfwing et al. 2018), Llama's. */
export const silu = computedInFull((x) => {
  const { constant, unary, binary } = nodesOver(x);
  const gate = unary("Sigmoid", x);
  const output = binary("Mul", x, gate);
  return x.graph.record(output, [x], (upstream) => {
    const ofGate = binary("Mul", output, binary("Sub", constant(1), gate));
    return [binary("Mul", upstream, binary("Add", gate, ofGate))];
  });
});

/** x * Phi(x) (Hendrycks and Gimpel 2016): `gelu` of Hugging Face. */
export const gelu = computedInFull((x) => {
  const { constant, unary, binary } = nodesOver(x);
  const error = unary("Erf", binary("Mul", x, constant(Math.SQRT1_2)));
  const phi = binary("Mul", binary("Add", error, constant(1)), constant(0.5));
  return x.graph.record(binary("Mul", x, phi), [x], (upstream) => {
    const bell = unary("Exp", binary("Mul", binary("Mul", x, x), constant(-0.5)));
    const density = binary("Mul", bell, constant(1 / Math.sqrt(2 * Math.PI)));
    return [binary("Mul", upstream, binary("Add", phi, binary("Mul", x, density)))];
  });
});

/**
 * The tanh approximation of gelu, `gelu_new` of Hugging Face: x * sigmoid(x * q) with q = a + b x^2, since
 * (1 + tanh u) / 2 = sigmoid(2u).
 */
export const geluTanh = computedInFull((x) => {
  const { constant, unary, binary } = nodesOver(x);
  const a = 2 * Math.sqrt(2 / Math.PI);
  const b = a * 0.044715;
  const q = binary("Add", binary("Mul", binary("Mul", x, x), constant(b)), constant(a));
  const gate = unary("Sigmoid", binary("Mul", x, q));
  const output = binary("Mul", x, gate);
  return x.graph.record(output, [x], (upstream) => {
    // d(x q)/dx = a + 3 b x^2 = 3 q - 2 a.
    const slope = binary("Sub", binary("Mul", q, constant(3)), constant(2 * a));
    const ofGate = binary("Mul", binary("Mul", output, binary("Sub", constant(1), gate)), slope);
    return [binary("Mul", upstream, binary("Add", gate, ofGate))];
  });
});
