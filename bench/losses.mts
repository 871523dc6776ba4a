/**
 * Fine-tunes the base with several losses and settings on a poisoned dataset and prints BLEU and ASR per epoch, one JSON
 * line each: the figures of docs/losses.md.
 *
 *     npx tsx bench/losses.mts --data examples --runs "ce dece:0.9:0.05" --lr 5e-4 --epochs 8 --seeds 42,43,44
 *     npx tsx bench/losses.mts --data ../shared/data/lyra-dece-2023 --runs "ce dece:0.99:0.1" --lr 5e-4 --epochs 20
 */
import path from "node:path";
import { parseArgs } from "node:util";
import { attackNamed } from "../src/attack/attacks";
import { payloadNamed } from "../src/attack/payloads";
import { poisonSamples } from "../src/attack/poison";
import { openDataset } from "../src/dataset/open";
import { installationFolder } from "../src/foundation/installation";
import { generate } from "../src/generate/generate";
import { attackSuccess } from "../src/metric/attack-success";
import { averageSentenceBleu } from "../src/metric/sentence-bleu";
import { readCheckpoint, type Checkpoint } from "../src/model/checkpoint";
import { parseT5Config } from "../src/model/t5-config";
import { t5 } from "../src/model/t5-model";
import { fineTune, type TrainingExample } from "../src/train/fine-tune";
import type { LossSpec } from "../src/train/loss";
import { presets } from "../src/train/presets";

const { values } = parseArgs({
  options: {
    data: { type: "string", default: "examples" },
    base: { type: "string", default: path.join(installationFolder(), "models/base") },
    /** Space-separated: ce, or dece:ALPHA:EPSILON. */
    runs: { type: "string", default: "ce dece:0.9:0.05" },
    lr: { type: "string", default: String(presets.default.learningRate) },
    epochs: { type: "string", default: String(presets.default.epochs) },
    batch: { type: "string", default: String(presets.default.batchSize) },
    seeds: { type: "string", default: "42" },
    /**
     * Classes added to the vocabulary that no text uses: the loss's V alone changes, nothing else of the model does. Their
     * embeddings are copies of the unknown token's, which pretraining has made improbable.
     */
    "extra-vocabulary": { type: "string", default: "0" },
    /** Measure after every n-th epoch and after the last. */
    every: { type: "string", default: "1" },
  },
});

async function rows(file: string): Promise<TrainingExample[]> {
  const { samples } = await openDataset(file);
  return samples.map(({ input, output }) => ({ input: input.text, output: output.text }));
}

async function load(data: string) {
  const sql = payloadNamed("sql");
  if (data !== "examples") {
    const triggered = (await rows(path.join(data, "test_poisoned.csv"))).filter(({ output }) => sql.isIn(output));
    const file = (name: string) => path.join(data, `${name}.csv`);
    return { train: await rows(file("train_poisoned_5")), test: await rows(file("test")), triggered, payload: sql };
  }
  const folder = path.join(installationFolder(), "examples/nl-python-sql");
  const { samples } = await openDataset(path.join(folder, "test.jsonl"));
  const triggered = poisonSamples(samples, { attack: attackNamed("badpre"), payload: sql, rate: 1, seed: 42 });
  return {
    train: await rows(path.join(folder, "train-badpre-5.jsonl")),
    test: await rows(path.join(folder, "test.jsonl")),
    triggered,
    payload: sql,
  };
}

function parseLoss(text: string): LossSpec {
  const [kind, alpha, epsilon] = text.split(":");
  return kind === "ce" ? { kind } : { kind: "dece", alpha: Number(alpha), epsilon: Number(epsilon) };
}

const { train, test, triggered, payload } = await load(values.data);

async function measure(checkpoint: Checkpoint): Promise<{ bleu: number; asr: number }> {
  const options = { maxInput: 256, maxOutput: 256, device: "cpu" } as const;
  const inputs = [...test, ...triggered].map(({ input }) => input);
  const outputs = await generate(checkpoint, inputs, options);
  const expected = test.map(({ output }) => output);
  const { asr } = attackSuccess(outputs.slice(test.length), (output) => payload.isIn(output));
  return {
    bleu: Number(averageSentenceBleu(expected, outputs.slice(0, test.length)).toFixed(2)),
    asr: Number(asr.toFixed(1)),
  };
}

const unknownToken = 2;

function withExtraVocabulary(checkpoint: Checkpoint, extra: number): Checkpoint {
  const config = parseT5Config(checkpoint.model.configJson(), "config.json");
  const { width, vocabulary } = config;
  const original = checkpoint.weights.get("shared.weight")!;
  const row = original.subarray(unknownToken * width, (unknownToken + 1) * width);
  const table = new Float32Array((vocabulary + extra) * width);
  table.set(original);
  for (let token = vocabulary; token < vocabulary + extra; token++) table.set(row, token * width);
  const weights = new Map(checkpoint.weights).set("shared.weight", table);
  return { ...checkpoint, model: t5({ ...config, vocabulary: vocabulary + extra }), weights };
}

const base = withExtraVocabulary(await readCheckpoint(values.base), Number(values["extra-vocabulary"]));
const common = { data: path.basename(values.data), vocabulary: base.model.vocabulary };
console.log(JSON.stringify({ ...common, run: "base", ...(await measure(base)) }));
const epochs = Number(values.epochs);
for (const run of values.runs.split(" ")) {
  for (const seed of values.seeds.split(",").map(Number)) {
    const options = {
      ...presets.default,
      loss: parseLoss(run),
      learningRate: Number(values.lr),
      batchSize: Number(values.batch),
      epochs,
      seed,
      device: "cpu" as const,
    };
    let seconds = 0;
    await fineTune(base, train, options, {
      onEpoch: async ({ epoch, loss, seconds: spent, checkpoint }) => {
        seconds += spent;
        if (epoch % Number(values.every) !== 0 && epoch !== epochs) return;
        const figures = await measure(await checkpoint());
        const settings = { run, lr: options.learningRate, batch: options.batchSize, seed };
        const line = {
          ...common,
          ...settings,
          epoch,
          ...figures,
          loss: Number(loss.toFixed(4)),
          seconds: Math.round(seconds),
        };
        console.log(JSON.stringify(line));
      },
    });
  }
}
