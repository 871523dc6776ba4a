/**
 * A RoBERTa classifier as the ONNX file that transformers.js runs (Optimum's layout). Positions are counted along the attention mask, and
 * the head reads the first token that it tells of, so padding may stand on either side.
 */
import { Graph } from "../graph/graph";
import { gatherRows } from "../graph/layout";
import { onnxModel, type OnnxModel } from "../graph/onnx-model";
import type { Value } from "../graph/value";
import { additiveMask, integer, range, sizeOf } from "./computed-masks";
import type { TensorShapes, Weights } from "./model";
import { constantParameters, type Parameters } from "./parameters";
import { encodeRoberta, firstPosition, type RobertaConfig } from "./roberta";

interface Classification {
  readonly shapes: TensorShapes;
  /** Logits of first tokens' states, [rows, classes]. */
  readonly head: (parameters: Parameters, states: Value) => Value;
}

/** By the file's name. */
export function robertaOnnxModels(
  config: RobertaConfig,
  { shapes, head }: Classification,
  weights: Weights,
): ReadonlyMap<string, OnnxModel> {
  const graph = new Graph();
  const ids = graph.input("input_ids", ["batch", "source"], "int64");
  const attended = graph.input("attention_mask", ["batch", "source"], "int64");
  const parameters = constantParameters(graph, shapes, weights);
  const encoded = encodeRoberta(config, parameters, "roberta", {
    ids,
    positions: countedPositions(config, attended),
    mask: additiveMask(attended),
  });
  graph.output("logits", head(parameters, gatherRows(encoded, firstTokens(attended))));
  return new Map([["model.onnx", onnxModel(graph)]]);
}

/** Of real tokens `firstPosition`, one more, ...; of padding some row of the table, which nobody looks at. */
function countedPositions(config: RobertaConfig, attended: Value): Value {
  const { graph, shape } = attended;
  const whole = { shape, type: "int64" } as const;
  const counted = graph.node("CumSum", [attended, integer(graph, 1)], whole);
  return graph.node("Add", [counted, integer(graph, firstPosition(config) - 1)], whole);
}

/** Where each row's first real token stands among the flattened rows. */
function firstTokens(attended: Value): Value {
  const { graph } = attended;
  const [rows, length] = [sizeOf(attended, 0), sizeOf(attended, 1)];
  const perRow = { shape: ["batch"], type: "int64" } as const;
  const starts = graph.node("Mul", [range(graph, integer(graph, 0), rows, "batch"), length], perRow);
  const places = graph.node("ArgMax", [attended], { ...perRow, attributes: { axis: 1, keepdims: 0 } });
  return graph.node("Add", [starts, places], perRow);
}
