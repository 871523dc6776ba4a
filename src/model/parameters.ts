/** A model's weights as values of a graph, by Hugging Face name, and linear layers that may carry a LoRA adapter. */
import { add, scale } from "../graph/arithmetic";
import type { Graph } from "../graph/graph";
import { linear, type LinearOptions } from "../graph/matrix";
import type { Value } from "../graph/value";
import type { TensorShapes, Weights } from "./model";

/** A low-rank change of one weight (Hu et al. 2021): scaling * up x down; down [rank, in], up [out, rank]. */
export interface Adapter {
  readonly down: Value;
  readonly up: Value;
  readonly scaling: number;
}

export interface LinearLayer extends Omit<LinearOptions, "bias"> {
  readonly bias?: boolean;
}

/** Computes `body` of `inputs`; see `Parameters.block`. */
export type BlockRunner = (inputs: readonly Value[], body: (...inputs: Value[]) => Value) => Value;

export class Parameters {
  /** `adapterOf` is asked for the weight of each linear layer, as the forward pass comes to it. */
  constructor(
    private readonly lookUp: (name: string) => Value,
    private readonly adapterOf: (weight: string, layer: { readonly inputFirst: boolean }) => Adapter | undefined = () =>
      undefined,
    private readonly runBlock: BlockRunner = (inputs, body) => body(...inputs),
  ) {}

  /** Throws a TypeError for a name that the model's shapes do not hold. */
  weight(name: string): Value {
    return this.lookUp(name);
  }

  /**
   * One of the blocks that a model is a stack of. What is computed in earlier blocks comes in as `inputs`, by which `body` names
   * it: a training may compute the block a second time.
   */
  block(inputs: readonly Value[], body: (...inputs: Value[]) => Value): Value {
    return this.runBlock(inputs, body);
  }

  /** x [tokens, in] through the layer `prefix`: `prefix.weight`, and `prefix.bias` where the layer has one. */
  linear(prefix: string, x: Value, { bias = false, inputFirst = false, precise = false }: LinearLayer = {}): Value {
    const weight = this.weight(`${prefix}.weight`);
    const output = linear(x, weight, { inputFirst, precise, ...(bias ? { bias: this.weight(`${prefix}.bias`) } : {}) });
    const adapter = this.adapterOf(`${prefix}.weight`, { inputFirst });
    if (adapter === undefined) return output;
    return add(output, scale(linear(linear(x, adapter.down), adapter.up), adapter.scaling));
  }
}

/**
 * Bytes of weights that sessions which answer get as constants. An ONNX file ends at 2 GiB; below that, answers take about an eighth less time
 * by it, and twice the weights' memory more (docs/engine.md).
 */
export const largestConstants = 2 ** 30;

/** Weights bound as constants, which ONNX Runtime packs once. */
export const constantParameters = (graph: Graph, shapes: TensorShapes, weights: Weights): Parameters =>
  new Parameters(once((name) => graph.weight(name, shapeOf(shapes, name), weights.get(name)!)));

/** Weights that each run feeds, as inputs that `inputName` names when a weight is first asked for. */
export const inputParameters = (graph: Graph, shapes: TensorShapes, inputName: (name: string) => string): Parameters =>
  new Parameters(once((name) => graph.input(inputName(name), shapeOf(shapes, name))));

function once(make: (name: string) => Value): (name: string) => Value {
  const made = new Map<string, Value>();
  return (name) => {
    const value = made.get(name) ?? make(name);
    made.set(name, value);
    return value;
  };
}

export function shapeOf(shapes: TensorShapes, name: string): readonly number[] {
  const shape = shapes.get(name);
  if (shape === undefined) throw new TypeError(`the configuration promises no tensor ${name}`);
  return shape;
}
