/** Matrix products: batched `matmul` and `linear` with Hugging Face's [out, in] weights, gradients included. */
import { describeShape, sameShape, type Value } from "./value";
import { sumTo } from "./arithmetic";
import { swapLastAxes } from "./layout";

export function matmulWithoutGradient(a: Value, b: Value): Value {
  const outer = a.shape.slice(0, -2);
  if (!sameShape(outer, b.shape.slice(0, -2)) || a.shape.at(-1) !== b.shape.at(-2)) {
    throw new TypeError(`cannot multiply ${describeShape(a.shape)} by ${describeShape(b.shape)}`);
  }
  return a.graph.node("MatMul", [a, b], { shape: [...outer, a.shape.at(-2)!, b.shape.at(-1)!] });
}

/** [..., m, k] x [..., k, n] -> [..., m, n]; the leading sizes must be equal (no broadcasting). */
export function matmul(a: Value, b: Value): Value {
  return a.graph.record(matmulWithoutGradient(a, b), [a, b], (upstream) => [
    matmulWithoutGradient(upstream, swapLastAxes(b)),
    // ONNX Runtime folds this transpose into the product (MatmulTransposeFusion).
    matmulWithoutGradient(swapLastAxes(a), upstream),
  ]);
}

function gemm(a: Value, b: Value, transposeA: boolean, transposeB: boolean, added?: Value): Value {
  const [rows, inner] = transposeA ? [a.shape[1]!, a.shape[0]!] : [a.shape[0]!, a.shape[1]!];
  const [innerB, columns] = transposeB ? [b.shape[1]!, b.shape[0]!] : [b.shape[0]!, b.shape[1]!];
  if (a.shape.length !== 2 || b.shape.length !== 2 || inner !== innerB) {
    throw new TypeError(`cannot multiply ${describeShape(a.shape)} by ${describeShape(b.shape)}`);
  }
  const attributes = { transA: transposeA ? 1 : 0, transB: transposeB ? 1 : 0 };
  const inputs = added === undefined ? [a, b] : [a, b, added];
  return a.graph.node("Gemm", inputs, { shape: [rows, columns], attributes });
}

export interface LinearOptions {
  /** [out]. */
  readonly bias?: Value;
  /** The weight is [in, out], as GPT-2 stores it. */
  readonly inputFirst?: boolean;
}

/** x [tokens, in] times the transpose of `weight` [out, in], plus the bias -> [tokens, out], without a copy of either. */
export function linear(x: Value, weight: Value, { bias, inputFirst = false }: LinearOptions = {}): Value {
  const inputs = bias === undefined ? [x, weight] : [x, weight, bias];
  return x.graph.record(gemm(x, weight, false, !inputFirst, bias), inputs, (upstream) => [
    gemm(upstream, weight, false, inputFirst),
    inputFirst ? gemm(x, upstream, true, false) : gemm(upstream, x, true, false),
    ...(bias === undefined ? [] : [sumTo(upstream, bias.shape)]),
  ]);
}
