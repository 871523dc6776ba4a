import { expect, test } from "vitest";
import { seededRandom } from "../foundation/random";
import { Graph } from "../graph/graph";
import { createSession, loadRuntime, type Session } from "../graph/runtime";
import type { Value } from "../graph/value";
import { adamWRates, adamWScalarsAt, adamWUpdate } from "./adamw";
import { updateKinds } from "./adamw-kernel";
import { stateKinds } from "./training-graph";
import { UpdateMemory } from "./update-memory";

/** Lengths that are no multiple of a vector's four elements, and one of more than a stretch. */
const shapes = new Map([
  ["first", [3, 7]],
  ["long", [2 ** 15 + 7]],
  ["scalar", []],
  ["last", [5, 4]],
]);

/** The smallest normal number: moments below it become zero. */
const smallest = 2 ** -126;
const orZero = (value: number): number => (Math.abs(value) < smallest ? 0 : value);

/** `adamWUpdate` of one tensor. */
async function graphSession(): Promise<Session> {
  const graph = new Graph();
  const array = (name: string): Value => graph.input(name, ["length"]);
  const state = { parameter: array("parameter"), moment1: array("moment1"), moment2: array("moment2") };
  const numbers = ["stepSize", "denominatorEpsilon", "decay", "clip"].map((name) => graph.input(name, []));
  const [stepSize, denominatorEpsilon, decay, clip] = numbers as [Value, Value, Value, Value];
  const rates = adamWRates({ stepSize, denominatorEpsilon, decay });
  const next = adamWUpdate(state, array("gradient"), clip, rates);
  for (const kind of stateKinds) graph.output(`next:${kind}`, next[kind]);
  return createSession(graph, { device: "cpu", threads: 1 });
}

test.each([
  ["in one array", undefined, 1],
  ["in several arrays, one too long for a kernel's memory", 32, 4],
])(
  "the update on the CPU is the graph's to the last bit, but for moments that are no normal numbers: %s",
  async (...of) => {
    const [, longest, arrays] = of;
    const session = await graphSession();
    const { Tensor } = await loadRuntime();
    const memory = new UpdateMemory(shapes, longest);
    expect(memory.tensors.parameter.arrays).toHaveLength(arrays);

    const random = seededRandom(1);
    const scales = { parameter: 1, moment1: 1e-3, moment2: 1e-3, gradient: 1e-2 };
    for (const kind of updateKinds) {
      for (const data of memory.tensors[kind].views.values()) {
        // From ordinary numbers down to those that only denormal squares are made of.
        for (let at = 0; at < data.length; at++) data[at] = scales[kind] * random.normal() * 10 ** -(at % 25);
        if (kind === "moment2") data.set(data.map(Math.abs));
      }
    }
    for (let step = 1; step <= 3; step++) {
      const numbers = { ...adamWScalarsAt(step, 1e-3, 0.01), clip: 0.37 / step };
      const scalars = Object.entries(numbers).map(([name, value]) => [name, new Tensor("float32", [value], [])]);
      const expected = new Map<string, Awaited<ReturnType<Session["run"]>>>();
      for (const name of shapes.keys()) {
        const inputs = updateKinds.map((kind) => {
          const data = memory.tensors[kind].views.get(name)!.slice();
          return [kind, new Tensor("float32", data, [data.length])];
        });
        expected.set(
          name,
          await session.run(Object.fromEntries([...inputs, ...scalars]) as Parameters<Session["run"]>[0]),
        );
      }
      await memory.update(numbers);
      for (const kind of stateKinds) {
        for (const name of shapes.keys()) {
          const values = expected.get(name)![`next:${kind}`]!.data as Float32Array;
          const settled = kind === "parameter" ? values : values.map(orZero);
          expect(memory.tensors[kind].views.get(name), `${kind} of ${name}, step ${step}`).toEqual(settled);
        }
      }
    }
    await session.release();
  },
);

test("tensors of many millions of elements are updated whole", async () => {
  const memory = new UpdateMemory(new Map([["weight", [2 ** 23 + 7]]]));
  const [weight, gradient] = (["parameter", "gradient"] as const).map((kind) =>
    memory.tensors[kind].views.get("weight")!,
  );
  weight!.fill(1);
  gradient!.fill(0.5);
  await memory.update({ ...adamWScalarsAt(1, 1e-3, 0.01), clip: 1 });
  const [first] = weight!;
  expect(first).toBeLessThan(1);
  expect(weight!.every((value) => value === first)).toBe(true);
});

test("tensors that need more memory than the system grants are updated outside of it", async () => {
  const { WebAssembly } = globalThis as unknown as { WebAssembly: { Instance: unknown } };
  const { Instance } = WebAssembly;
  const update = async (): Promise<Float32Array> => {
    const memory = new UpdateMemory(new Map([["weight", [2 ** 15]]]));
    memory.tensors.parameter.views.get("weight")!.fill(1);
    memory.tensors.gradient.views.get("weight")!.fill(0.5);
    await memory.update({ ...adamWScalarsAt(1, 1e-3, 0.01), clip: 1 });
    return memory.tensors.parameter.views.get("weight")!;
  };
  const inside = await update();
  let refused = 0;
  WebAssembly.Instance = function (module: unknown) {
    if (refused++ === 0) throw new RangeError("Out of memory: Cannot allocate Wasm memory for new instance");
    return Reflect.construct(Instance as new () => object, [module]) as object;
  };
  const outside = await update().finally(() => (WebAssembly.Instance = Instance));
  expect(refused).toBe(2);
  expect(outside).toEqual(inside);
});

test("a moment that only fades comes to zero", async () => {
  const memory = new UpdateMemory(new Map([["weight", [1]]]));
  const { moment1, moment2 } = memory.tensors;
  moment1.views.get("weight")![0] = -1.2e-38;
  moment2.views.get("weight")![0] = 1.1755e-38;
  await memory.update({ ...adamWScalarsAt(1000, 1e-3, 0), clip: 1 });
  expect([moment1, moment2].map(({ views }) => views.get("weight")![0])).toEqual([0, 0]);
});
