/**
 * Matrix products: batched `matmul` and `linear` with Hugging Face's [out, in] weights, gradients included. They read and give
 * the type that the graph has for products.
 */
import { describeShape, sameShape, type FloatType, type Value } from "./value";
import { sumTo } from "./arithmetic";
import { cast, castOnceThereIs, castWithoutGradient, forProduct } from "./cast";
import { reshapeWithoutGradient, swapLastAxes } from "./layout";

export function matmulWithoutGradient(a: Value, b: Value): Value {
  const outer = a.shape.slice(0, -2);
  if (!sameShape(outer, b.shape.slice(0, -2)) || a.shape.at(-1) !== b.shape.at(-2)) {
    throw new TypeError(`cannot multiply ${describeShape(a.shape)} by ${describeShape(b.shape)}`);
  }
  return a.graph.node("MatMul", [a, b], { shape: [...outer, a.shape.at(-2)!, b.shape.at(-1)!], type: a.type });
}

/** [..., m, k] x [..., k, n] -> [..., m, n]; the leading sizes must be equal (no broadcasting). */
export function matmul(left: Value, right: Value): Value {
  const [a, b] = [forProduct(left), forProduct(right)];
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
  return a.graph.node("Gemm", inputs, { shape: [rows, columns], type: a.type, attributes });
}

/** Columns from which on a row's end and the next one's start are too far apart to be read side by side. */
const wideRow = 8192;

/**
 * The transpose of `a` [tokens, m] times `b` [tokens, n] -> [m, n]. ONNX Runtime's CPU product copies what it reads transposed once
 * for every 128 columns of the result, which is slow for the wide rows of logits: there it is the narrower that is read so, and
 * the result is transposed.
 */
function transposedProduct(a: Value, b: Value): Value {
  const [m, n] = [a.shape[1]!, b.shape[1]!];
  if (a.graph.device !== "cpu" || typeof m !== "number" || m < wideRow || (typeof n === "number" && n >= m)) {
    return gemm(a, b, true, false);
  }
  // Of three axes: ONNX Runtime would make one Gemm of two, the slow one (GemmTransposeFusion).
  const apart = reshapeWithoutGradient(gemm(b, a, true, false), [1, n, m]);
  return reshapeWithoutGradient(swapLastAxes(apart), [m, n]);
}

export interface LinearOptions {
  /** [out]. */
  readonly bias?: Value;
  /** The weight is [in, out], as GPT-2 stores it. */
  readonly inputFirst?: boolean;
  /** Computed in the graph's own type: a head's gradient sums over a vocabulary, too many terms for 16 bits. */
  readonly precise?: boolean;
}

/**
 * x [tokens, in] times the transpose of `weight` [out, in], plus the bias -> [tokens, out], without a copy of either. In 16 bits a
 * weight is copied, just before it is read in each pass; its gradient is in the weight's own type.
 */
export function linear(x: Value, weight: Value, options: LinearOptions = {}): Value {
  const { bias, inputFirst = false, precise = false } = options;
  const { graph } = x;
  const type = precise ? graph.float : graph.products;
  const input = cast(x, type);
  const read = castOnceThereIs(input, weight, type);
  const added = bias === undefined ? undefined : castWithoutGradient(bias, type);
  const inputs = bias === undefined ? [input, weight] : [input, weight, bias];
  return graph.record(gemm(input, read, false, !inputFirst, added), inputs, (upstream) => {
    const ofInput = gemm(upstream, castOnceThereIs(upstream, weight, type), false, inputFirst);
    const ofWeight = inputFirst ? transposedProduct(input, upstream) : transposedProduct(upstream, input);
    return [
      ofInput,
      castWithoutGradient(ofWeight, weight.type as FloatType),
      ...(bias === undefined ? [] : [sumTo(castWithoutGradient(upstream, bias.type as FloatType), bias.shape)]),
    ];
  });
}
