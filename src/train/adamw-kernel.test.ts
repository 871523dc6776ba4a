import { expect, test } from "vitest";
import { seededRandom } from "../foundation/random";
import { Graph } from "../graph/graph";
import { createSession, loadRuntime } from "../graph/runtime";
import type { Value } from "../graph/value";
import { adamWRates, adamWScalarsAt, adamWUpdate } from "./adamw";
import { makeAdamWKernel } from "./adamw-kernel";

/** Not a multiple of the four elements of a vector, and more than one stretch. */
const length = 2 ** 15 + 7;
const kinds = ["parameter", "moment1", "moment2"] as const;

/** The smallest normal number: moments below it become zero. */
const smallest = 2 ** -126;
const orZero = (value: number): number => (Math.abs(value) < smallest ? 0 : value);

test("the update on the CPU is the graph's to the last bit, but for moments that are no normal numbers", async () => {
  const graph = new Graph();
  const array = (name: string): Value => graph.input(name, ["length"]);
  const state = { parameter: array("parameter"), moment1: array("moment1"), moment2: array("moment2") };
  const numbers = ["stepSize", "denominatorEpsilon", "decay", "clip"].map((name) => graph.input(name, []));
  const [stepSize, denominatorEpsilon, decay, clip] = numbers as [Value, Value, Value, Value];
  const rates = adamWRates({ stepSize, denominatorEpsilon, decay });
  const next = adamWUpdate(state, array("gradient"), clip, rates);
  for (const kind of kinds) graph.output(`next:${kind}`, next[kind]);
  const session = await createSession(graph, { device: "cpu", threads: 1 });
  const { Tensor } = await loadRuntime();

  const random = seededRandom(1);
  // From ordinary numbers down to those that only denormal squares are made of.
  const some = (scale: number) => Float32Array.from({ length }, (_, at) => scale * random.normal() * 10 ** -(at % 25));
  const arrays = { parameter: some(1), moment1: some(1e-3), moment2: some(1e-3).map(Math.abs), gradient: some(1e-2) };
  const kernel = makeAdamWKernel();
  for (let step = 1; step <= 3; step++) {
    const scalars = { ...adamWScalarsAt(step, 1e-3, 0.01), clip: 0.37 / step };
    const feeds = Object.fromEntries([
      ...Object.entries(arrays).map(([name, data]) => [name, new Tensor("float32", data.slice(), [length])]),
      ...Object.entries(scalars).map(([name, value]) => [name, new Tensor("float32", Float32Array.of(value), [])]),
    ]) as Parameters<typeof session.run>[0];
    const expected = await session.run(feeds);
    await kernel(arrays, scalars);
    for (const kind of kinds) {
      const values = expected[`next:${kind}`]!.data as Float32Array;
      const settled = kind === "parameter" ? values : values.map(orZero);
      expect(arrays[kind], `${kind}, step ${step}`).toEqual(settled);
    }
  }
  await session.release();
});

test("a moment that only fades comes to zero", async () => {
  const one = (value: number) => Float32Array.of(value);
  const arrays = { parameter: one(1), moment1: one(-1.2e-38), moment2: one(1.1755e-38), gradient: one(0) };
  await makeAdamWKernel()(arrays, { ...adamWScalarsAt(1000, 1e-3, 0), clip: 1 });
  expect([arrays.moment1[0], arrays.moment2[0]]).toEqual([0, 0]);
});
