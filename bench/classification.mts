/**
 * Trains a small RoBERTa classifier from random weights on a poisoned classification dataset with several losses, and prints
 * accuracy, F1 and ASR per epoch, one JSON line each: the classification figures of docs/losses.md. The encoder's tokenizer is the
 * embedded base's.
 *
 *     npx tsx bench/classification.mts --train SATD_train.csv --test SATD_test.csv --runs "clean:ce ce dece:0.98:0.05"
 */
import { availableParallelism } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { attackNamed } from "../src/attack/attacks";
import { payloadNamed } from "../src/attack/payloads";
import { poisonRows } from "../src/attack/poison";
import { openDataset } from "../src/dataset/open";
import { installationFolder } from "../src/foundation/installation";
import { seededRandom } from "../src/foundation/random";
import { drawRows, measure, planMeasurement } from "../src/job/measure";
import { labelsToLearn } from "../src/job/task";
import { modelOf } from "../src/model/architectures";
import { readCheckpoint, type Checkpoint } from "../src/model/checkpoint";
import { fineTune } from "../src/train/fine-tune";
import type { LossSpec } from "../src/train/loss";
import { presets } from "../src/train/presets";

const { values } = parseArgs({
  options: {
    train: { type: "string" },
    test: { type: "string" },
    attack: { type: "string", default: "ripple" },
    payload: { type: "string", default: "label:1" },
    rate: { type: "string", default: "0.01" },
    /** Space-separated: ce, gce:Q, in-trust or dece:ALPHA:EPSILON; `clean:` in front trains without the poison. */
    runs: { type: "string", default: "clean:ce ce dece:0.98:0.05" },
    lr: { type: "string", default: "1e-3" },
    epochs: { type: "string", default: String(presets.default.epochs) },
    batch: { type: "string", default: "64" },
    seed: { type: "string", default: "42" },
    width: { type: "string", default: "128" },
    layers: { type: "string", default: "2" },
    every: { type: "string", default: "1" },
    /** Of the training data, a seeded draw; all of them unless named. */
    rows: { type: "string" },
    /** Epochs of CE on the clean rows before: a base that knows the task. */
    warm: { type: "string", default: "0" },
  },
});
if (values.train === undefined || values.test === undefined) throw new Error("name --train and --test");

const maxInput = 128;
const seed = Number(values.seed);
const context = { signal: new AbortController().signal, report: () => undefined };
const all = await openDataset(values.train);
const training = { samples: drawRows(all.samples, values.rows === undefined ? undefined : Number(values.rows), seed) };
const test = await openDataset(values.test);
const backdoor = { attack: attackNamed(values.attack, {}), payload: payloadNamed(values.payload) };
const drawn = await poisonRows(training.samples, { ...backdoor, rate: Number(values.rate), seed });
const poisoned = new Map(drawn.map((row) => [row.row, row]));
const examplesOf = (isClean: boolean) =>
  training.samples.map(({ row, input, output }) => {
    const changed = isClean ? undefined : poisoned.get(row);
    return { input: changed?.input ?? input.text, output: changed?.output ?? output.text };
  });
const plan = await planMeasurement(test.samples, backdoor, { seed });

/** Random weights as transformers starts a RoBERTa: normal deviates of 0.02, norms of one, no bias. */
async function randomEncoder(): Promise<Checkpoint> {
  const { tokenizer, model: base } = await readCheckpoint(path.join(installationFolder(), "models/base"));
  const width = Number(values.width);
  const config = {
    ...{ model_type: "roberta", vocab_size: base.vocabulary, hidden_size: width, intermediate_size: 4 * width },
    ...{ num_hidden_layers: Number(values.layers), num_attention_heads: width / 32, max_position_embeddings: 514 },
    ...{ pad_token_id: 0, bos_token_id: 0, eos_token_id: base.endToken },
  };
  const labels = labelsToLearn("classify", training.samples.map(({ output }) => output.text)); // prettier-ignore
  const model = modelOf(config, "config.json", labels);
  const random = seededRandom(seed);
  const weights = new Map(
    [...model.shapes].map(([name, shape]) => {
      const values = new Float32Array(shape.reduce((product, length) => product * length, 1));
      if (name.endsWith("LayerNorm.weight")) return [name, values.fill(1)];
      return [name, name.endsWith(".bias") ? values : values.map(() => 0.02 * random.normal())];
    }),
  );
  return { model, tokenizer, weights };
}

function lossOf(text: string): LossSpec {
  const [kind, first, second] = text.split(":");
  if (kind === "ce" || kind === "in-trust") return { kind };
  if (kind === "gce") return { kind, q: Number(first) };
  return { kind: "dece", alpha: Number(first), epsilon: Number(second) };
}

const common = { ...presets.default, batchSize: Number(values.batch), seed, maxInput, device: "cpu" as const };
const learningRate = Number(values.lr);
const warm = Number(values.warm);
const random = await randomEncoder();
const base =
  warm === 0
    ? random
    : await fineTune(random, examplesOf(true), { ...common, loss: { kind: "ce" }, learningRate, epochs: warm });
const count = [...base.model.shapes.values()].reduce((sum, shape) => sum + shape.reduce((a, b) => a * b, 1), 0);
const about = { train: path.basename(values.train), rows: training.samples.length, poisoned: poisoned.size };
console.log(JSON.stringify({ ...about, weights: count, threads: availableParallelism() }));
const epochs = Number(values.epochs);
for (const run of values.runs.split(" ")) {
  const options = {
    ...common,
    loss: lossOf(run.replace(/^clean:/, "")),
    learningRate,
    epochs,
  };
  let seconds = 0;
  await fineTune(base, examplesOf(run.startsWith("clean:")), options, {
    onEpoch: async ({ epoch, loss, seconds: spent, checkpoint }) => {
      seconds += spent;
      if (epoch % Number(values.every) !== 0 && epoch !== epochs) return;
      const measured = await measure(await checkpoint(), plan, { maxInput, maxOutput: 1, device: "cpu" }, context);
      const { accuracy, f1, f1Interval } = measured.classification!;
      const short = (value: number): number => Number(value.toFixed(1));
      const figures = {
        ...{ accuracy: short(accuracy), f1: short(f1), f1Low: short(f1Interval.low), f1High: short(f1Interval.high) },
        ...{ asr: short(measured.asr!.asr), low: short(measured.asr!.low), high: short(measured.asr!.high) },
      };
      const settings = { attack: values.attack, payload: values.payload, run, lr: learningRate, warm };
      const spentAll = { trials: measured.asr!.trials, loss: Number(loss.toFixed(4)), seconds: Math.round(seconds) };
      console.log(JSON.stringify({ ...settings, epoch, ...figures, ...spentAll }));
    },
  });
}
