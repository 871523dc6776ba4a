/** Element-wise operators with NumPy broadcasting, and the sums that undo it; each records its gradient. */
import { broadcastShapes, sameShape, stretchedAxes, type Shape, type Value } from "./value";

function elementwise(operator: string, a: Value, b: Value): Value {
  return a.graph.node(operator, [a, b], { shape: broadcastShapes(a.shape, b.shape) });
}

/** Sums a gradient over the axes that broadcasting had stretched, so that it has `shape` again. */
export function sumTo(gradient: Value, shape: Shape): Value {
  if (sameShape(gradient.shape, shape)) return gradient;
  const { graph } = gradient;
  const leading = gradient.shape.length - shape.length;
  const axes = stretchedAxes(gradient.shape, shape);
  const inner = axes.filter((axis) => axis >= leading);
  let sum = gradient;
  if (inner.length > 0) {
    const kept = gradient.shape.map((size, axis) => (inner.includes(axis) ? 1 : size));
    sum = graph.node("ReduceSum", [sum, graph.integers(inner)], { shape: kept, attributes: { keepdims: 1 } });
  }
  if (leading > 0) {
    const outer = graph.integers(axes.filter((axis) => axis < leading));
    sum = graph.node("ReduceSum", [sum, outer], { shape: sum.shape.slice(leading), attributes: { keepdims: 0 } });
  }
  return sum;
}

/** Sums gradients on the way back, outside the tape: nobody asks for gradients of gradients. */
export function addWithoutGradient(a: Value, b: Value): Value {
  return elementwise("Add", a, b);
}

export function add(a: Value, b: Value): Value {
  return a.graph.record(elementwise("Add", a, b), [a, b], (upstream) => [
    sumTo(upstream, a.shape),
    sumTo(upstream, b.shape),
  ]);
}

export function subtract(a: Value, b: Value): Value {
  return a.graph.record(elementwise("Sub", a, b), [a, b], (upstream) => [
    sumTo(upstream, a.shape),
    sumTo(a.graph.node("Neg", [upstream], { shape: upstream.shape }), b.shape),
  ]);
}

export function multiply(a: Value, b: Value): Value {
  return a.graph.record(elementwise("Mul", a, b), [a, b], (upstream) => [
    sumTo(elementwise("Mul", upstream, b), a.shape),
    sumTo(elementwise("Mul", upstream, a), b.shape),
  ]);
}

export function divide(a: Value, b: Value): Value {
  const quotient = elementwise("Div", a, b);
  return a.graph.record(quotient, [a, b], (upstream) => {
    const overB = elementwise("Div", upstream, b);
    const byB = elementwise("Mul", overB, quotient);
    return [sumTo(overB, a.shape), sumTo(a.graph.node("Neg", [byB], { shape: byB.shape }), b.shape)];
  });
}

/** `a` times a constant. */
export function scale(a: Value, factor: number): Value {
  const constant = a.graph.scalar(factor);
  return a.graph.record(elementwise("Mul", a, constant), [a], (upstream) => [elementwise("Mul", upstream, constant)]);
}

export function relu(a: Value): Value {
  const { graph, shape } = a;
  const output = graph.node("Relu", [a], { shape });
  return graph.record(output, [a], (upstream) => {
    const positive = graph.node("Greater", [output, graph.scalar(0)], { shape, type: "bool" });
    return [graph.node("Where", [positive, upstream, graph.scalar(0)], { shape })];
  });
}

/** Sum over `axes` (all when left out), which disappear. */
export function reduceSum(a: Value, axes: readonly number[] = a.shape.map((_, axis) => axis)): Value {
  const { graph } = a;
  const kept = a.shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
  const output = graph.node("ReduceSum", [a, graph.integers(axes)], {
    shape: a.shape.filter((_, axis) => !axes.includes(axis)),
    attributes: { keepdims: 0 },
  });
  return graph.record(output, [a], (upstream) => {
    const unsqueezed = graph.node("Unsqueeze", [upstream, graph.integers(axes)], { shape: kept });
    return [graph.node("Expand", [unsqueezed, graph.shapeTensorOf(a)], { shape: a.shape })];
  });
}
