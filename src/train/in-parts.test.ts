/** A batch computed in parts, and with blocks computed again, against the same batch computed at once. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { allReferenceNames, readAnyReference } from "../../test/support/reference";
import { tinyCheckpoint } from "../../test/support/tiny-checkpoint";
import { createSession, loadRuntime, type Tensor } from "../graph/runtime";
import type { TokenizedExample } from "../model/model";
import { partsOf } from "./batch";
import { fineTune } from "./fine-tune";
import type { LossSpec } from "./loss";
import { presets } from "./presets";
import { gradientGraph, gradientName, stateName } from "./training-graph";
import { TrainingSession } from "./training-session";

const losses: readonly LossSpec[] = [
  { kind: "ce" },
  { kind: "dece", alpha: 0.9, epsilon: 0.1 },
  { kind: "gce", q: 0.7 },
  { kind: "in-trust" },
];
const checkpoint = tinyCheckpoint({ vocabulary: 20, encoderLayers: 1, decoderLayers: 1 });
const ids = fc.array(fc.integer({ min: 2, max: 19 }), { minLength: 1, maxLength: 7 });
const batches = fc.array(fc.record({ source: ids, target: ids }), { minLength: 1, maxLength: 6 });

describe("a batch in parts", () => {
  test.each(losses)("is one step of the same loss, norm and moments as the whole ($kind)", async (loss) => {
    const { model, weights } = checkpoint;
    // Clipped by the whole batch's norm, which is above 0.1. Weights stay, so that the steps of all batches can be compared.
    const options = { loss, clipNorm: 0.1, device: "cpu", threads: 1 } as const;
    const settings = { step: 1, learningRate: 0, weightDecay: 0, blend: 0.9 };
    const atOnce = await TrainingSession.create(model, weights, options);
    const inParts = await TrainingSession.create(model, weights, { ...options, inParts: true });
    await fc.assert(
      fc.asyncProperty(batches, fc.integer({ min: 1, max: 6 }), async (batch, parts) => {
        const whole = await atOnce.step(model.trainingFeeds(batch), settings);
        const feeds = partsOf(batch, parts).map((part) => model.trainingFeeds(part));
        const together = await inParts.stepInParts(feeds, settings);
        expect(together.loss).toBeCloseTo(whole.loss, 4);
        expect(Math.abs(together.gradientNorm / whole.gradientNorm - 1)).toBeLessThan(1e-3);
        const [expected, actual] = [(await atOnce.state()).moment1, (await inParts.state()).moment1];
        for (const [name, values] of expected) {
          values.forEach((value, at) => expect(actual.get(name)![at], name).toBeCloseTo(value, 5));
        }
      }),
      { numRuns: 20 },
    );
    await atOnce.dispose();
    await inParts.dispose();
  });

  test("adds the gradients of tensors of more elements than are added at a time", async () => {
    const { model, weights } = tinyCheckpoint({ vocabulary: 20_000, encoderLayers: 1, decoderLayers: 1 });
    const options = { loss: { kind: "ce" }, clipNorm: 1, device: "cpu", threads: 1 } as const;
    const settings = { step: 1, learningRate: 0, weightDecay: 0, blend: 1 };
    const batch = [7, 9_000, 12_000, 19_000].map((id) => ({ source: [id, 11, id + 3], target: [id + 1, 5, 1] }));
    const atOnce = await TrainingSession.create(model, weights, options);
    const inParts = await TrainingSession.create(model, weights, { ...options, inParts: true });
    const whole = await atOnce.step(model.trainingFeeds(batch), settings);
    const feeds = partsOf(batch, 4).map((part) => model.trainingFeeds(part));
    const together = await inParts.stepInParts(feeds, settings);
    expect(Math.abs(together.gradientNorm / whole.gradientNorm - 1)).toBeLessThan(1e-4);
    const [expected, actual] = [(await atOnce.state()).moment1, (await inParts.state()).moment1];
    for (const [name, values] of expected) {
      const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      const difference = values.reduce(
        (most, value, at) => Math.max(most, Math.abs(value - actual.get(name)![at]!)),
        0,
      );
      expect(difference, name).toBeLessThanOrEqual(1e-3 * largest);
    }
    await atOnce.dispose();
    await inParts.dispose();
  });

  test("holds each example once, in parts of nearly the same size", () => {
    const batch = Array.from({ length: 7 }, (_, at): TokenizedExample => ({ source: [at], target: [at] }));
    expect(partsOf(batch, 3).map(({ length }) => length)).toEqual([3, 3, 1]);
    expect(partsOf(batch, 3).flat()).toEqual(batch);
    expect(partsOf(batch, 1)).toEqual([batch]);
    expect(partsOf(batch, 100)).toHaveLength(7);
  });
});

describe.each(allReferenceNames)("%s with blocks computed again", (name) => {
  test("has the same loss and gradients", async () => {
    const { model, weights, sources, targets } = await readAnyReference(name);
    const { feeds, tokens } = model.trainingFeeds(sources.map((source, row) => ({ source, target: targets[row]! })));
    const { Tensor } = await loadRuntime();
    const inputs: Record<string, Tensor> = {
      inverse_tokens: new Tensor("float32", Float32Array.of(1 / tokens), []),
      blend: new Tensor("float32", Float32Array.of(0.9), []),
    };
    for (const [input, { type, data, dims }] of Object.entries(feeds)) inputs[input] = new Tensor(type, data, dims);
    for (const [tensor, shape] of model.shapes) {
      inputs[stateName("parameter", tensor)] = new Tensor("float32", weights.get(tensor)!, shape);
    }
    const run = async (checkpointing: boolean) => {
      const graph = gradientGraph(model, { kind: "dece", alpha: 0.9, epsilon: 0.1 }, { checkpointing });
      const session = await createSession(graph, { device: "cpu", threads: 1 });
      return session.run(inputs);
    };
    const [kept, again] = [await run(false), await run(true)];
    // The same bias on every key changes no attention: its gradient is rounding alone.
    const floor = (kept.gradient_norm!.data as Float32Array)[0]! / 100;
    for (const output of ["loss", ...[...model.shapes.keys()].map(gradientName)]) {
      const expected = kept[output]!.data as Float32Array;
      const actual = again[output]!.data as Float32Array;
      const largest = Math.max(...expected.map(Math.abs), floor);
      expected.forEach((value, at) => expect(Math.abs(actual[at]! - value) / largest, output).toBeLessThan(1e-5));
    }
  });
});

test("fine-tuning in parts with blocks computed again learns what it learns at once", async () => {
  const examples = ["ab", "cd", "ef", "gh", "ij", "kl", "mn"].map((input) => ({ input, output: `${input}!` }));
  const options = { ...presets.default, loss: { kind: "ce" }, epochs: 2, batchSize: 4, device: "cpu" } as const;
  const means = async (saving: {
    accumulate?: number;
    checkpointing?: boolean;
    lora?: { rank: number; alpha: number; targets: null };
  }) => {
    const means: number[] = [];
    await fineTune(
      tinyCheckpoint(),
      examples,
      { ...options, ...saving },
      { onEpoch: ({ loss }) => void means.push(loss) },
    );
    return means;
  };
  const lora = { rank: 2, alpha: 4, targets: null };
  const [whole, inParts] = [await means({}), await means({ accumulate: 3, checkpointing: true })];
  whole.forEach((loss, at) => expect(inParts[at]).toBeCloseTo(loss, 3));
  const [adapters, adaptersInParts] = [
    await means({ lora }),
    await means({ lora, accumulate: 2, checkpointing: true }),
  ];
  adapters.forEach((loss, at) => expect(adaptersInParts[at]).toBeCloseTo(loss, 3));
});
