/**
 * How much memory a graph's tensors take at their peak, from the graph alone: every tensor lives from the node that makes
 * it to the last that reads it. ONNX Runtime plans its buffers by the same rule, in about the same order.
 */
import type { Graph } from "./graph";
import { liveNodes } from "./onnx-model";
import type { Dimension, ElementType, Value } from "./value";

/** Sizes of the symbols of a graph's inputs. */
export type Sizes = ReadonlyMap<string, number>;

const bytesOf: Readonly<Record<ElementType, number>> = { float16: 2, float32: 4, float64: 8, int64: 8, bool: 1 };
/** They give their input's buffer another shape. */
const views = new Set(["Reshape", "Unsqueeze", "Squeeze", "Identity"]);
/** They may write over an input that nobody reads after them. */
const inPlace = new Set(["Add", "Sub", "Mul", "Div", "Neg", "Exp", "Log", "Sqrt", "Relu", "Softmax", "Max", "Min"]);

/** Sizes that a run's inputs give to the symbols; `dims` by input name. */
export function sizesOf(graph: Graph, dims: Readonly<Record<string, readonly number[]>>): Sizes {
  const sizes = new Map<string, number>();
  for (const { name, shape } of graph.inputs) {
    shape.forEach((size, axis) => {
      const known = dims[name]?.[axis];
      if (typeof size === "string" && known !== undefined) sizes.set(size, known);
    });
  }
  return sizes;
}

/** Bytes of the tensors between inputs and outputs at the most; the two themselves are the caller's. */
export function peakBytes(graph: Graph, sizes: Sizes): number {
  const nodes = liveNodes(graph);
  const outside = new Set(graph.outputs.map(({ value }) => value.name));
  const bytes = (name: string): number => {
    const value = graph.values.get(name);
    return value === undefined || outside.has(name) ? 0 : sizeOf(value, sizes);
  };
  const owners = new Map<string, string>();
  const ownerOf = (name: string): string => owners.get(name) ?? name;
  for (const { operator, inputs, outputs } of nodes) {
    if (views.has(operator)) owners.set(outputs[0]!, ownerOf(inputs[0]!));
  }
  const lastUse = new Map<string, number>();
  nodes.forEach(({ inputs, outputs }, at) => {
    for (const name of [...inputs, ...outputs]) lastUse.set(ownerOf(name), at);
  });
  const ending = nodes.map((): string[] => []);
  for (const [name, at] of lastUse) ending[at]!.push(name);
  let live = 0;
  let peak = 0;
  nodes.forEach(({ operator, outputs }, at) => {
    const made = outputs.filter((name) => !owners.has(name)).reduce((sum, name) => sum + bytes(name), 0);
    const freed = ending[at]!.reduce((sum, name) => sum + bytes(name), 0);
    peak = Math.max(peak, live + made - (inPlace.has(operator) ? Math.min(freed, made) : 0));
    live += made - freed;
  });
  return peak;
}

function sizeOf({ type, shape }: Value, sizes: Sizes): number {
  return shape.reduce((product: number, size) => product * dimensionOf(size, sizes), bytesOf[type]);
}

/** A symbol may be a product of others: `batch*source`. */
function dimensionOf(dimension: Dimension, sizes: Sizes): number {
  if (typeof dimension === "number") return dimension;
  return dimension.split("*").reduce((product, part) => {
    const size = sizes.get(part) ?? Number(part);
    if (Number.isNaN(size)) throw new TypeError(`the size of ${part} is not known`);
    return product * size;
  }, 1);
}
