/** Operators that move elements without computing: reshape, transpose, row look-ups; each records its gradient. */
import { describeShape, sameShape, type Dimension, type FloatType, type Shape, type Value } from "./value";

export function reshapeWithoutGradient(a: Value, shape: Shape): Value {
  return a.graph.node("Reshape", [a, a.graph.shapeTensor(shape)], { shape, type: a.type });
}

/** The same elements in row-major order under another shape; symbols in it must be sizes of the graph's inputs. */
export function reshape(a: Value, shape: Shape): Value {
  if (sameShape(a.shape, shape)) return a;
  return a.graph.record(reshapeWithoutGradient(a, shape), [a], (upstream) => [
    reshapeWithoutGradient(upstream, a.shape),
  ]);
}

function transposeWithoutGradient(a: Value, permutation: readonly number[]): Value {
  const shape = permutation.map((axis) => a.shape[axis]!);
  return a.graph.node("Transpose", [a], { shape, type: a.type, attributes: { perm: permutation } });
}

export function transpose(a: Value, permutation: readonly number[]): Value {
  const inverse = permutation.map((_, axis) => permutation.indexOf(axis));
  return a.graph.record(transposeWithoutGradient(a, permutation), [a], (upstream) => [
    transposeWithoutGradient(upstream, inverse),
  ]);
}

/** Swaps the last two axes, outside the tape: a building block of gradients. */
export function swapLastAxes(a: Value): Value {
  const last = a.shape.length - 1;
  return transposeWithoutGradient(
    a,
    a.shape.map((_, axis) => (axis === last ? last - 1 : axis === last - 1 ? last : axis)),
  );
}

/** Equal parts along `axis`, in order; its size must be known and a multiple of `parts`. */
export function split(a: Value, axis: number, parts: number): Value[] {
  const { graph, type } = a;
  const size = a.shape[axis];
  if (typeof size !== "number" || size % parts !== 0) {
    throw new TypeError(`axis ${axis} of ${describeShape(a.shape)} has no ${parts} equal parts`);
  }
  const shape = a.shape.map((length, at) => (at === axis ? size / parts : length));
  const results = Array.from({ length: parts }, () => ({ shape, type }));
  const outputs = graph.nodeWithOutputs("Split", [a], results, { axis, num_outputs: parts });
  graph.recordOutputs(outputs, [a], (upstreams) => {
    const zero = graph.scalar(0, type as FloatType);
    const whole = upstreams.map(
      (upstream, part) =>
        upstream ?? graph.node("Expand", [zero, graph.shapeTensorOf(outputs[part]!)], { shape, type }),
    );
    return [graph.node("Concat", whole, { shape: a.shape, type, attributes: { axis } })];
  });
  return outputs;
}

/** Each head of [batch, heads, ...] `times` times in a row: [batch, heads*times, ...], for grouped-query attention. */
export function repeatHeads(a: Value, times: number): Value {
  if (times === 1) return a;
  const { graph, shape, type } = a;
  const [batch, heads, ...rest] = shape as [Dimension, number, ...Dimension[]];
  const ones = shape.map(() => 1);
  const apart = graph.node("Unsqueeze", [a, graph.integers([2])], { shape: [batch, heads, 1, ...rest], type });
  const grouped: Shape = [batch, heads, times, ...rest];
  const repeats = graph.integers([1, 1, times, ...ones.slice(2)]);
  const expanded = graph.node("Expand", [apart, repeats], { shape: grouped, type });
  const output = joinAxes(expanded, [batch, heads * times, ...rest]);
  return graph.record(output, [a], (upstream) => {
    const apartAgain = joinAxes(upstream, grouped);
    return [graph.node("ReduceSum", [apartAgain, graph.integers([2])], { shape, type, attributes: { keepdims: 0 } })];
  });
}

/** Reshape for shapes whose sizes may have no input to be read from: those at the same place in front are copied. */
function joinAxes(a: Value, shape: Shape): Value {
  const numbers = shape.map((size, axis) => (typeof size === "number" ? size : a.shape[axis] === size ? 0 : -1));
  return a.graph.node("Reshape", [a, a.graph.integers(numbers)], { shape, type: a.type });
}

/**
 * Rows of `table` [rows, width] at integer `indices` (any shape): shape [...indices, width]. Repeated rows add up in the
 * gradient, in place where the table has one already: a tied head's is as large as the table.
 */
export function gatherRows(table: Value, indices: Value): Value {
  const { graph } = table;
  const width = table.shape[1];
  if (table.shape.length !== 2 || width === undefined) {
    throw new TypeError(`rows are gathered from a table of rank 2, not ${describeShape(table.shape)}`);
  }
  const output = graph.node("Gather", [table, indices], {
    shape: [...indices.shape, width],
    attributes: { axis: 0 },
  });
  const zeros = (): Value =>
    graph.node("Expand", [graph.scalar(0), graph.shapeTensorOf(table)], { shape: table.shape });
  return graph.record(output, [table, indices], (upstream) => {
    const addRows = graph.device === "cpu" ? addRowsByElement : addRowsAtOnce;
    return [(later) => addRows(later ?? zeros(), indices, upstream), undefined];
  });
}

/** On the CPU, where ONNX Runtime's ScatterND on several threads loses updates of a row that is there twice. */
function addRowsByElement(table: Value, indices: Value, rows: Value): Value {
  const { graph } = table;
  const count = indices.shape.length === 1 ? indices.shape[0]! : indices.shape.join("*");
  const [shape, type] = [[count, table.shape[1]!], "int64"] as const;
  const updates = graph.node("Reshape", [rows, graph.integers([-1, shape[1] as number])], { shape });
  const column = graph.node("Reshape", [indices, graph.integers([-1, 1])], { shape: [count, 1], type });
  const places = graph.node("Expand", [column, graph.shapeTensorOf(updates)], { shape, type });
  const attributes = { axis: 0, reduction: "add" };
  return graph.node("ScatterElements", [table, places, updates], { shape: table.shape, attributes });
}

/** On a GPU, which adds atomically, and where integers as many as `rows` has elements would be made on the CPU. */
function addRowsAtOnce(table: Value, indices: Value, rows: Value): Value {
  const { graph } = table;
  const places = graph.node("Unsqueeze", [indices, graph.integers([indices.shape.length])], {
    shape: [...indices.shape, 1],
    type: "int64",
  });
  return graph.node("ScatterND", [table, places, rows], { shape: table.shape, attributes: { reduction: "add" } });
}
