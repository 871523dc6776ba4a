/**
 * Masks and places that an exported graph computes itself, of what transformers.js feeds: an attention mask of ones and zeros,
 * and sizes that each run decides.
 */
import { add, scale } from "../graph/arithmetic";
import type { Graph } from "../graph/graph";
import type { Value } from "../graph/value";
import { masked } from "./padding";

/** [batch, length] of ones and zeros -> [batch, 1, 1, length] of 0 and `masked`. */
export function additiveMask(ones: Value): Value {
  const { graph, shape } = ones;
  const numbers = graph.node("Cast", [ones], { shape, attributes: { to: 1 } });
  const penalty = scale(add(numbers, graph.scalar(-1)), -masked);
  return graph.node("Unsqueeze", [penalty, graph.integers([1, 2])], { shape: [shape[0]!, 1, 1, shape[1]!] });
}

export function integer(graph: Graph, value: number): Value {
  return graph.node("Squeeze", [graph.integers([value])], { shape: [], type: "int64" });
}

export function sizeOf(value: Value, axis: number): Value {
  const attributes = { start: axis, end: axis + 1 };
  const size = value.graph.node("Shape", [value], { shape: [1], type: "int64", attributes });
  return value.graph.node("Squeeze", [size], { shape: [], type: "int64" });
}

export function range(graph: Graph, from: Value, to: Value, length: string): Value {
  return graph.node("Range", [from, to, integer(graph, 1)], { shape: [length], type: "int64" });
}

/** Key place minus query place, int64 [queries, keys]. */
export function distances(queries: Value, keys: Value): Value {
  const { graph } = keys;
  const column = graph.node("Unsqueeze", [queries, graph.integers([1])], {
    shape: [queries.shape[0]!, 1],
    type: "int64",
  });
  return graph.node("Sub", [keys, column], { shape: [queries.shape[0]!, keys.shape[0]!], type: "int64" });
}

/** [1, 1, queries, keys]: `masked` where the key comes after the query. */
export function causalMask(apart: Value): Value {
  const { graph, shape } = apart;
  const later = graph.node("Greater", [apart, integer(graph, 0)], { shape, type: "bool" });
  const penalty = graph.node("Where", [later, graph.scalar(masked), graph.scalar(0)], { shape });
  return graph.node("Unsqueeze", [penalty, graph.integers([0, 1])], { shape: [1, 1, ...shape] });
}
