/**
 * A tensor graph under construction. Operators append ONNX nodes and, where a gradient exists, a rule to the tape that
 * `gradients` (backward.ts) walks in reverse. `encodeModel` (onnx-model.ts) turns the whole into ONNX bytes.
 */
import { Float16Array } from "@petamoriken/float16";
import type { ResolvedDevice } from "./runtime";
import type { Dimension, ElementType, FloatType, Shape, Value } from "./value";

export type Attribute = number | string | readonly number[] | { readonly float: number };

export interface Node {
  readonly operator: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, Attribute>>;
}

export interface Initializer {
  readonly name: string;
  readonly type: ElementType;
  readonly dims: readonly number[];
  readonly data: Float16Array | Float32Array | Float64Array | BigInt64Array;
}

/**
 * An input's gradient by one operator: a value, undefined where there is none, or what adds it to the gradient that the input has
 * by later operators (undefined: none), for one that is mostly zeros.
 */
export type InputGradient = Value | undefined | ((later: Value | undefined) => Value);

/** How the gradients of one operator's outputs (undefined: nothing depends on that output) become gradients of its inputs. */
export interface TapeEntry {
  readonly inputs: readonly Value[];
  readonly outputs: readonly Value[];
  readonly backward: (upstreams: readonly (Value | undefined)[]) => readonly InputGradient[];
}

interface Recording {
  readonly tape: TapeEntry[];
  readonly shared: Map<string, Value>;
}

const arrays = { float16: Float16Array, float32: Float32Array, float64: Float64Array } as const;

interface NodeResult {
  readonly shape: Shape;
  readonly type?: ElementType;
  readonly attributes?: Readonly<Record<string, Attribute>>;
}

export class Graph {
  readonly nodes: Node[] = [];
  readonly initializers: Initializer[] = [];
  readonly inputs: Value[] = [];
  readonly outputs: { readonly name: string; readonly value: Value }[] = [];
  private recording: Recording = { tape: [], shared: new Map() };
  /** What nodes give, by name. */
  readonly values = new Map<string, Value>();
  private readonly constants = new Map<string, Value>();
  private readonly runtimeSizes = new Map<string, Value>();
  private serial = 0;

  /**
   * `float64` serves the gradient tests; models run in `float32`. `device` is the one that the graph is written for. `products`
   * is what matrix products read and give: `float16` for mixed precision, where all else stays in `float`.
   */
  constructor(
    readonly float: Exclude<FloatType, "float16"> = "float32",
    readonly device: ResolvedDevice = "cpu",
    readonly products: FloatType = float,
  ) {}

  /** A tensor that each run feeds. Its symbols become known to `reshape`. */
  input(name: string, shape: Shape, type: ElementType = this.float): Value {
    const value: Value = { graph: this, name, type, shape };
    this.inputs.push(value);
    shape.forEach((size, axis) => {
      if (typeof size === "string" && !this.runtimeSizes.has(size)) {
        const attributes = { start: axis, end: axis + 1 };
        this.runtimeSizes.set(size, this.node("Shape", [value], { shape: [1], type: "int64", attributes }));
      }
    });
    return value;
  }

  /** A tensor that stands in the model file itself. */
  weight(name: string, dims: readonly number[], data: Float32Array): Value {
    this.initializers.push({ name, type: "float32", dims, data });
    return { graph: this, name, type: "float32", shape: dims };
  }

  output(name: string, value: Value): void {
    this.outputs.push({ name, value });
  }

  /** Appends a one-output ONNX node without a gradient rule; `operator` may carry a domain as `domain:Name`. */
  node(operator: string, inputs: readonly (Value | undefined)[], result: NodeResult): Value {
    const { shape, type, attributes } = result;
    return this.nodeWithOutputs(operator, inputs, [{ shape, ...(type === undefined ? {} : { type }) }], attributes)[0]!;
  }

  /** As `node`, for an operator with several outputs. */
  nodeWithOutputs(
    operator: string,
    inputs: readonly (Value | undefined)[],
    results: readonly Pick<NodeResult, "shape" | "type">[],
    attributes: NodeResult["attributes"] = {},
  ): Value[] {
    const outputs = results.map(({ shape, type }): Value => {
      return { graph: this, name: `t${++this.serial}`, type: type ?? this.float, shape };
    });
    for (const output of outputs) this.values.set(output.name, output);
    this.nodes.push({
      operator,
      inputs: inputs.map((input) => input?.name ?? ""),
      outputs: outputs.map(({ name }) => name),
      attributes,
    });
    return outputs;
  }

  /** The gradient rule of an operator with one output. */
  record(output: Value, inputs: readonly Value[], backward: (upstream: Value) => readonly InputGradient[]): Value {
    this.recordOutputs([output], inputs, ([upstream]) => (upstream === undefined ? [] : backward(upstream)));
    return output;
  }

  recordOutputs(outputs: readonly Value[], inputs: readonly Value[], backward: TapeEntry["backward"]): void {
    this.recording.tape.push({ inputs, outputs, backward });
  }

  get tape(): readonly TapeEntry[] {
    return this.recording.tape;
  }

  /** Runs `build` with a tape of its own, which is given back and is no part of the graph's. */
  recordApart<Result>(build: () => Result): { readonly result: Result; readonly tape: readonly TapeEntry[] } {
    const outer = this.recording;
    this.recording = { tape: [], shared: new Map() };
    try {
      return { result: build(), tape: this.recording.tape };
    } finally {
      this.recording = outer;
    }
  }

  /** What `make` gave the first time that the present tape asked for `key`. */
  shared(key: string, make: () => Value): Value {
    const known = this.recording.shared.get(key);
    if (known !== undefined) return known;
    const made = make();
    this.recording.shared.set(key, made);
    return made;
  }

  scalar(value: number, type: FloatType = this.float): Value {
    return this.constant(`${type}:${value}`, type, [], () => arrays[type].of(value));
  }

  integers(values: readonly number[]): Value {
    return this.constant(`integers:${values.join()}`, "int64", [values.length], () =>
      BigInt64Array.from(values, (value) => BigInt(value)),
    );
  }

  /**
   * The shape as a tensor for Reshape: a constant with one -1 where at most one size is unknown, else joined at run time
   * from the inputs' own sizes.
   */
  shapeTensor(shape: Shape): Value {
    const unknown = shape.filter((size) => typeof size === "string");
    if (unknown.length <= 1) return this.integers(shape.map((size) => (typeof size === "string" ? -1 : size)));
    const parts = shape.map((size) => (typeof size === "string" ? this.sizeOf(size) : this.integers([size])));
    return this.node("Concat", parts, { shape: [shape.length], type: "int64", attributes: { axis: 0 } });
  }

  /** The shape that `value` has in a run. */
  shapeTensorOf(value: Value): Value {
    return this.node("Shape", [value], { shape: [value.shape.length], type: "int64" });
  }

  private sizeOf(symbol: Dimension & string): Value {
    const known = this.runtimeSizes.get(symbol);
    if (known !== undefined) return known;
    throw new TypeError(`no input has the size ${symbol}`);
  }

  private constant(key: string, type: ElementType, dims: readonly number[], data: () => Initializer["data"]): Value {
    const known = this.constants.get(key);
    if (known !== undefined) return known;
    const name = `c${this.constants.size}`;
    this.initializers.push({ name, type, dims, data: data() });
    const value: Value = { graph: this, name, type, shape: dims };
    this.constants.set(key, value);
    return value;
  }
}
