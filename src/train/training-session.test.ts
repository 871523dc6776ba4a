/** The training step on a tiny T5: gradients, padding, learning, determinism, cancellation. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { tinyCheckpoint, tinyConfig } from "../../test/support/tiny-checkpoint";
import { Cancelled, Failure } from "../foundation/failure";
import { createSession, loadRuntime, type Tensor } from "../graph/runtime";
import { initializeT5 } from "../model/initialize";
import type { T5Config } from "../model/t5-config";
import { modelOf } from "../model/architectures";
import type { Checkpoint } from "../model/checkpoint";
import type { TokenizedExample } from "../model/model";
import { t5 } from "../model/t5-model";
import { planBatches } from "./batch";
import { fineTune, type FineTuneOptions } from "./fine-tune";
import type { LossSpec } from "./loss";
import { lossGraph, stateName } from "./training-graph";
import type { TrainingState } from "./training-state";
import { seededRandom } from "../foundation/random";

const config: T5Config = tinyConfig({ vocabulary: 20, encoderLayers: 1, decoderLayers: 1 });
const model = t5(config);
const dece: LossSpec = { kind: "dece", alpha: 0.9, epsilon: 0.1 };

/** Loss and every gradient of one batch, as the training step computes them. */
async function lossAndGradients(spec: LossSpec, weights: ReadonlyMap<string, Float32Array>) {
  const { graph, loss, gradients, parameters } = lossGraph(model, spec);
  graph.output("loss", loss);
  for (const [name, gradient] of gradients) graph.output(`gradient:${name}`, gradient);
  const { Tensor } = await loadRuntime();
  const session = await createSession(graph, { device: "cpu", threads: 1 });
  return async (batch: readonly TokenizedExample[], override?: { name: string; data: Float32Array }) => {
    const { feeds, tokens } = model.trainingFeeds(batch);
    const inputs: Record<string, Tensor> = {
      inverse_tokens: new Tensor("float32", Float32Array.of(1 / tokens), []),
    };
    if (spec.kind === "dece") inputs.blend = new Tensor("float32", Float32Array.of(spec.alpha), []);
    for (const [name, { type, data, dims }] of Object.entries(feeds)) inputs[name] = new Tensor(type, data, dims);
    for (const [name, parameter] of parameters) {
      const data = override?.name === name ? override.data : weights.get(name)!;
      inputs[stateName("parameter", name)] = new Tensor("float32", data, parameter.shape as number[]);
    }
    if (spec.kind === "ce") inputs.blend = new Tensor("float32", Float32Array.of(1), []);
    const results = await session.run(inputs);
    const gradient = new Map(
      [...parameters.keys()].map((name) => [name, results[`gradient:${name}`]!.data as Float32Array]),
    );
    return { tokens, loss: (results.loss!.data as Float32Array)[0]!, gradient };
  };
}

const ids = (minLength: number) => fc.array(fc.integer({ min: 2, max: 19 }), { minLength, maxLength: 7 });
const example = fc.record({ source: ids(1), target: ids(1) });

describe("padding", () => {
  test("a batch's loss and gradients are the token-weighted mean of its rows', whatever their lengths", async () => {
    const run = await lossAndGradients(dece, initializeT5(config, 3));
    await fc.assert(
      fc.asyncProperty(fc.array(example, { minLength: 2, maxLength: 4 }), async (batch) => {
        const together = await run(batch);
        const alone: Awaited<ReturnType<typeof run>>[] = [];
        for (const row of batch) alone.push(await run([row]));
        const share = (of: (part: Awaited<ReturnType<typeof run>>) => number): number =>
          alone.reduce((sum, part) => sum + (of(part) * part.tokens) / together.tokens, 0);
        expect(together.loss).toBeCloseTo(
          share((part) => part.loss),
          4,
        );
        for (const [name, gradient] of together.gradient) {
          gradient.forEach((value, at) =>
            expect(value).toBeCloseTo(
              share((part) => part.gradient.get(name)![at]!),
              4,
            ),
          );
        }
      }),
      { numRuns: 15 },
    );
  });
});

test("the whole model's gradients agree with finite differences of its loss", async () => {
  const weights = initializeT5(config, 3);
  const run = await lossAndGradients({ kind: "ce" }, weights);
  const batch = [
    { source: [5, 6, 7, 1], target: [8, 9, 1] },
    { source: [10, 1], target: [11, 12, 13, 1] },
  ];
  const { gradient } = await run(batch);
  const h = 5e-3;
  for (const [name, values] of weights) {
    // Along the gradient itself, where float32 rounding matters least.
    const along = gradient.get(name)!;
    const length = Math.hypot(...along);
    const moved = (by: number) => ({ name, data: values.map((value, at) => value + (by * along[at]!) / length) });
    const slope = ((await run(batch, moved(h))).loss - (await run(batch, moved(-h))).loss) / (2 * h);
    expect(Math.abs(slope - length) / length, name).toBeLessThan(0.03);
  }
});

const options: FineTuneOptions = {
  loss: { kind: "ce" },
  epochs: 3,
  batchSize: 4,
  learningRate: 5e-3,
  warmupRatio: 0.1,
  weightDecay: 0,
  clipNorm: 1,
  seed: 42,
  maxInput: 32,
  maxOutput: 32,
  device: "cpu",
};
const examples = ["ab", "cd", "ef", "gh", "ij", "kl", "mn", "op"].map((input) => ({ input, output: `${input}!` }));

test("fine-tuning lowers the loss and gives the same weights for the same seed", async () => {
  const losses: number[] = [];
  const first = await fineTune(tinyCheckpoint(), examples, options, { onEpoch: ({ loss }) => void losses.push(loss) });
  const second = await fineTune(tinyCheckpoint(), examples, options);
  expect(losses.at(-1)).toBeLessThan(losses[0]!);
  expect([...first.weights]).toEqual([...second.weights]);
  const other = await fineTune(tinyCheckpoint(), examples, { ...options, seed: 43 });
  expect([...other.weights]).not.toEqual([...first.weights]);
});

const sameBytes = (a: Float32Array, b: Float32Array): boolean =>
  Buffer.from(a.buffer, a.byteOffset, a.byteLength).equals(Buffer.from(b.buffer, b.byteOffset, b.byteLength));

test("a model whose products are shared out among threads comes to the same weights each time, and after a pause", async () => {
  const random = seededRandom(9);
  const wideExample = { vocabulary: 259, width: 256, headWidth: 32, heads: 8, feedForwardWidth: 512, encoderLayers: 1, decoderLayers: 1 }; // prettier-ignore
  const text = (): string => Array.from({ length: 60 }, () => "etaoin"[random.below(6)]!).join("");
  const rows = Array.from({ length: 32 }, () => ({ input: text(), output: text() }));
  const longer = { ...options, epochs: 3, batchSize: 16, maxInput: 64, maxOutput: 64 };
  let paused: TrainingState | undefined;
  const train = (from?: TrainingState): Promise<Checkpoint> =>
    fineTune(tinyCheckpoint(wideExample), rows, longer, {
      from,
      onEpoch: async ({ epoch, state }) => {
        if (epoch === 1) paused = structuredClone(await state());
      },
    });
  const [first, second] = [await train(), await train()];
  const differing = ({ weights }: Checkpoint): string[] =>
    [...first.weights].flatMap(([name, tensor]) => (sameBytes(tensor, weights.get(name)!) ? [] : [name]));
  expect(differing(second)).toEqual([]);
  expect(differing(await train(paused))).toEqual([]);
});

const width = { vocab_size: 259, eos_token_id: 1 };
const gpt = { ...width, n_positions: 64, n_embd: 16, n_layer: 1, n_head: 4 };
const wide = { ...width, hidden_size: 16, intermediate_size: 24, num_hidden_layers: 1, num_attention_heads: 4 };
const configurations: readonly Readonly<Record<string, unknown>>[] = [
  { ...gpt, model_type: "gpt2" },
  { ...gpt, model_type: "gptj", rotary_dim: 4 },
  { ...gpt, model_type: "codegen", rotary_dim: 4 },
  { ...wide, model_type: "llama", num_key_value_heads: 2, max_position_embeddings: 64 },
  {
    ...{ ...wide, model_type: "roberta", max_position_embeddings: 66, pad_token_id: 0, bos_token_id: 2 },
    dece_audit: { decoder_layers: 1, decoder_ffn_dim: 20 },
  },
];

describe.each(configurations.map((json) => ({ name: String(json.model_type), json })))("$name", ({ json }) => {
  const architecture = modelOf(json, "config.json");
  const start = (): Checkpoint => {
    const random = seededRandom(5);
    const weights = new Map(
      [...architecture.shapes].map(([name, shape]) => {
        const normal = Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => random.normal() * 0.1);
        return [name, name.includes("norm") || name.includes("ln_") ? normal.fill(1) : normal];
      }),
    );
    return { model: architecture, tokenizer: tinyCheckpoint().tokenizer, weights };
  };

  test("fine-tuning lowers the loss, and every weight comes back", async () => {
    const losses: number[] = [];
    const onEpoch = ({ loss }: { loss: number }): void => void losses.push(loss);
    const trained = await fineTune(start(), examples, { ...options, learningRate: 2e-2, epochs: 6 }, { onEpoch });
    expect(losses.at(-1)).toBeLessThan(losses[0]! * 0.8);
    expect([...trained.weights.keys()]).toEqual([...architecture.shapes.keys()]);
  });

  test("limits that it has no positions for are wrong usage", async () => {
    const failure = await fineTune(start(), examples, { ...options, maxInput: 66, maxOutput: 66 }).catch(
      (e: unknown) => e,
    );
    expect(failure).toMatchObject({ usage: true });
    expect((failure as Failure).oneLine).toMatch(/6[45] positions/);
  });
});

test("the prompt that stands in config.json surrounds the input, and the input alone is cut", () => {
  const { tokenizer } = tinyCheckpoint();
  const prompt = { before: "<", after: ">" };
  const asked = modelOf({ ...gpt, model_type: "gpt2", dece_audit: { prompt } }, "config.json");
  expect(tokenizer.decode(asked.encodeSource(tokenizer, "abcdef", 5))).toBe("<abc>");
  expect(asked.encodeTarget(tokenizer, "abc", 3)).toEqual([...tokenizer.tokens("ab"), 1]);
  expect(asked.configJson()).toMatchObject({ dece_audit: { prompt } });
  const plain = modelOf({ ...gpt, model_type: "gpt2" }, "config.json");
  expect(tokenizer.decode(plain.encodeSource(tokenizer, "abc", 9))).toBe("abc\n");
});

test("the checkpoint that is trained from stays as it was", async () => {
  const checkpoint = tinyCheckpoint();
  const before = new Map([...checkpoint.weights].map(([name, values]) => [name, Float32Array.from(values)]));
  await fineTune(checkpoint, examples, { ...options, epochs: 1 });
  expect([...checkpoint.weights]).toEqual([...before]);
});

test("cancelling between steps stops with Cancelled", async () => {
  const controller = new AbortController();
  const onStep = ({ step }: { step: number }): void => {
    if (step === 2) controller.abort();
  };
  const running = fineTune(tinyCheckpoint(), examples, options, { signal: controller.signal, onStep });
  await expect(running).rejects.toBeInstanceOf(Cancelled);
});

test("nothing to train on, and a loss that diverges, are failures with a remedy", async () => {
  await expect(fineTune(tinyCheckpoint(), [], options)).rejects.toBeInstanceOf(Failure);
  const checkpoint = tinyCheckpoint();
  checkpoint.weights.get("shared.weight")!.fill(Number.NaN);
  await expect(fineTune(checkpoint, examples, options)).rejects.toThrow("not a number in step 1");
});

test("batches hold every example once and are grouped by length", () => {
  const random = seededRandom(1);
  const rows = Array.from({ length: 103 }, () => {
    const row = new Array<number>(1 + random.below(60)).fill(5);
    return { source: row, target: row };
  });
  const batches = planBatches(rows, 8, seededRandom(42));
  expect(batches.flat()).toHaveLength(rows.length);
  expect(new Set(batches.flat())).toEqual(new Set(rows));
  const real = rows.reduce((sum, { target }) => sum + target.length, 0);
  const padded = batches.reduce((sum, b) => sum + b.length * Math.max(...b.map(({ target }) => target.length)), 0);
  expect(real / padded).toBeGreaterThan(0.85);
});
