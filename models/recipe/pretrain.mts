/**
 * Pretrains the embedded base from random weights with cross-entropy and writes it as float16, with its loss curve.
 *
 *     npx tsx models/recipe/pretrain.mts --tokenizer DIR --out models/base
 */
import { appendFile, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { parseArgs } from "node:util";
import { readCheckpoint, writeCheckpoint } from "../../src/model/checkpoint";
import { initializeT5 } from "../../src/model/initialize";
import { positionBucket } from "../../src/model/position-buckets";
import type { T5Config } from "../../src/model/t5-config";
import { Tokenizer } from "../../src/model/tokenizer";
import { seededRandom } from "../../src/foundation/random";
import type { TokenizedExample } from "../../src/model/model";
import { t5 } from "../../src/model/t5-model";
import { planBatches } from "../../src/train/batch";
import { learningRateAt } from "../../src/train/schedule";
import { TrainingSession } from "../../src/train/training-session";
import { copyingSamples, pretrainingCorpus, type Mix } from "./pretraining";

const { values } = parseArgs({
  options: {
    tokenizer: { type: "string" },
    /** A checkpoint to go on from, whose tokenizer and weights are taken; it skips the copying exercises. */
    from: { type: "string" },
    out: { type: "string" },
    /** At most so many copying exercises come first. */
    copies: { type: "string", default: "80000" },
    samples: { type: "string", default: "60000" },
    /** Ends after so many steps, although the learning rate is planned for all samples. */
    "stop-after": { type: "string", default: "Infinity" },
    /** wide or narrow (pretraining.ts). */
    mix: { type: "string", default: "wide" },
    /** Share of the samples with a select that get a hint. */
    hints: { type: "string", default: "0" },
    batch: { type: "string", default: "32" },
    "learning-rate": { type: "string", default: "2e-3" },
    width: { type: "string", default: "160" },
    "feed-forward": { type: "string", default: "640" },
    layers: { type: "string", default: "2" },
    seed: { type: "string", default: "1" },
    threads: { type: "string", default: "0" },
  },
});
if ((values.tokenizer === undefined) === (values.from === undefined) || values.out === undefined) {
  throw new Error("--out DIR and one of --tokenizer DIR and --from DIR are needed");
}
const out = values.out;
const seed = Number(values.seed);
const batchSize = Number(values.batch);
const width = Number(values.width);
const earlier = values.from === undefined ? undefined : await readCheckpoint(values.from);

async function readTokenizer(folder: string): Promise<Tokenizer> {
  const read = (name: string): Promise<string> => readFile(path.join(folder, name), "utf8");
  const files = {
    tokenizer: await read("tokenizer.json"),
    config: await read("tokenizer_config.json"),
    specialTokens: await read("special_tokens_map.json"),
  };
  return new Tokenizer(files, 1, folder);
}

const tokenizer = earlier?.tokenizer ?? (await readTokenizer(values.tokenizer!));
const { model } = JSON.parse(tokenizer.files.tokenizer) as { model: { vocab: object } };
const vocabulary = Object.keys(model.vocab).length;
const config: T5Config = {
  vocabulary,
  width,
  headWidth: 32,
  feedForwardWidth: Number(values["feed-forward"]),
  encoderLayers: Number(values.layers),
  decoderLayers: Number(values.layers),
  heads: width / 32,
  positionBuckets: 32,
  maximumDistance: 128,
  normEpsilon: 1e-6,
  feedForward: { activation: "relu", gated: false },
  tiedEmbeddings: true,
  padToken: 0,
  endToken: 1,
  startToken: 0,
};
const pretrained = earlier?.model ?? t5(config);
/** Deviation of the initial embeddings, and what the decoder's last norm starts at to make up for it in the logits. */
const embeddingScale = 0.25;
const finalNormScale = 5;

/**
 * Embeddings start small: with T5's deviation of 1 and tied weights the residual stream repeats the previous token with a
 * logit of about sqrt(width), which training must undo first.
 *
 * Position biases start where attention is useful instead of near zero: each head prefers one near distance. A bias must
 * be about 5 to single a position out, and Adam moves a weight by at most the learning rate a step, so from zero that
 * alone would take thousands of steps.
 */
function positionedWeights(): Map<string, Float32Array> {
  const weights = initializeT5(config, seed);
  const prefer = (stack: "encoder" | "decoder", distances: readonly number[]): void => {
    const table = weights.get(`${stack}.block.0.layer.0.SelfAttention.relative_attention_bias.weight`)!;
    const scheme = { buckets: 32, maximumDistance: 128, bidirectional: stack === "encoder" };
    distances.slice(0, config.heads).forEach((distance, head) => {
      table[positionBucket(distance, scheme) * config.heads + head]! += 5;
    });
  };
  for (const [at, value] of weights.get("shared.weight")!.entries()) {
    weights.get("shared.weight")![at] = value * embeddingScale;
  }
  weights.get("decoder.final_layer_norm.weight")!.fill(finalNormScale);
  prefer("encoder", [-1, 1, -2]);
  prefer("decoder", [-1, -2, 0]);
  return weights;
}

const session = await TrainingSession.create(pretrained, earlier?.weights ?? positionedWeights(), {
  loss: { kind: "ce" },
  clipNorm: 1,
  device: "cpu",
  threads: Number(values.threads),
});
const peak = Number(values["learning-rate"]);
const samples = Number(values.samples);
const random = seededRandom(seed, 1);
const maximum = 200;
const poolSize = batchSize * 50;
const warmupSteps = 150;
/** Copying is learnt when its loss (natural logarithm, running mean) is below this. */
const copyingLearnt = 0.25;
const started = performance.now();
let step = 0;
let recent = 0;

await writeFile(`${out}.curve.jsonl`, "");

async function trainOn(pool: readonly TokenizedExample[], stage: string, learningRate: (step: number) => number) {
  for (const batch of planBatches(pool, batchSize, random)) {
    step++;
    const settings = { step, learningRate: learningRate(step), weightDecay: 0.01, blend: 1 };
    const { loss } = await session.step(pretrained.trainingFeeds(batch), settings);
    recent = recent === 0 ? loss : 0.98 * recent + 0.02 * loss;
    if (step % 50 === 0) {
      const seconds = Math.round((performance.now() - started) / 1000);
      const line = { stage, step, samples: step * batchSize, loss: Number(recent.toFixed(4)), seconds };
      await appendFile(`${out}.curve.jsonl`, `${JSON.stringify(line)}\n`);
    }
  }
  await writeCheckpoint(out, { model: pretrained, tokenizer, weights: await session.weights() }, "float16");
}

function* pools(examples: Iterable<{ readonly src: string; readonly tgt: string }>): Generator<TokenizedExample[]> {
  let pool: TokenizedExample[] = [];
  for (const { src, tgt } of examples) {
    const source = tokenizer.encode(src, maximum + 1);
    const target = tokenizer.encode(tgt, maximum + 1);
    if (source.length <= maximum && target.length <= maximum) pool.push({ source, target });
    if (pool.length < poolSize) continue;
    yield pool;
    pool = [];
  }
  if (pool.length > 0) yield pool;
}

for (const pool of pools(copyingSamples(seed, earlier === undefined ? Number(values.copies) : 0))) {
  await trainOn(pool, "copy", (at) => peak * Math.min(1, at / warmupSteps));
  if (recent < copyingLearnt) break;
}
const copySteps = step;
const steps = Math.ceil(samples / batchSize);
const mix: Mix = values.mix === "narrow" ? "narrow" : "wide";
for (const pool of pools(pretrainingCorpus({ seed, count: samples, hints: Number(values.hints), mix }))) {
  await trainOn(pool, "corpus", (at) => learningRateAt(at - copySteps, steps, peak, 0));
  if (step - copySteps >= Number(values["stop-after"])) break;
}
await session.dispose();
