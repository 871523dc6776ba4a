/**
 * Greedy decoding as two graphs with the weights bound as constants, so that ONNX Runtime packs them once: one reads the
 * source, one takes a single decoding step on a key-value cache.
 */
import { Graph } from "../graph/graph";
import type { GenerativeModel, Weights } from "../model/model";
import { constantParameters } from "../model/parameters";

/** Outputs what every step reads of the source. */
export function startGraph(model: GenerativeModel, weights: Weights): Graph {
  const graph = new Graph();
  model.decoding.start(graph, constantParameters(graph, model.shapes, weights));
  return graph;
}

/** token_ids [batch, 1] and the past -> next_ids [batch] and the present, whose length is the past's plus one. */
export function stepGraph(model: GenerativeModel, weights: Weights): Graph {
  const graph = new Graph();
  const logits = model.decoding.step(graph, constantParameters(graph, model.shapes, weights));
  const attributes = { axis: -1, keepdims: 0 };
  graph.output("next_ids", graph.node("ArgMax", [logits], { shape: ["batch"], type: "int64", attributes }));
  return graph;
}
