/** Operators that move elements without computing: reshape, transpose, row look-ups; each records its gradient. */
import { describeShape, sameShape, type Shape, type Value } from "./value";

function reshapeWithoutGradient(a: Value, shape: Shape): Value {
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
  return a.graph.node("Transpose", [a], { shape, attributes: { perm: permutation } });
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

/**
 * Rows of `table` [rows, width] at integer `indices` (any shape): shape [...indices, width]. Repeated rows add up in the
 * gradient.
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
  return graph.record(output, [table, indices], (upstream) => {
    const zeros = graph.node("Expand", [graph.scalar(0), graph.shapeTensorOf(table)], { shape: table.shape });
    const places = graph.node("Unsqueeze", [indices, graph.integers([indices.shape.length])], {
      shape: [...indices.shape, 1],
      type: "int64",
    });
    const attributes = { reduction: "add" };
    return [graph.node("ScatterND", [zeros, places, upstream], { shape: table.shape, attributes }), undefined];
  });
}
