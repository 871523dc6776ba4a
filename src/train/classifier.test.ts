/** Training a classifier: gradients of every loss, rows in parts, resuming, memory. What it learns: src/job/classification.test.ts. */
import { describe, expect, test } from "vitest";
import { readClassifierReference } from "../../test/support/reference";
import { tinyClassifier } from "../../test/support/tiny-classifier";
import { createSession, loadRuntime, type Tensor } from "../graph/runtime";
import type { Weights } from "../model/model";
import { fineTune, type FineTuneOptions } from "./fine-tune";
import type { LossSpec } from "./loss";
import { memoryEstimate } from "./memory";
import { presets } from "./presets";
import { lossGraph, stateName } from "./training-graph";
import type { TrainingState } from "./training-state";

const losses: readonly LossSpec[] = [
  { kind: "ce" },
  { kind: "dece", alpha: 0.9, epsilon: 0.1 },
  { kind: "gce", q: 0.7 },
  { kind: "in-trust" },
];

describe.each(losses)("$kind", (loss) => {
  test("the gradients of every weight are those of finite differences", async () => {
    const { model, weights, sources, targets } = await readClassifierReference();
    const { graph, loss: value, gradients } = lossGraph(model, loss);
    graph.output("loss", value);
    for (const [name, gradient] of gradients) graph.output(`gradient:${name}`, gradient);
    const session = await createSession(graph, { device: "cpu", threads: 1 });
    const { Tensor } = await loadRuntime();
    const { feeds, tokens } = model.trainingFeeds(sources.map((source, row) => ({ source, target: targets[row]! })));
    expect(tokens).toBe(sources.length);
    const run = async (tensors: Weights) => {
      const inputs: Record<string, Tensor> = {
        inverse_tokens: new Tensor("float32", Float32Array.of(1 / tokens), []),
        blend: new Tensor("float32", Float32Array.of(loss.kind === "dece" ? loss.alpha : 1), []),
      };
      for (const [name, { type, data, dims }] of Object.entries(feeds)) inputs[name] = new Tensor(type, data, dims);
      for (const [name, shape] of model.shapes) {
        inputs[stateName("parameter", name)] = new Tensor("float32", tensors.get(name)!, shape);
      }
      return session.run(inputs);
    };
    const results = await run(weights);
    for (const [name, values] of weights) {
      // Along the gradient itself, where float32 rounding matters least.
      const along = results[`gradient:${name}`]!.data as Float32Array;
      const norm = Math.hypot(...along);
      // The same bias on every key changes no attention: its gradient is rounding alone.
      if (name.endsWith("key.bias")) continue;
      expect(norm, name).toBeGreaterThan(0);
      const step = 2e-3;
      const lossAt = async (sign: number): Promise<number> => {
        const moved = values.map((weight, at) => weight + (sign * step * along[at]!) / norm);
        return ((await run(new Map([...weights, [name, moved]]))).loss!.data as Float32Array)[0]!;
      };
      const slope = ((await lossAt(1)) - (await lossAt(-1))) / (2 * step);
      expect(Math.abs(slope - norm), name).toBeLessThan(0.03 * norm + 2e-4);
    }
  });
});

const labels = ["0", "1"];
const options: FineTuneOptions = {
  ...presets.default,
  ...{ loss: { kind: "ce" }, epochs: 2, batchSize: 16, maxInput: 48, device: "cpu" },
};
const examples = Array.from({ length: 40 }, (_, row) => ({
  input: row % 2 === 0 ? `get ${row}` : `todo ${row}`,
  output: labels[row % 2]!,
}));

test("going on from an epoch, with rows in parts and blocks computed again, comes to the same weights", async () => {
  const saving = { ...options, accumulate: 3, checkpointing: true };
  let from: TrainingState | undefined;
  const whole = await fineTune(tinyClassifier(labels), examples, saving, {
    onEpoch: async ({ epoch, state }) => {
      if (epoch === 1) from = structuredClone(await state());
    },
  });
  expect((await fineTune(tinyClassifier(labels), examples, saving, { from })).weights).toEqual(whole.weights);
});

test("the estimate of its memory grows with what it reads, and is told before it starts", async () => {
  const { model } = tinyClassifier(labels);
  const estimate = memoryEstimate(model, { kind: "ce" });
  expect(estimate({ rows: 16, source: 48, target: 1 })).toBeGreaterThan(estimate({ rows: 16, source: 24, target: 1 }));
  const refused = fineTune(tinyClassifier(labels), examples, options, { availableMemory: 1 });
  await expect(refused).rejects.toThrow("training takes about");
});
