/**
 * T5 as the two ONNX files that transformers.js and Optimum run: the encoder, and a decoder that takes a first step or, with
 * `use_cache_branch`, a step on cached keys and values. Masks and position buckets are computed in the files themselves.
 */
import { Graph } from "../graph/graph";
import { reshape, transpose } from "../graph/layout";
import { branchedModel, onnxModel, type Branch, type OnnxModel } from "../graph/onnx-model";
import type { Value } from "../graph/value";
import { additiveMask, causalMask, distances, integer, range, sizeOf } from "./computed-masks";
import type { KeysAndValues } from "./heads";
import type { TensorShapes, Weights } from "./model";
import { constantParameters } from "./parameters";
import { positionBucket } from "./position-buckets";
import { decode, encode, keysAndValues, languageModelHead } from "./t5";
import { t5TensorShapes, type T5Config } from "./t5-config";

/** By the files' names. */
export function t5OnnxModels(config: T5Config, weights: Weights): ReadonlyMap<string, OnnxModel> {
  const shapes = t5TensorShapes(config);
  return new Map([
    ["encoder_model.onnx", encoderModel(config, shapes, weights)],
    ["decoder_model_merged.onnx", decoderModel(config, shapes, weights)],
  ]);
}

function encoderModel(config: T5Config, shapes: TensorShapes, weights: Weights): OnnxModel {
  const graph = new Graph();
  const ids = graph.input("input_ids", ["batch", "source"], "int64");
  const mask = additiveMask(graph.input("attention_mask", ["batch", "source"], "int64"));
  const places = range(graph, integer(graph, 0), sizeOf(ids, 1), "source");
  const buckets = bucketsOf(config, distances(places, places), true);
  const encoded = encode(config, constantParameters(graph, shapes, weights), { ids, mask, buckets });
  graph.output("last_hidden_state", reshape(encoded, ["batch", "source", config.width]));
  return onnxModel(graph);
}

const parts = ["key", "value"] as const;

function decoderModel(config: T5Config, shapes: TensorShapes, weights: Weights): OnnxModel {
  const { heads, headWidth, width, vocabulary } = config;
  const graph = new Graph();
  const mask = additiveMask(graph.input("encoder_attention_mask", ["batch", "source"], "int64"));
  const ids = graph.input("input_ids", ["batch", "target"], "int64");
  const hidden = graph.input("encoder_hidden_states", ["batch", "source", width]);
  const past = Array.from({ length: config.decoderLayers }, (_, layer) => {
    const input = (of: "decoder" | "encoder", part: "key" | "value", length: string): Value =>
      graph.input(`past_key_values.${layer}.${of}.${part}`, ["batch", heads, length, headWidth]);
    const [ownKeys, ownValues] = parts.map((part) => input("decoder", part, "past")) as [Value, Value];
    const [sourceKeys, sourceValues] = parts.map((part) => input("encoder", part, "cached_source")) as [Value, Value];
    return { ownKeys, ownValues, sourceKeys, sourceValues };
  });
  const cached = graph.input("use_cache_branch", [1], "bool");
  const parameters = constantParameters(graph, shapes, weights);
  // Of a step on the cache nobody reads the source's keys and values, and the graph has to give something.
  const nothing = graph.weight("nothing", [0, heads, 1, headWidth], new Float32Array(0));

  const branch = (withPast: boolean): Branch => {
    const first = withPast ? sizeOf(past[0]!.ownKeys, 2) : integer(graph, 0);
    const keys = graph.node("Add", [first, sizeOf(ids, 1)], { shape: [], type: "int64" });
    const apart = distances(range(graph, first, keys, "target"), range(graph, integer(graph, 0), keys, "keys"));
    const presents = new Map<string, Value>();
    const decoded = decode(config, parameters, {
      ids,
      length: "target",
      flat: "batch*target",
      buckets: bucketsOf(config, apart, false),
      causalMask: causalMask(apart),
      sourceMask: mask,
      source: (prefix, layer): KeysAndValues => {
        const { sourceKeys, sourceValues } = past[layer]!;
        const own = withPast
          ? { keysTransposed: swap(sourceKeys), values: sourceValues }
          : keysAndValues(config, parameters, prefix, flatten(hidden, width), "source");
        const told = withPast ? [copyOf(nothing), copyOf(nothing)] : [swap(own.keysTransposed), copyOf(own.values)];
        parts.forEach((part, at) => presents.set(`present.${layer}.encoder.${part}`, told[at]!));
        return own;
      },
      extend: (own, layer): KeysAndValues => {
        const ownKeys = swap(own.keysTransposed);
        const joined = (before: Value, after: Value): Value =>
          graph.node("Concat", [before, after], {
            shape: ["batch", heads, "keys", headWidth],
            attributes: { axis: 2 },
          });
        const key = withPast ? joined(past[layer]!.ownKeys, ownKeys) : ownKeys;
        const value = withPast ? joined(past[layer]!.ownValues, own.values) : copyOf(own.values);
        presents.set(`present.${layer}.decoder.key`, key).set(`present.${layer}.decoder.value`, value);
        return { keysTransposed: swap(key), values: value };
      },
    });
    const logits = reshape(languageModelHead(config, parameters, decoded), ["batch", "target", vocabulary]);
    return new Map([["logits", logits], ...presents]);
  };
  return branchedModel(graph, cached, branch(true), branch(false));
}

const swap = (keys: Value): Value => transpose(keys, [0, 1, 3, 2]);
const flatten = (hidden: Value, width: number): Value => reshape(hidden, ["batch*source", width]);
/** An output needs a node of its own. */
const copyOf = (value: Value): Value => value.graph.node("Identity", [value], { shape: value.shape });

/** Beyond the largest distance all are in the bucket of that one: a table of the others is enough. */
function bucketsOf(config: T5Config, apart: Value, bidirectional: boolean): Value {
  const { graph, shape } = apart;
  const { maximumDistance: most, positionBuckets: buckets } = config;
  const scheme = { buckets, maximumDistance: most, bidirectional };
  const table = graph.integers(Array.from({ length: 2 * most + 1 }, (_, at) => positionBucket(at - most, scheme)));
  const clipped = graph.node("Clip", [apart, integer(graph, -most), integer(graph, most)], { shape, type: "int64" });
  const places = graph.node("Add", [clipped, integer(graph, most)], { shape, type: "int64" });
  return graph.node("Gather", [table, places], { shape, type: "int64", attributes: { axis: 0 } });
}
