/**
 * A decoder-only model as the one ONNX file that transformers.js runs (Optimum's layout): tokens behind a cache, which may be empty.
 * Masks are computed in the file; padding may stand anywhere, as `position_ids` are fed.
 */
import { add } from "../graph/arithmetic";
import { Graph } from "../graph/graph";
import { reshape, swapLastAxes } from "../graph/layout";
import { onnxModel, type OnnxModel } from "../graph/onnx-model";
import type { Value } from "../graph/value";
import { additiveMask, causalMask, distances, integer, range, sizeOf } from "./computed-masks";
import type { CausalLayers } from "./decoder-only";
import type { Weights } from "./model";
import { constantParameters } from "./parameters";

/** By the file's name. */
export function causalOnnxModels(layers: CausalLayers, weights: Weights): ReadonlyMap<string, OnnxModel> {
  const { heads, headWidth } = layers.cache;
  const graph = new Graph();
  const ids = graph.input("input_ids", ["batch", "length"], "int64");
  const attended = graph.input("attention_mask", ["batch", "keys"], "int64");
  const positions = graph.input("position_ids", ["batch", "length"], "int64");
  const parameters = constantParameters(graph, layers.shapes, weights);

  /** transformers.js makes the empty cache of the shapes that are told here: `batch_size` it knows, other names are 0. */
  const pastAnd = (part: "key" | "value", own: Value, layer: number): Value => {
    const past = graph.input(`past_key_values.${layer}.${part}`, ["batch_size", heads, "past", headWidth]);
    const shape = ["batch", heads, "keys", headWidth];
    const present = graph.node("Concat", [past, own], { shape, attributes: { axis: 2 } });
    graph.output(`present.${layer}.${part}`, present);
    return present;
  };
  const hidden = layers.hidden(parameters, {
    graph,
    ids,
    positions,
    length: "length",
    flat: "batch*length",
    mask: add(additiveMask(attended), causalMask(placesApart(ids, attended))),
    extend: (own, layer) => ({
      keysTransposed: swapLastAxes(pastAnd("key", swapLastAxes(own.keysTransposed), layer)),
      values: pastAnd("value", own.values, layer),
    }),
  });
  const logits = layers.head(parameters, hidden);
  graph.output("logits", reshape(logits, ["batch", "length", layers.vocabulary]));
  return new Map([["model.onnx", onnxModel(graph)]]);
}

/** The tokens are the last ones of those that the attention mask tells of. */
function placesApart(ids: Value, attended: Value): Value {
  const { graph } = ids;
  const keys = sizeOf(attended, 1);
  const first = graph.node("Sub", [keys, sizeOf(ids, 1)], { shape: [], type: "int64" });
  return distances(range(graph, first, keys, "length"), range(graph, integer(graph, 0), keys, "keys"));
}
