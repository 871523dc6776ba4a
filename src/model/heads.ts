/** Attention heads: splitting and joining them, and the cache of keys and values that a decoding step extends. */
import type { Graph } from "../graph/graph";
import { reshape, transpose } from "../graph/layout";
import type { Dimension, Value } from "../graph/value";
import { cacheName } from "./model";

/** Keys and values of one attention layer, by head: keys [batch, heads, d, length], values [batch, heads, length, d]. */
export interface KeysAndValues {
  readonly keysTransposed: Value;
  readonly values: Value;
}

export interface HeadSizes {
  readonly heads: number;
  readonly headWidth: number;
}

/** [tokens, heads*d] -> [batch, heads, length, d], or with `transposed` [batch, heads, d, length]. */
export function splitHeads({ heads, headWidth }: HeadSizes, x: Value, length: Dimension, transposed: boolean): Value {
  const split = reshape(x, ["batch", length, heads, headWidth]);
  return transpose(split, transposed ? [0, 2, 3, 1] : [0, 2, 1, 3]);
}

/** [batch, heads, length, d] -> [tokens, heads*d]. */
export function joinHeads({ heads, headWidth }: HeadSizes, mixed: Value, flat: Dimension): Value {
  return reshape(transpose(mixed, [0, 2, 1, 3]), [flat, heads * headWidth]);
}

/** Inputs `past_*` of layer `layer`, put in front of its own keys and values; the whole is output as `present_*`. */
export function extendCache(
  graph: Graph,
  { heads, headWidth }: HeadSizes,
  own: KeysAndValues,
  layer: number,
): KeysAndValues {
  const pastKeys = graph.input(cacheName("past", "keys", layer), ["batch", heads, headWidth, "past"]);
  const pastValues = graph.input(cacheName("past", "values", layer), ["batch", heads, "past", headWidth]);
  const keysTransposed = graph.node("Concat", [pastKeys, own.keysTransposed], {
    shape: ["batch", heads, headWidth, "keys"],
    attributes: { axis: 3 },
  });
  const values = graph.node("Concat", [pastValues, own.values], {
    shape: ["batch", heads, "keys", headWidth],
    attributes: { axis: 2 },
  });
  graph.output(cacheName("present", "keys", layer), keysTransposed);
  graph.output(cacheName("present", "values", layer), values);
  return { keysTransposed, values };
}
