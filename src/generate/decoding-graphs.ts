/**
 * Greedy decoding as two graphs with the weights bound as constants, so that ONNX Runtime packs them once: one encodes the
 * source and projects every layer's keys and values, one takes a single decoding step on a key-value cache.
 */
import { Graph } from "../graph/graph";
import type { Value } from "../graph/value";
import { decode, encode, keysAndValues, languageModelHead, type Parameters } from "../model/t5";
import { t5TensorShapes, type T5Config } from "../model/t5-config";

export const cacheName = (role: "cross" | "past" | "present", part: "keys" | "values", layer: number): string =>
  `${role}_${part}_${layer}`;

function boundWeights(graph: Graph, config: T5Config, weights: ReadonlyMap<string, Float32Array>): Parameters {
  const shapes = t5TensorShapes(config);
  const bound = new Map<string, Value>();
  return (name) => {
    const known = bound.get(name);
    if (known !== undefined) return known;
    const value = graph.weight(name, shapes.get(name)!, weights.get(name)!);
    bound.set(name, value);
    return value;
  };
}

/** source_ids, source_mask, encoder_buckets -> cross_keys_i [batch, heads, d, source], cross_values_i. */
export function encoderGraph(config: T5Config, weights: ReadonlyMap<string, Float32Array>): Graph {
  const graph = new Graph();
  const parameters = boundWeights(graph, config, weights);
  const encoded = encode(config, parameters, {
    ids: graph.input("source_ids", ["batch", "source"], "int64"),
    mask: graph.input("source_mask", ["batch", 1, 1, "source"]),
    buckets: graph.input("encoder_buckets", ["source", "source"], "int64"),
  });
  for (let layer = 0; layer < config.decoderLayers; layer++) {
    const prefix = `decoder.block.${layer}.layer.1.EncDecAttention`;
    const { keysTransposed, values } = keysAndValues(config, parameters, prefix, encoded, "source");
    graph.output(cacheName("cross", "keys", layer), keysTransposed);
    graph.output(cacheName("cross", "values", layer), values);
  }
  return graph;
}

/**
 * token_ids [batch, 1], decoder_buckets [1, keys], source_mask, cross_* and past_* -> next_ids [batch] and present_*, whose
 * length is the past's plus one.
 */
export function stepGraph(config: T5Config, weights: ReadonlyMap<string, Float32Array>): Graph {
  const graph = new Graph();
  const parameters = boundWeights(graph, config, weights);
  const { heads, headWidth } = config;
  const ids = graph.input("token_ids", ["batch", 1], "int64");
  const buckets = graph.input("decoder_buckets", [1, "keys"], "int64");
  const sourceMask = graph.input("source_mask", ["batch", 1, 1, "source"]);
  const decoded = decode(config, parameters, {
    ids,
    length: 1,
    flat: "batch",
    buckets,
    sourceMask,
    source: (_prefix, layer) => ({
      keysTransposed: graph.input(cacheName("cross", "keys", layer), ["batch", heads, headWidth, "source"]),
      values: graph.input(cacheName("cross", "values", layer), ["batch", heads, "source", headWidth]),
    }),
    extend: (own, layer) => {
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
    },
  });
  const logits = languageModelHead(config, parameters, decoded);
  const attributes = { axis: -1, keepdims: 0 };
  graph.output("next_ids", graph.node("ArgMax", [logits], { shape: ["batch"], type: "int64", attributes }));
  return graph;
}
