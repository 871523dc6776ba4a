/** Every operator's gradient against central finite differences, in float64 on the CPU. */
import { describe, expect, test } from "vitest";
import { seededRandom } from "../foundation/random";
import { add, divide, multiply, reduceSum, relu, scale, subtract } from "./arithmetic";
import { attention } from "./attention";
import { gradients } from "./backward";
import { Graph } from "./graph";
import { gelu, geluTanh, silu, tanh } from "./activation";
import { gatherRows, repeatHeads, reshape, split, transpose } from "./layout";
import { linear, matmul } from "./matrix";
import { layerNorm, rmsNorm } from "./norm";
import { rotate, type RotaryOptions } from "./rotary";
import { createSession, loadRuntime } from "./runtime";
import type { Value } from "./value";

interface OperatorCase {
  readonly name: string;
  readonly shapes: readonly (readonly number[])[];
  readonly build: (...inputs: Value[]) => Value;
  /** Keeps inputs away from kinks and poles. */
  readonly away?: number;
  /** Operators that ONNX Runtime's CPU provider has in float32 only. */
  readonly float?: "float32";
}

const rows = (graph: Graph, indices: number[]): Value => graph.integers(indices);

/** At positions 3, 0, 1 and 2, 2, 0, by angles without a pattern. */
function rotated(x: Value, options: RotaryOptions): Value {
  const { graph } = x;
  const table = (of: (angle: number) => number): Value => {
    const angles = Float32Array.from({ length: 4 * (options.rotated / 2) }, (_, at) => of(at * at * 0.7));
    return graph.weight(`table:${of.name}`, [4, options.rotated / 2], angles);
  };
  const positions = graph.node("Reshape", [graph.integers([3, 0, 1, 2, 2, 0]), graph.integers([2, 3])], {
    shape: [2, 3],
    type: "int64",
  });
  return rotate(x, positions, table(Math.cos), table(Math.sin), options);
}

const cases: readonly OperatorCase[] = [
  {
    name: "add",
    shapes: [
      [2, 3],
      [2, 3],
    ],
    build: add,
  },
  {
    name: "add, broadcast in front and inside",
    shapes: [
      [2, 3, 4],
      [3, 1],
    ],
    build: add,
  },
  { name: "subtract, broadcast", shapes: [[2, 3], [3]], build: subtract },
  {
    name: "multiply, broadcast both ways",
    shapes: [
      [2, 1],
      [1, 3],
    ],
    build: multiply,
  },
  {
    name: "divide",
    shapes: [
      [2, 3],
      [2, 3],
    ],
    build: divide,
    away: 0.5,
  },
  { name: "scale", shapes: [[2, 3]], build: (a) => scale(a, -1.7) },
  { name: "relu", shapes: [[3, 4]], build: relu, away: 0.1 },
  {
    name: "reduceSum over one axis",
    shapes: [[2, 3, 2]],
    build: (a) => multiply(reduceSum(a, [1]), reduceSum(a, [1])),
  },
  { name: "reshape", shapes: [[2, 6]], build: (a) => reshape(a, [3, 4]) },
  { name: "transpose", shapes: [[2, 3, 4]], build: (a) => transpose(a, [2, 0, 1]) },
  { name: "gatherRows, repeated rows", shapes: [[4, 3]], build: (a) => gatherRows(a, rows(a.graph, [1, 3, 1])) },
  {
    name: "gatherRows twice from a table that is a head too",
    shapes: [[4, 3]],
    build: (a) => {
      const hidden = add(gatherRows(a, rows(a.graph, [1, 3, 1])), gatherRows(a, rows(a.graph, [0, 1, 3])));
      return linear(hidden, a);
    },
  },
  {
    name: "matmul, batched",
    shapes: [
      [2, 2, 3],
      [2, 3, 4],
    ],
    build: matmul,
  },
  {
    name: "linear",
    shapes: [
      [4, 3],
      [5, 3],
    ],
    build: (x, weight) => linear(x, weight),
  },
  { name: "rmsNorm", shapes: [[3, 4], [4]], build: (x, w) => rmsNorm(x, w, 1e-6) },
  {
    name: "attention, bias broadcast over the batch",
    shapes: [
      [2, 2, 3, 4],
      [2, 2, 4, 5],
      [2, 2, 5, 4],
      [1, 2, 3, 5],
    ],
    build: attention,
  },
  {
    name: "attention, a head for several queries",
    shapes: [
      [2, 4, 3, 2],
      [2, 2, 2, 5],
      [2, 2, 5, 2],
    ],
    build: (queries, keys, values) =>
      attention(queries, repeatHeads(keys, 2), repeatHeads(values, 2), queries.graph.scalar(0)),
  },
  {
    name: "linear with a bias",
    shapes: [[4, 3], [5, 3], [5]],
    build: (x, weight, bias) => linear(x, weight, { bias }),
  },
  {
    name: "linear with the input first",
    shapes: [[4, 3], [3, 5], [5]],
    build: (x, weight, bias) => linear(x, weight, { bias, inputFirst: true }),
  },
  { name: "layerNorm", shapes: [[3, 4], [4], [4]], build: (x, w, b) => layerNorm(x, w, b, 1e-5), float: "float32" },
  { name: "tanh", shapes: [[2, 3]], build: tanh },
  { name: "silu", shapes: [[2, 3]], build: silu },
  { name: "gelu", shapes: [[2, 3]], build: gelu, float: "float32" },
  { name: "gelu by tanh", shapes: [[2, 3]], build: geluTanh },
  {
    name: "split, one part unused",
    shapes: [[2, 6]],
    build: (a) => {
      const [first, , third] = split(a, 1, 3);
      return multiply(first!, third!);
    },
  },
  {
    name: "rotary embedding, halves, part of each head",
    shapes: [[2, 3, 12]],
    build: (x) => rotated(x, { heads: 2, rotated: 4, interleaved: false }),
    float: "float32",
  },
  {
    name: "rotary embedding, neighbours",
    shapes: [[2, 3, 8]],
    build: (x) => rotated(x, { heads: 2, rotated: 4, interleaved: true }),
    float: "float32",
  },
  { name: "a value used twice", shapes: [[2, 3]], build: (a) => add(multiply(a, a), a) },
];

describe("gradients agree with finite differences", () => {
  test.each(cases)("$name", async ({ shapes, build, away = 0, float = "float64" as const }) => {
    const random = seededRandom(7);
    const graph = new Graph(float);
    const inputs = shapes.map((shape, index) => graph.input(`x${index}`, shape));
    const output = build(...inputs);
    const weights = graph.input("weights", output.shape);
    const loss = reduceSum(multiply(output, weights));
    graph.output("loss", loss);
    gradients([{ of: loss, gradient: graph.scalar(1) }], inputs).forEach((gradient, index) => {
      expect(gradient.shape).toEqual(inputs[index]?.shape);
      graph.output(`g${index}`, gradient);
    });
    const { Tensor } = await loadRuntime();
    const session = await createSession(graph, { device: "cpu", threads: 1 });
    const sample = (shape: readonly number[]): Float64Array =>
      Float64Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => {
        const value = random.normal();
        return value + Math.sign(value) * away;
      });
    const tensor = (values: Float64Array, shape: readonly number[]) =>
      float === "float64"
        ? new Tensor("float64", values, shape)
        : new Tensor("float32", Float32Array.from(values), shape);
    const data = shapes.map(sample);
    const weightData = sample(output.shape as number[]);
    const run = async (): Promise<Record<string, ArrayLike<number>>> => {
      const feeds = Object.fromEntries(data.map((values, i) => [`x${i}`, tensor(values, shapes[i]!)]));
      const results = await session.run({ ...feeds, weights: tensor(weightData, output.shape as number[]) });
      return Object.fromEntries(
        Object.entries(results).map(([name, { data: values }]) => [name, values as Float32Array | Float64Array]),
      );
    };
    const analytic = await run();
    const [h, digits] = float === "float64" ? [1e-5, 6] : [1e-2, 2];
    for (const [index, values] of data.entries()) {
      for (let i = 0; i < values.length; i++) {
        const original = values[i]!;
        values[i] = original + h;
        const above = (await run()).loss![0]!;
        values[i] = original - h;
        const below = (await run()).loss![0]!;
        values[i] = original;
        expect(analytic[`g${index}`]![i]).toBeCloseTo((above - below) / (2 * h), digits);
      }
    }
  });
});

test("on several threads the gradient of a row that is gathered often has every part of it, each time alike", async () => {
  const [length, width, times] = [16, 768, 1500];
  const graph = new Graph();
  const table = graph.input("table", [length, width]);
  const indices = graph.input("indices", ["times"], "int64");
  const gathered = gatherRows(table, indices);
  const upstream = graph.input("upstream", gathered.shape);
  graph.output("gradient", gradients([{ of: gathered, gradient: upstream }], [table])[0]!);
  const { Tensor } = await loadRuntime();
  const session = await createSession(graph, { device: "cpu", threads: 4 });
  // Whole numbers, whose sums are exact in any order.
  const parts = Float32Array.from({ length: times * width }, (_, at) => (at % 7) - 3);
  const places = Array.from({ length: times }, (_, at) => (at % 3 === 0 ? 1 : at % length));
  const expected = new Float32Array(length * width);
  places.forEach((row, at) => {
    for (let i = 0; i < width; i++) expected[row * width + i]! += parts[at * width + i]!;
  });
  for (let run = 0; run < 20; run++) {
    const { gradient } = await session.run({
      table: new Tensor("float32", new Float32Array(length * width), [length, width]),
      indices: new Tensor("int64", BigInt64Array.from(places, BigInt), [times]),
      upstream: new Tensor("float32", parts, [times, width]),
    });
    expect(gradient!.data).toEqual(expected);
  }
});

test("the gradient of a layer as wide as a vocabulary is the product that it is of a narrow one", async () => {
  const [tokens, width, classes] = [5, 3, 9000];
  const graph = new Graph();
  const x = graph.input("x", ["tokens", width]);
  const weight = graph.input("weight", [classes, width]);
  const output = linear(x, weight);
  const upstream = graph.input("upstream", output.shape);
  graph.output("gradient", gradients([{ of: output, gradient: upstream }], [weight])[0]!);
  const { Tensor } = await loadRuntime();
  const session = await createSession(graph, { device: "cpu" });
  // Whole numbers, whose sums are exact in any order.
  const whole = (length: number) => Float32Array.from({ length }, (_, at) => ((at * 31) % 17) - 8);
  const [inputs, upstreams] = [whole(tokens * width), whole(tokens * classes)];
  const { gradient } = await session.run({
    x: new Tensor("float32", inputs, [tokens, width]),
    weight: new Tensor("float32", whole(classes * width), [classes, width]),
    upstream: new Tensor("float32", upstreams, [tokens, classes]),
  });
  const expected = Float32Array.from({ length: classes * width }, (_, at) => {
    const [row, column] = [Math.floor(at / width), at % width];
    return inputs.reduce(
      (sum, value, place) =>
        place % width === column ? sum + value * upstreams[Math.floor(place / width) * classes + row]! : sum,
      0,
    );
  });
  expect(gradient!.dims).toEqual([classes, width]);
  expect(gradient!.data).toEqual(expected);
  await session.release();
});
