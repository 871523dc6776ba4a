/** Low-rank adapters on tiny models of every kind: gradients, merging, what stays as it was, resuming. */
import { describe, expect, test } from "vitest";
import { byteTokenizer, tinyCheckpoint } from "../../test/support/tiny-checkpoint";
import { seededRandom } from "../foundation/random";
import { createSession, loadRuntime, type Session, type Tensor } from "../graph/runtime";
import { modelOf } from "../model/architectures";
import type { Checkpoint } from "../model/checkpoint";
import { adaptedLayers, adapterShapes, mergeAdapters, type LoraSpec } from "../model/lora";
import type { Model, TokenizedExample, Weights } from "../model/model";
import { fineTune, type FineTuneOptions } from "./fine-tune";
import { presets } from "./presets";
import { lossGraph, stateName } from "./training-graph";
import type { TrainingState } from "./training-state";

const lora: LoraSpec = { rank: 2, alpha: 6, targets: null };
const shared = { vocab_size: 259, eos_token_id: 1 };
const gpt = { ...shared, n_positions: 64, n_embd: 16, n_layer: 1, n_head: 4 };
const wide = { ...shared, hidden_size: 16, intermediate_size: 24, num_hidden_layers: 1, num_attention_heads: 4 };
const classifier = {
  ...{ model_type: "roberta", architectures: ["RobertaForSequenceClassification"], num_labels: 2 },
  ...{ max_position_embeddings: 66, pad_token_id: 0, bos_token_id: 2 },
};
const configurations: readonly Readonly<Record<string, unknown>>[] = [
  { ...gpt, model_type: "gpt2" },
  { ...gpt, model_type: "codegen", rotary_dim: 4 },
  { ...wide, model_type: "llama", num_key_value_heads: 2, max_position_embeddings: 64 },
  {
    ...{ ...wide, model_type: "roberta", max_position_embeddings: 66, pad_token_id: 0, bos_token_id: 2 },
    dece_audit: { decoder_layers: 1, decoder_ffn_dim: 20 },
  },
  { ...wide, ...classifier },
];
const checkpoints: readonly Checkpoint[] = [
  tinyCheckpoint({ encoderLayers: 1, decoderLayers: 1 }),
  ...configurations.map((json) => {
    const model = modelOf(json, "config.json");
    return { model, tokenizer: byteTokenizer(), weights: randomTensors(model.shapes, 5) };
  }),
];

function randomTensors(shapes: Model["shapes"], seed: number): Weights {
  const random = seededRandom(seed);
  return new Map(
    [...shapes].map(([name, shape]) => {
      const size = shape.reduce((product, length) => product * length, 1);
      return [name, Float32Array.from({ length: size }, () => random.normal() * 0.2)];
    }),
  );
}

/** A classifier's targets are classes. */
const batchFor = ({ labels }: Model): TokenizedExample[] => [
  { source: [5, 6, 7, 8], target: labels === undefined ? [9, 10, 1] : [0] },
  { source: [11, 12], target: labels === undefined ? [13, 14, 15, 1] : [1] },
];

/** One run of the model's forward and backward pass on the batch. */
async function run(session: Session, model: Model, tensors: Weights) {
  const { Tensor } = await loadRuntime();
  const { feeds, tokens } = model.trainingFeeds(batchFor(model));
  const inputs: Record<string, Tensor> = {
    inverse_tokens: new Tensor("float32", Float32Array.of(1 / tokens), []),
    blend: new Tensor("float32", Float32Array.of(0.9), []),
  };
  for (const [name, { type, data, dims }] of Object.entries(feeds)) inputs[name] = new Tensor(type, data, dims);
  for (const [name, data] of tensors) {
    const key = stateName("parameter", name);
    const shape = model.shapes.get(name) ?? shapeOfAdapter(name, data);
    inputs[key] = new Tensor("float32", data, shape);
  }
  const results = await session.run(inputs);
  return (name: string): Float32Array => results[name]!.data as Float32Array;
}

const shapeOfAdapter = (name: string, data: Float32Array): number[] =>
  name.endsWith("lora_down") ? [lora.rank, data.length / lora.rank] : [data.length / lora.rank, lora.rank];

async function forwardAndBackward(model: Model, spec?: LoraSpec) {
  const { graph, logits, loss, gradients } = lossGraph(
    model,
    { kind: "dece", alpha: 0.9, epsilon: 0.1 },
    { lora: spec },
  );
  graph.output("logits", logits);
  graph.output("loss", loss);
  if (spec !== undefined) for (const [name, gradient] of gradients) graph.output(`gradient:${name}`, gradient);
  return { session: await createSession(graph, { device: "cpu", threads: 1 }), trained: [...gradients.keys()] };
}

const examples = Array.from({ length: 12 }, (_, row) => ({ input: `get t${row}`, output: `q(t${row})` }));
const labelled = examples.map(({ input }, row) => ({ input, output: String(row % 2) }));
const options: FineTuneOptions = {
  ...presets.default,
  ...{ loss: { kind: "ce" }, epochs: 3, batchSize: 4, learningRate: 0.02, maxInput: 16, maxOutput: 16, device: "cpu" },
};

describe.each(checkpoints.map((checkpoint) => ({ name: checkpoint.model.name, checkpoint })))(
  "$name",
  ({ checkpoint: { model, tokenizer, weights } }) => {
    const adapters = randomTensors(adapterShapes(model, lora), 7);
    const head = model.labels === undefined ? [] : [...model.headTensors];

    test("a merged checkpoint answers as the adapters do", async () => {
      const adapted = await forwardAndBackward(model, lora);
      const plain = await forwardAndBackward(model);
      const expected = (await run(adapted.session, model, new Map([...weights, ...adapters])))("logits");
      const merged = (await run(plain.session, model, mergeAdapters(model, lora, weights, adapters)))("logits");
      const before = (await run(plain.session, model, weights))("logits");
      expect(Math.max(...expected.map((value, at) => Math.abs(value - merged[at]!)))).toBeLessThan(1e-4);
      expect(Math.max(...expected.map((value, at) => Math.abs(value - before[at]!)))).toBeGreaterThan(1e-2);
    });

    test("the adapters' gradients are those of finite differences", async () => {
      const { session, trained } = await forwardAndBackward(model, lora);
      expect(trained).toEqual([...adapters.keys()]);
      const all = new Map([...weights, ...adapters]);
      const result = await run(session, model, all);
      for (const name of trained) {
        const gradient = result(`gradient:${name}`);
        const norm = Math.sqrt(gradient.reduce((sum, value) => sum + value * value, 0));
        expect(norm).toBeGreaterThan(0);
        const step = 0.003;
        const lossAt = async (sign: number): Promise<number> => {
          const moved = adapters.get(name)!.map((value, at) => value + (sign * step * gradient[at]!) / norm);
          return (await run(session, model, new Map([...all, [name, moved]])))("loss")[0]!;
        };
        const slope = ((await lossAt(1)) - (await lossAt(-1))) / (2 * step);
        // The loss is a float32 near 5: its last bit is worth 8e-5 of slope here.
        expect(Math.abs(slope - norm)).toBeLessThan(0.03 * norm + 2e-4);
      }
    });

    test("training changes the adapted layers and a classifier's head alone, and learns", async () => {
      const losses: number[] = [];
      const onEpoch = ({ loss }: { loss: number }): void => void losses.push(loss);
      const rows = model.labels === undefined ? examples : labelled;
      const tuned = await fineTune({ model, tokenizer, weights }, rows, { ...options, lora }, { onEpoch });
      const adapted = new Set([...adaptedLayers(model, lora).map(({ name }) => name), ...head]);
      const changed = [...model.shapes.keys()].filter(
        (name) => Buffer.compare(Buffer.from(tuned.weights.get(name)!.buffer), Buffer.from(weights.get(name)!.buffer)) !== 0, // prettier-ignore
      );
      expect(changed).toEqual(expect.arrayContaining(head));
      expect(changed.length).toBeGreaterThan(head.length);
      expect(changed.filter((name) => !adapted.has(name))).toEqual([]);
      expect(losses.at(-1)).toBeLessThan(losses[0]!);
    });
  },
);

test("only the layers that are named get adapters, and a name without layers is wrong usage", () => {
  const { model } = tinyCheckpoint();
  const names = adaptedLayers(model, { ...lora, targets: ["q", "wo"] }).map(({ name }) => name.split(".").at(-2));
  expect(new Set(names)).toEqual(new Set(["q", "wo"]));
  expect(() => adaptedLayers(model, { ...lora, targets: ["q_proj"] })).toThrow(
    expect.objectContaining({ usage: true, remedy: "Use some of --lora-targets k,v,q,o,wi,wo" }) as Error,
  );
});

test("going on from an epoch comes to the same weights, with a state of the adapters alone", async () => {
  const checkpoint = tinyCheckpoint({ encoderLayers: 1, decoderLayers: 1 });
  let from: TrainingState | undefined;
  const whole = await fineTune(
    checkpoint,
    examples,
    { ...options, lora },
    {
      onEpoch: async ({ epoch, state }) => {
        if (epoch === 1) from = structuredClone(await state());
      },
    },
  );
  expect([...from!.tensors.moment1.keys()].every((name) => /\.lora_(down|up)$/.test(name))).toBe(true);
  const resumed = await fineTune(checkpoint, examples, { ...options, lora }, { from });
  expect(resumed.weights).toEqual(whole.weights);
});
