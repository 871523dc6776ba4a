/** Holds a part of a graph back until it is its turn. */
import type { Value } from "./value";

/**
 * `value` by another name, and not before `earlier` is computed: else ONNX Runtime finds that something is computed twice and
 * keeps the first result, or computes the second one early. It costs arithmetic on a shape and no copy: the shape is as many
 * zeros as the value has axes, which tells Reshape to leave every size as it is, made from a size of `earlier`.
 */
export function onceThereIs(earlier: Value, value: Value): Value {
  const { graph } = value;
  const rank = value.shape.length;
  const unchanged = graph.shared(`unchanged:${earlier.name}:${rank}`, () => {
    const size = graph.node("Shape", [earlier], { shape: [1], type: "int64", attributes: { start: 0, end: 1 } });
    return graph.node("Mul", [size, graph.integers(new Array<number>(rank).fill(0))], { shape: [rank], type: "int64" });
  });
  return graph.node("Reshape", [value, unchanged], { shape: value.shape, type: value.type });
}
