/** Training in mixed precision against training in 32 bits: gradients, overflow, going on, memory. Without a GPU, on the CPU provider. */
import { describe, expect, test } from "vitest";
import { rounded } from "../../test/support/float16-graphs";
import { allReferenceNames, readAnyReference, type Reference } from "../../test/support/reference";
import { tinyCheckpoint, tinyConfig } from "../../test/support/tiny-checkpoint";
import type { Failure } from "../foundation/failure";
import type { Graph } from "../graph/graph";
import { peakBytes, sizesOf } from "../graph/memory";
import { createSession, loadRuntime, type Tensor } from "../graph/runtime";
import type { Model, Weights } from "../model/model";
import { t5 } from "../model/t5-model";
import { adamWScalarsAt } from "./adamw";
import { fineTune, type FineTuneOptions } from "./fine-tune";
import { nextLossScale, type LossScale } from "./loss-scale";
import { presets } from "./presets";
import {
  gradientGraph,
  gradientName,
  nextName,
  stateKinds,
  stateName,
  trainingGraph,
  type StepOptions,
} from "./training-graph";
import { TrainingSession } from "./training-session";
import type { TrainingState } from "./training-state";

const loss = { kind: "dece", alpha: 0.9, epsilon: 0.1 } as const;
const lossScale = 1024;

async function feedsOf({ model, weights, sources, targets }: Reference<Model>): Promise<Record<string, Tensor>> {
  const { Tensor } = await loadRuntime();
  const { feeds, tokens } = model.trainingFeeds(sources.map((source, row) => ({ source, target: targets[row]! })));
  const scalar = (value: number): Tensor => new Tensor("float32", Float32Array.of(value), []);
  const inputs: Record<string, Tensor> = { inverse_tokens: scalar(1 / tokens), blend: scalar(0.9) };
  for (const [input, { type, data, dims }] of Object.entries(feeds)) inputs[input] = new Tensor(type, data, dims);
  for (const [tensor, shape] of model.shapes) {
    inputs[stateName("parameter", tensor)] = new Tensor("float32", weights.get(tensor)!, shape);
  }
  return inputs;
}

const asItIs = (graph: Graph): Graph => graph;

describe.each(allReferenceNames)("%s", (name) => {
  test.each<{ what: string; options: StepOptions; prepare: (graph: Graph) => Graph }>([
    { what: "rounding as a GPU does", options: {}, prepare: rounded },
    { what: "with blocks computed again", options: { checkpointing: true }, prepare: rounded },
    { what: "as the CPU provider takes it", options: {}, prepare: asItIs },
  ])("has the loss and gradients of 32 bits to within 2%, $what", async ({ options, prepare }) => {
    const reference = await readAnyReference(name);
    const feeds = await feedsOf(reference);
    const { Tensor } = await loadRuntime();
    const run = async (graph: Graph, inputs: Record<string, Tensor>) => {
      const results = await (await createSession(graph, { device: "cpu", threads: 1 })).run(inputs);
      return (output: string): Float32Array => results[output]!.data as Float32Array;
    };
    const full = await run(gradientGraph(reference.model, loss), feeds);
    const scaled = { ...feeds, loss_scale: new Tensor("float32", Float32Array.of(lossScale), []) };
    const half = await run(prepare(gradientGraph(reference.model, loss, { ...options, precision: "f16" })), scaled);
    expect(Math.abs(half("loss")[0]! / full("loss")[0]! - 1)).toBeLessThan(1e-3);
    expect(Math.abs(half("gradient_norm")[0]! / full("gradient_norm")[0]! - 1)).toBeLessThan(0.02);
    expect(half("gradient_norm")[0]).not.toBe(full("gradient_norm")[0]);
    for (const tensor of reference.model.shapes.keys()) {
      // The same bias on every key changes no attention: its gradient is rounding alone.
      const floor = tensor.endsWith("key.bias") ? full("gradient_norm")[0]! : 0;
      const expected = full(gradientName(tensor));
      const difference = half(gradientName(tensor)).map((value, at) => value / lossScale - expected[at]!);
      expect(Math.hypot(...difference) / Math.max(floor, Math.hypot(...expected)), tensor).toBeLessThan(0.02);
    }
  });
});

const options: FineTuneOptions = {
  ...presets.default,
  ...{
    loss,
    epochs: 3,
    batchSize: 4,
    learningRate: 5e-3,
    maxInput: 16,
    maxOutput: 16,
    device: "cpu",
    precision: "f16",
  },
};
const examples = ["ab", "cd", "ef", "gh", "ij", "kl", "mn", "op"].map((input) => ({ input, output: `${input}!` }));
const settings = { step: 1, learningRate: 1e-2, weightDecay: 0.01, blend: 0.9 };
const batch = [{ source: [5, 6, 7, 1], target: [8, 9, 1] }];

const ofSession = { loss, clipNorm: 1, device: "cpu", precision: "f16" } as const;

/** A state to begin from whose scale is too large at first. */
async function tooLarge(): Promise<TrainingState> {
  const { model, weights } = tinyCheckpoint();
  const session = await TrainingSession.create(model, weights, ofSession);
  const tensors = structuredClone(await session.state());
  await session.dispose();
  return { epoch: 0, tensors, lossScale: { scale: 2 ** 24, steady: 7, skipped: 0 } };
}

describe("the loss scale", () => {
  test("is halved by a step that overflows, and doubled after two thousand that do not", () => {
    const halved = nextLossScale({ scale: 1024, steady: 1998, skipped: 1 }, true);
    expect(halved).toEqual({ scale: 512, steady: 0, skipped: 2 });
    let scale: LossScale = halved;
    for (let step = 0; step < 1999; step++) scale = nextLossScale(scale, false);
    expect(scale).toEqual({ scale: 512, steady: 1999, skipped: 2 });
    expect(nextLossScale(scale, false)).toEqual({ scale: 1024, steady: 0, skipped: 2 });
  });

  test.each([false, true])(
    "that is too large leaves weights and moments as they are (in parts: %s)",
    async (inParts) => {
      const { model, weights } = tinyCheckpoint();
      const from = await tooLarge();
      const session = await TrainingSession.create(model, weights, { ...ofSession, from, inParts });
      const parts = [...batch, ...(inParts ? batch : [])].map((row) => model.trainingFeeds([row]));
      const { loss: told, gradientNorm } = await session.stepInParts(parts, settings);
      expect(told).toBeLessThan(10);
      expect(Number.isFinite(gradientNorm)).toBe(false);
      expect(await session.state()).toEqual(from.tensors);
      expect(session.lossScale).toEqual({ scale: 2 ** 23, steady: 0, skipped: 1 });
      for (let step = 2; step < 20; step++) await session.stepInParts(parts, { ...settings, step });
      expect(session.lossScale!.scale).toBeLessThan(2 ** 23);
      expect(await session.state()).not.toEqual(from.tensors);
      await session.dispose();
    },
  );

  test("that is too large leaves them as they are in the graph for a GPU, too", async () => {
    const { model, weights } = tinyCheckpoint({ encoderLayers: 1, decoderLayers: 1 });
    const session = await createSession(rounded(trainingGraph(model, loss, 1, { precision: "f16" })), {
      device: "cpu",
    });
    const step = await gpuStep(model, weights);
    // Too large for 16 bits, not for 32.
    const overflowing = await session.run(step(2 ** 40));
    expect(numbersOf(overflowing, "gradient_norm")[0]).not.toBeLessThan(Infinity);
    const plain = await session.run(step(1024));
    expect(numbersOf(plain, "gradient_norm")[0]).toBeLessThan(Infinity);
    for (const [name, values] of Object.entries(step(1))) {
      if (!/^(parameter|moment\d):/.test(name)) continue;
      const before = values.data as Float32Array;
      expect(farthest(numbersOf(overflowing, nextName(name)), before), name).toBe(0);
      expect(farthest(numbersOf(plain, nextName(name)), before), name).toBeGreaterThan(0);
    }
  });

  test("does not change what is learnt, whatever it is", async () => {
    const { model, weights } = tinyCheckpoint({ encoderLayers: 1, decoderLayers: 1 });
    const session = await createSession(trainingGraph(model, loss, 0.1, { precision: "f16" }), { device: "cpu" });
    const step = await gpuStep(model, weights);
    const [small, large] = [await session.run(step(2 ** 4)), await session.run(step(2 ** 14))];
    const full = await createSession(trainingGraph(model, loss, 0.1), { device: "cpu" });
    const feeds = Object.entries(step(1)).filter(([name]) => name !== "loss_scale");
    const expected = await full.run(Object.fromEntries(feeds));
    for (const name of [
      "loss",
      "gradient_norm",
      ...[...model.shapes.keys()].map((tensor) => nextName(stateName("moment1", tensor))),
    ]) {
      const largest = Math.max(...numbersOf(expected, name).map(Math.abs));
      expect(farthest(numbersOf(small, name), numbersOf(expected, name)) / largest, name).toBeLessThan(0.02);
      expect(farthest(numbersOf(large, name), numbersOf(expected, name)) / largest, name).toBeLessThan(0.02);
    }
  });
});

const numbersOf = (results: Readonly<Record<string, Tensor>>, name: string): Float32Array =>
  results[name]!.data as Float32Array;
const farthest = (a: Float32Array, b: Float32Array): number =>
  a.reduce((most, value, at) => Math.max(most, Math.abs(value - b[at]!)), 0);

/** Feeds of the whole step's graph by loss scale; the moments are not zero. */
async function gpuStep(model: Model, weights: Weights): Promise<(scale: number) => Record<string, Tensor>> {
  const { Tensor } = await loadRuntime();
  const { feeds, tokens } = model.trainingFeeds(batch);
  const scalar = (value: number): Tensor => new Tensor("float32", Float32Array.of(value), []);
  const inputs: Record<string, Tensor> = { inverse_tokens: scalar(1 / tokens), blend: scalar(0.9) };
  for (const [name, { type, data, dims }] of Object.entries(feeds)) inputs[name] = new Tensor(type, data, dims);
  for (const [name, shape] of model.shapes) {
    for (const kind of stateKinds) {
      const data = kind === "parameter" ? weights.get(name)! : weights.get(name)!.map((value) => value ** 2 / 100);
      inputs[stateName(kind, name)] = new Tensor("float32", data, shape);
    }
  }
  for (const [name, value] of Object.entries(adamWScalarsAt(3, 1e-2, 0.01))) inputs[name] = scalar(value);
  return (scale) => ({ ...inputs, loss_scale: scalar(scale) });
}

describe("fine-tuning in 16 bits", () => {
  test.each([{ lora: undefined }, { lora: { rank: 2, alpha: 4, targets: null } }])(
    "learns as in 32 ($lora)",
    async ({ lora }) => {
      const means = async (precision: "f16" | "f32"): Promise<number[]> => {
        const losses: number[] = [];
        const saving = { accumulate: 2, checkpointing: true, lora, precision };
        await fineTune(
          tinyCheckpoint(),
          examples,
          { ...options, ...saving },
          { onEpoch: ({ loss: mean }) => void losses.push(mean) },
        );
        return losses;
      };
      const [half, full] = [await means("f16"), await means("f32")];
      expect(half).not.toEqual(full);
      half.forEach((mean, epoch) => expect(Math.abs(mean / full[epoch]! - 1)).toBeLessThan(1e-3));
    },
  );

  test("goes on from an epoch to the same weights, with its loss scale", async () => {
    const skipped: number[] = [];
    let after: TrainingState | undefined;
    const longer = { ...options, epochs: 12 };
    const whole = await fineTune(tinyCheckpoint(), examples, longer, {
      from: await tooLarge(),
      onSkippedStep: (step) => void skipped.push(step),
      onEpoch: async ({ epoch, state }) => {
        if (epoch === 10) after = structuredClone(await state());
      },
    });
    expect(skipped.length).toBeGreaterThan(0);
    expect(skipped.length).toBeLessThan(20);
    expect(after!.lossScale).toMatchObject({ skipped: skipped.length });
    const resumed = await fineTune(tinyCheckpoint(), examples, longer, { from: after });
    expect(resumed.weights).toEqual(whole.weights);
    const forgetful = { epoch: after!.epoch, tensors: after!.tensors };
    expect((await fineTune(tinyCheckpoint(), examples, longer, { from: forgetful })).weights).not.toEqual(
      whole.weights,
    );
  });

  test("that overflows whatever the scale is a failure with a remedy", async () => {
    const checkpoint = tinyCheckpoint();
    checkpoint.weights.get("shared.weight")!.fill(Number.NaN);
    const failure = await fineTune(checkpoint, examples, options).catch((error: unknown) => error);
    expect((failure as Failure).oneLine).toMatch(
      /16-bit numbers overflow in step 2 \(epoch 1\).* Use --precision f32, or a smaller learning rate\.$/,
    );
  });
});

test.each([
  // Where all weights are trained their gradients, which stay in 32 bits, are the peak.
  { what: "all weights", lora: undefined, share: 0.71 },
  { what: "adapters", lora: { rank: 8, alpha: 16, targets: null }, share: 0.6 },
])("what a step of CodeT5 220M's shape holds at its peak is three tenths less ($what)", ({ lora, share }) => {
  const widths = { width: 768, headWidth: 64, heads: 12, feedForwardWidth: 3072 };
  const model = t5(tinyConfig({ ...widths, vocabulary: 32100, encoderLayers: 12, decoderLayers: 12 }));
  const row = { source: new Array<number>(64).fill(0), target: new Array<number>(90).fill(0) };
  const { feeds } = model.trainingFeeds(new Array<typeof row>(12).fill(row));
  const dims = Object.fromEntries(Object.entries(feeds).map(([name, feed]) => [name, feed.dims]));
  const peak = (precision: "f16" | "f32"): number => {
    const graph = trainingGraph(model, loss, 1, { lora, precision });
    return peakBytes(graph, sizesOf(graph, dims));
  };
  expect(peak("f16")).toBeLessThan(share * peak("f32"));
});
