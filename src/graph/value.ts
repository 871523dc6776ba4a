/** Tensors of a graph under construction: a name, an element type and a shape whose unknown sizes are symbols. */
import type { Graph } from "./graph";

export type FloatType = "float16" | "float32" | "float64";
export type ElementType = FloatType | "int64" | "bool";

/** TensorProto.DataType in onnx.proto. */
export const onnxTypes: Readonly<Record<ElementType, number>> = {
  float32: 1,
  int64: 7,
  bool: 9,
  float16: 10,
  float64: 11,
};

/** A known size, or the name of a size that each run decides (`batch`, `source`, `batch*source`). */
export type Dimension = number | string;
export type Shape = readonly Dimension[];

export interface Value {
  readonly graph: Graph;
  readonly name: string;
  readonly type: ElementType;
  readonly shape: Shape;
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((size, axis) => size === b[axis]);
}

export function describeShape(shape: Shape): string {
  return `[${shape.join(", ")}]`;
}

/** NumPy's broadcasting rule; symbols match only themselves and 1. Throws a TypeError for shapes that do not fit. */
export function broadcastShapes(a: Shape, b: Shape): Shape {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, axis) => {
    const left = a[axis - rank + a.length] ?? 1;
    const right = b[axis - rank + b.length] ?? 1;
    if (left === right || right === 1) return left;
    if (left === 1) return right;
    throw new TypeError(`shapes ${describeShape(a)} and ${describeShape(b)} do not broadcast`);
  });
}

/** The axes of `from` that broadcasting `to` had stretched: summed over, they give `to` back (up to leading ones). */
export function stretchedAxes(from: Shape, to: Shape): number[] {
  const missing = from.length - to.length;
  return from.flatMap((size, axis) => (axis < missing || (to[axis - missing] === 1 && size !== 1) ? [axis] : []));
}
