/**
 * Graphs in mixed precision rewritten for where nothing computes in 16 bits. ONNX Runtime's CPU provider has few such operators: it
 * computes them in 32 and leaves the rounding between them out, unless the model itself asks for it; SwiftShader has none.
 */
import type { Float16Array } from "@petamoriken/float16";
import type { Graph, Initializer, Node } from "../../src/graph/graph";
import { onnxTypes } from "../../src/graph/value";

/** They do not compute. */
const moving = new Set(["Cast", "Reshape", "Shape"]);

/** The same graph, where every 16-bit operator rounds what it gives as on a GPU: operands to 32 bits, the operator, its results to 16. */
export function rounded(graph: Graph): Graph {
  const half = new Set(graph.initializers.filter(({ type }) => type === "float16").map(({ name }) => name));
  for (const [name, { type }] of graph.values) if (type === "float16") half.add(name);
  const cast = (from: string, to: string, type: "float16" | "float32"): Node => {
    return { operator: "Cast", inputs: [from], outputs: [to], attributes: { to: onnxTypes[type] } };
  };
  const nodes = graph.nodes.flatMap((node, at): Node[] => {
    const names = [...node.inputs, ...node.outputs].filter((name) => half.has(name));
    if (moving.has(node.operator) || names.length === 0) return [node];
    const wide = (name: string): string => (half.has(name) ? `${name}:${at}` : name);
    return [
      ...[...new Set(node.inputs)].filter((name) => half.has(name)).map((name) => cast(name, wide(name), "float32")),
      { ...node, inputs: node.inputs.map(wide), outputs: node.outputs.map(wide) },
      ...node.outputs.filter((name) => half.has(name)).map((name) => cast(wide(name), name, "float16")),
    ];
  });
  graph.nodes.splice(0, graph.nodes.length, ...nodes);
  return graph;
}

/** The same graph without 16 bits: it computes everything in 32. */
export function widened(graph: Graph): Graph {
  const half = onnxTypes.float16;
  const nodes = graph.nodes.map((node): Node => {
    return node.attributes.to === half ? { ...node, attributes: { to: onnxTypes.float32 } } : node;
  });
  graph.nodes.splice(0, graph.nodes.length, ...nodes);
  const initializers = graph.initializers.map((tensor): Initializer => {
    return tensor.type === "float16"
      ? { ...tensor, type: "float32", data: Float32Array.from(tensor.data as Float16Array) }
      : tensor;
  });
  graph.initializers.splice(0, graph.initializers.length, ...initializers);
  return graph;
}
