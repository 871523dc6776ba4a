/** Decoding with the cache against the definition, the whole forward pass again for every token, and transformers. */
import { describe, expect, test } from "vitest";
import { readReference, referenceNames } from "../../test/support/reference";
import { hasSwiftShader, swiftShaderReason } from "../../test/support/swiftshader";
import { temporaryFolder } from "../../test/support/temporary-folder";
import { tinyCheckpoint } from "../../test/support/tiny-checkpoint";
import { webgpuPlacements } from "../../test/support/webgpu-placements";
import { seededRandom } from "../foundation/random";
import { Graph } from "../graph/graph";
import { createSession, loadRuntime, type Tensor, type TensorsByName } from "../graph/runtime";
import { modelOf } from "../model/architectures";
import type { GenerativeModel, Model, Weights } from "../model/model";
import { constantParameters, type Parameters } from "../model/parameters";
import { generate } from "./generate";
import { GreedyDecoder, greedyStep } from "./greedy-decoder";

const maxOutput = 12;
const inFolder = temporaryFolder();

/** Greedy decoding of rows one by one, without a cache: the training pass's last logits, again for every token. */
async function decodeByDefinition(
  model: Model,
  weights: Weights,
  sources: readonly (readonly number[])[],
  maximum = maxOutput,
) {
  const graph = new Graph();
  graph.output("logits", model.training(graph, constantParameters(graph, model.shapes, weights)));
  const session = await createSession(graph, { device: "cpu", threads: 1 });
  const { Tensor } = await loadRuntime();
  const produced: number[][] = [];
  for (const source of sources) {
    const row: number[] = [];
    while (row.length < maximum) {
      const { feeds } = model.trainingFeeds([{ source, target: [...row, model.endToken] }]);
      const inputs = Object.entries(feeds)
        .filter(([name]) => name !== "label_indices")
        .map(([name, { type, data, dims }]) => [name, new Tensor(type, data, dims)] as const);
      const { logits } = await session.run(Object.fromEntries(inputs));
      const last = [...(logits!.data as Float32Array).slice(-model.vocabulary)];
      const best = last.indexOf(Math.max(...last));
      if (best === model.endToken) break;
      row.push(best);
    }
    produced.push(row);
  }
  return produced;
}

test("a batch of unequal rows decodes to what each row decodes to alone, without a cache", async () => {
  const { model, tokenizer, weights } = tinyCheckpoint({}, 5);
  const inputs = ["select rows", "a", "print all the results of a longer request", "x y z", ""];
  const limits = { maxInput: 64, maxOutput, batchSize: 3, device: "cpu" } as const;
  const outputs = await generate({ model, tokenizer, weights }, inputs, limits);
  const sources = inputs.map((input) => model.encodeSource(tokenizer, input, 64));
  const expected = await decodeByDefinition(model, weights, sources);
  expect(outputs).toEqual(expected.map((row) => tokenizer.decode(row)));
});

describe.each(referenceNames)("%s", (name) => {
  test.each([
    { how: "as constants", largestConstants: Infinity },
    { how: "fed in every run, as large ones are,", largestConstants: 0 },
  ])("greedy generation with weights $how agrees with transformers token for token", async ({ largestConstants }) => {
    const { model, weights, sources, generated } = await readReference(name);
    const decoder = await GreedyDecoder.create(model, weights, { device: "cpu", largestConstants });
    const produced = await decoder.decode(sources, Math.max(...generated.map((row) => row.length)));
    await decoder.dispose();
    const end = model.endToken;
    expect(produced).toEqual(generated.map((row) => (row.includes(end) ? row.slice(0, row.indexOf(end)) : row)));
  });

  test("a batch of unequal rows decodes to what each row decodes to alone, without a cache", async () => {
    const { model, weights } = await readReference(name);
    const sources = [[7, 8], [30], [9, 10, 11, 12, 13, 14, 15], [4, 44, 5], [33, 2, 46]];
    const decoder = await GreedyDecoder.create(model, weights, { device: "cpu" });
    const produced = await decoder.decode(sources, maxOutput);
    const alone = await decoder.decode([[30]], maxOutput);
    await decoder.dispose();
    const expected = await decodeByDefinition(model, weights, sources);
    expect(produced).toEqual(expected);
    expect(alone).toEqual([expected[1]]);
  });
});

function randomLlama() {
  const config = {
    ...{ model_type: "llama", vocab_size: 50, hidden_size: 16, intermediate_size: 24, num_hidden_layers: 2 },
    ...{ num_attention_heads: 4, num_key_value_heads: 2, eos_token_id: 2, max_position_embeddings: 128 },
  };
  const model = modelOf(config, "config.json") as GenerativeModel;
  const random = seededRandom(4);
  const weights = new Map(
    [...model.shapes].map(([name, shape]) => {
      const size = shape.reduce((product, length) => product * length, 1);
      return [name, Float32Array.from({ length: size }, () => random.normal())];
    }),
  );
  return { model, weights };
}

test("answers longer than the places that a cache begins with are those of the definition", async () => {
  const { model, weights } = randomLlama();
  const sources = [[7, 8], [30], [9, 10, 11, 12, 13, 14, 15]];
  const decoder = await GreedyDecoder.create(model, weights, { device: "cpu" });
  const produced = await decoder.decode(sources, 80);
  await decoder.dispose();
  expect(Math.max(...produced.map((row) => row.length))).toBe(80);
  expect(produced).toEqual(await decodeByDefinition(model, weights, sources, 80));
});

test.skipIf(!hasSwiftShader)(
  `a GPU gives the CPU's answers, long ones and those to a single token too (${swiftShaderReason})`,
  async () => {
    const { model, weights } = randomLlama();
    const [cpu, webgpu] = [
      await GreedyDecoder.create(model, weights, { device: "cpu" }),
      await GreedyDecoder.create(model, weights, { device: "webgpu" }),
    ];
    for (const sources of [
      [[7, 8], [30], [9, 10, 11, 12, 13, 14, 15]],
      [[7], [30]],
    ]) {
      expect(await webgpu.decode(sources, 80)).toEqual(await cpu.decode(sources, 80));
    }
    await cpu.dispose();
    await webgpu.dispose();
  },
  180_000,
);

test.skipIf(!hasSwiftShader).each(["t5-gated", "qwen2"] as const)(
  `weights of %s that are fed in every run lie on the GPU, and give what transformers gives (${swiftShaderReason})`,
  async (name) => {
    const { model, weights, sources, generated } = await readReference(name);
    const decoder = await GreedyDecoder.create(model, weights, { device: "webgpu", largestConstants: 0 });
    const produced = await decoder.decode(sources, Math.max(...generated.map((row) => row.length)));
    await decoder.dispose();
    const end = model.endToken;
    expect(produced).toEqual(generated.map((row) => (row.includes(end) ? row.slice(0, row.indexOf(end)) : row)));
  },
  180_000,
);

test.skipIf(!hasSwiftShader).each(referenceNames)(
  `what answers with %s on a GPU runs there but for arithmetic on shapes (${swiftShaderReason})`,
  async (name) => {
    const { model, weights } = await readReference(name);
    const built = (build: (graph: Graph, parameters: Parameters) => void): Graph => {
      const graph = new Graph();
      build(graph, constantParameters(graph, model.shapes, weights));
      return graph;
    };
    for (const graph of [
      built((graph, parameters) => model.decoding.start(graph, parameters)),
      built((graph, parameters) => greedyStep(model, graph, parameters)),
    ]) {
      const placed = await webgpuPlacements(graph, inFolder("model.onnx"));
      expect(placed.has("WebGpuExecutionProvider")).toBe(true);
      const onShapes = new Set(["Concat", "Shape"]);
      expect([...(placed.get("CPUExecutionProvider") ?? [])].filter((operator) => !onShapes.has(operator))).toEqual([]);
    }
  },
  60_000,
);

test.skipIf(!hasSwiftShader).each(["t5-gated", "qwen2"] as const)(
  `%s on a GPU: of each step tokens alone come down, and nothing is left there, also after a failure (${swiftShaderReason})`,
  async (name) => {
    const { model, weights, sources } = await readReference(name);
    const decoder = await GreedyDecoder.create(model, weights, { device: "webgpu" });
    const graph = new Graph();
    graph.output("y", graph.node("Neg", [graph.input("x", [1])], { shape: [1] }));
    const session = await createSession(graph, { device: "cpu" });
    const prototype = Object.getPrototypeOf(session) as {
      run: (...args: unknown[]) => Promise<TensorsByName>;
    };
    const run = prototype.run;
    const given: (readonly [string, Tensor])[] = [];
    let failsAt = Infinity;
    prototype.run = async function (this: unknown, ...args) {
      if (given.length >= failsAt) throw new Error("the GPU is lost");
      const results = await run.apply(this, args);
      given.push(...Object.entries(results));
      return results;
    };
    const left = (): string[] => given.flatMap(([output, { location }]) => (location === "gpu-buffer" ? [output] : []));
    try {
      await decoder.decode([...sources, [7], [8, 9]], 40);
      expect(left()).toEqual([]);
      const cameDown = given.filter(([, { location }]) => location === "cpu").map(([output]) => output);
      expect([...new Set(cameDown)]).toEqual(["next_ids"]);
      const outputs = given.length;
      for (const share of [0.1, 0.3, 0.5, 0.7, 0.9]) {
        given.length = 0;
        failsAt = Math.floor(share * outputs);
        await expect(decoder.decode([...sources, [7], [8, 9]], 40)).rejects.toThrow("the GPU is lost");
        expect(left()).toEqual([]);
      }
    } finally {
      prototype.run = run;
    }
    await session.release();
    await decoder.dispose();
  },
  180_000,
);

test("a cancelled generation throws Cancelled", async () => {
  const controller = new AbortController();
  controller.abort();
  const options = { maxInput: 8, maxOutput: 4, device: "cpu", signal: controller.signal } as const;
  await expect(generate(tinyCheckpoint(), ["a"], options)).rejects.toThrow("cancelled");
});
