/** Attention heads: splitting and joining them, attention, and the cache of keys and values that a decoding step reads. */
import { attention } from "../graph/attention";
import type { Graph } from "../graph/graph";
import { repeatHeads, reshape, swapLastAxes, transpose } from "../graph/layout";
import { matmulWithoutGradient } from "../graph/matrix";
import type { Dimension, Value } from "../graph/value";
import { cacheName } from "./model";

/** Keys and values of one attention layer, by head: keys [batch, heads, d, length], values [batch, heads, length, d]. */
export interface KeysAndValues {
  readonly keysTransposed: Value;
  readonly values: Value;
  /** In front of them, when decoding step by step. */
  readonly past?: Past;
}

/** Keys and values of earlier tokens from a cache, both [batch, heads, places, d]. */
interface Past {
  readonly keys: Value;
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

/** Inputs `past_*` of layer `layer`, put in front of its own keys and values, which are output as `own_*`. */
export function extendCache(
  graph: Graph,
  { heads, headWidth }: HeadSizes,
  own: KeysAndValues,
  layer: number,
): KeysAndValues {
  const past = (part: "keys" | "values"): Value =>
    graph.input(cacheName("past", part, layer), ["batch", heads, "past", headWidth]);
  graph.output(cacheName("own", "keys", layer), reshape(own.keysTransposed, ["batch", heads, 1, headWidth]));
  graph.output(cacheName("own", "values", layer), own.values);
  return { ...own, past: { keys: past("keys"), values: past("values") } };
}

/**
 * Attention as in graph/attention.ts, with as many heads of queries as of keys or a multiple (grouped-query attention: Ainslie et al.
 * 2023). `bias` broadcasts to [batch, heads, queries, keys]; behind a past there is one query, its own key is the last, and heads that
 * share keys share their bias.
 */
export function attend(queries: Value, { keysTransposed, values, past }: KeysAndValues, bias: Value): Value {
  const repeats = (queries.shape[1] as number) / (values.shape[1] as number);
  if (past !== undefined) return attendBehind(past, queries, { keysTransposed, values }, bias);
  return attention(queries, repeatHeads(keysTransposed, repeats), repeatHeads(values, repeats), bias);
}

/**
 * One query over a cache that is neither copied nor repeated: the queries that share a head of keys are its rows, and scores are joined
 * in place of keys. Without a gradient.
 */
function attendBehind(past: Past, queries: Value, own: KeysAndValues, bias: Value): Value {
  const { graph } = queries;
  const [, heads, places, headWidth] = past.keys.shape as [Dimension, number, Dimension, number];
  const group = (queries.shape[1] as number) / heads;
  const grouped = reshape(queries, ["batch", heads, group, headWidth]);
  const scores = [swapLastAxes(past.keys), own.keysTransposed].map((keys) => matmulWithoutGradient(grouped, keys));
  const shape = ["batch", heads, group, "keys"];
  const joined = graph.node("Concat", scores, { shape, attributes: { axis: -1 } });
  const biased = graph.node("Add", [joined, bias], { shape });
  const probabilities = graph.node("Softmax", [biased], { shape, attributes: { axis: -1 } });
  const part = (from: number, to: number, length: Dimension): Value =>
    graph.node("Slice", [probabilities, ...[from, to, -1].map((number) => graph.integers([number]))], {
      shape: ["batch", heads, group, length],
    });
  const ofPast = matmulWithoutGradient(part(0, -1, places), past.values);
  const ofOwn = matmulWithoutGradient(part(-1, 2 ** 31 - 1, 1), own.values);
  return reshape(graph.node("Add", [ofPast, ofOwn], { shape: grouped.shape }), queries.shape);
}
