/** Every operator's gradient against central finite differences, in float64 on the CPU. */
import { describe, expect, test } from "vitest";
import { seededRandom } from "../foundation/random";
import { add, divide, multiply, reduceSum, relu, scale, subtract } from "./arithmetic";
import { attention } from "./attention";
import { gradients } from "./backward";
import { Graph } from "./graph";
import { gatherRows, reshape, transpose } from "./layout";
import { linear, matmul } from "./matrix";
import { rmsNorm } from "./norm";
import { createSession, loadRuntime } from "./runtime";
import type { Value } from "./value";

interface OperatorCase {
  readonly name: string;
  readonly shapes: readonly (readonly number[])[];
  readonly build: (...inputs: Value[]) => Value;
  /** Keeps inputs away from kinks and poles. */
  readonly away?: number;
}

const rows = (graph: Graph, indices: number[]): Value => graph.integers(indices);

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
    build: linear,
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
  { name: "a value used twice", shapes: [[2, 3]], build: (a) => add(multiply(a, a), a) },
];

describe("gradients agree with finite differences", () => {
  test.each(cases)("$name", async ({ shapes, build, away = 0 }) => {
    const random = seededRandom(7);
    const graph = new Graph("float64");
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
    const data = shapes.map(sample);
    const weightData = sample(output.shape as number[]);
    const run = async (): Promise<Record<string, Float64Array>> => {
      const feeds = Object.fromEntries(data.map((values, i) => [`x${i}`, new Tensor("float64", values, shapes[i])]));
      const results = await session.run({
        ...feeds,
        weights: new Tensor("float64", weightData, output.shape as number[]),
      });
      return Object.fromEntries(Object.entries(results).map(([name, tensor]) => [name, tensor.data as Float64Array]));
    };
    const analytic = await run();
    const h = 1e-5;
    for (const [index, values] of data.entries()) {
      for (let i = 0; i < values.length; i++) {
        const original = values[i]!;
        values[i] = original + h;
        const above = (await run()).loss![0]!;
        values[i] = original - h;
        const below = (await run()).loss![0]!;
        values[i] = original;
        expect(analytic[`g${index}`]![i]).toBeCloseTo((above - below) / (2 * h), 6);
      }
    }
  });
});
