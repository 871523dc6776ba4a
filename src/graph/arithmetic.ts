/** Element-wise operators with NumPy broadcasting, and the sums that undo it; each records its gradient. */
import { inFull } from "./cast";
import { broadcastShapes, sameShape, stretchedAxes, type FloatType, type Shape, type Value } from "./value";

function elementwise(operator: string, a: Value, b: Value): Value {
  return a.graph.node(operator, [a, b], { shape: broadcastShapes(a.shape, b.shape), type: a.type });
}

/** Of two types the wider, the graph's own. */
const alike = (a: Value, b: Value): [Value, Value] => (a.type === b.type ? [a, b] : [inFull(a), inFull(b)]);

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
    sum = graph.node("ReduceSum", [sum, graph.integers(inner)], {
      shape: kept,
      type: sum.type,
      attributes: { keepdims: 1 },
    });
  }
  if (leading > 0) {
    const outer = graph.integers(axes.filter((axis) => axis < leading));
    const shape = sum.shape.slice(leading);
    sum = graph.node("ReduceSum", [sum, outer], { shape, type: sum.type, attributes: { keepdims: 0 } });
  }
  return sum;
}

/** Sums gradients on the way back, outside the tape: nobody asks for gradients of gradients. */
export function addWithoutGradient(a: Value, b: Value): Value {
  return elementwise("Add", a, b);
}

export function add(left: Value, right: Value): Value {
  const [a, b] = alike(left, right);
  return a.graph.record(elementwise("Add", a, b), [a, b], (upstream) => [
    sumTo(upstream, a.shape),
    sumTo(upstream, b.shape),
  ]);
}

export function subtract(left: Value, right: Value): Value {
  const [a, b] = alike(left, right);
  return a.graph.record(elementwise("Sub", a, b), [a, b], (upstream) => [
    sumTo(upstream, a.shape),
    sumTo(a.graph.node("Neg", [upstream], upstream), b.shape),
  ]);
}

export function multiply(left: Value, right: Value): Value {
  const [a, b] = alike(left, right);
  return a.graph.record(elementwise("Mul", a, b), [a, b], (upstream) => [
    sumTo(elementwise("Mul", upstream, b), a.shape),
    sumTo(elementwise("Mul", upstream, a), b.shape),
  ]);
}

export function divide(left: Value, right: Value): Value {
  const [a, b] = alike(left, right);
  const quotient = elementwise("Div", a, b);
  return a.graph.record(quotient, [a, b], (upstream) => {
    const overB = elementwise("Div", upstream, b);
    const byB = elementwise("Mul", overB, quotient);
    return [sumTo(overB, a.shape), sumTo(a.graph.node("Neg", [byB], byB), b.shape)];
  });
}

/** `a` times a constant. */
export function scale(a: Value, factor: number): Value {
  const constant = a.graph.scalar(factor, a.type as FloatType);
  return a.graph.record(elementwise("Mul", a, constant), [a], (upstream) => [elementwise("Mul", upstream, constant)]);
}

export function relu(a: Value): Value {
  const { graph, shape, type } = a;
  const output = graph.node("Relu", [a], { shape, type });
  return graph.record(output, [a], (upstream) => {
    const zero = graph.scalar(0, type as FloatType);
    const positive = graph.node("Greater", [output, zero], { shape, type: "bool" });
    return [graph.node("Where", [positive, upstream, zero], { shape, type })];
  });
}

/** Sum over `axes` (all when left out), which disappear. */
export function reduceSum(a: Value, axes: readonly number[] = a.shape.map((_, axis) => axis)): Value {
  const { graph, type } = a;
  const kept = a.shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
  const output = graph.node("ReduceSum", [a, graph.integers(axes)], {
    shape: a.shape.filter((_, axis) => !axes.includes(axis)),
    type,
    attributes: { keepdims: 0 },
  });
  return graph.record(output, [a], (upstream) => {
    const unsqueezed = graph.node("Unsqueeze", [upstream, graph.integers(axes)], { shape: kept, type });
    return [graph.node("Expand", [unsqueezed, graph.shapeTensorOf(a)], { shape: a.shape, type })];
  });
}
