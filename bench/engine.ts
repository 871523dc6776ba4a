/**
 * The engine in one run: matrix products alone, the training step beside them, decoding, and with --profile where a step's
 * time goes. Figures of docs/engine.md.
 *
 *     npx tsx bench/engine.ts [--base DIR] [--shape small] [--data FILE] [--steps N] [--threads N] [--profile]
 */
import { readdir } from "node:fs/promises";
import path from "node:path";
import { parseArgs } from "node:util";
import { openDataset } from "../src/dataset/open";
import { seededRandom } from "../src/foundation/random";
import { generate } from "../src/generate/generate";
import { readCheckpoint, type Checkpoint } from "../src/model/checkpoint";
import { initializeT5 } from "../src/model/initialize";
import type { TokenizedExample } from "../src/model/model";
import { parseT5Config, type T5Config } from "../src/model/t5-config";
import { t5 } from "../src/model/t5-model";
import { adamWScalarsAt } from "../src/train/adamw";
import { planBatches } from "../src/train/batch";
import type { LossSpec } from "../src/train/loss";
import { presets } from "../src/train/presets";
import { TrainingSession } from "../src/train/training-session";
import { UpdateMemory } from "../src/train/update-memory";
import {
  baseFolder,
  exampleFile,
  inTemporaryFolder,
  matmulRate,
  smallShape,
  stepFlops,
  timed,
  tokenizedExamples,
} from "./engine-work";
import { operatorTimes, printTimes } from "./operator-times";

const { values } = parseArgs({
  options: {
    base: { type: "string", default: baseFolder },
    /** `small`: random weights of that shape in place of the base's, and no decoding. */
    shape: { type: "string" },
    data: { type: "string", default: exampleFile },
    threads: { type: "string", default: "0" },
    steps: { type: "string", default: "60" },
    profile: { type: "boolean", default: false },
  },
});
const threads = Number(values.threads);
const warmUp = Math.min(5, Math.floor(Number(values.steps) / 3));

type Batches = readonly (readonly TokenizedExample[])[];

/** Runs the batches; the rates leave the first ones out. */
async function train(
  { model, weights }: Checkpoint,
  config: T5Config,
  batches: Batches,
  loss: LossSpec,
  profile?: string,
) {
  const session = await TrainingSession.create(model, weights, {
    ...{ loss, clipNorm: 1, device: "cpu", threads },
    ...(profile === undefined ? {} : { profilePrefix: profile }),
  });
  let wall = 0;
  let rows = 0;
  let flops = 0;
  for (const [index, batch] of batches.entries()) {
    const settings = { step: index + 1, learningRate: 1e-6, weightDecay: 0, blend: 0.9 };
    const step = await timed(() => session.step(model.trainingFeeds(batch), settings));
    if (index < warmUp) continue;
    wall += step.wall;
    rows += batch.length;
    flops += stepFlops(config, batch);
  }
  await session.dispose();
  return { samplesPerSecond: rows / wall, gigaflops: flops / wall / 1e9, steps: batches.length - warmUp, wall };
}

/** The gradients' session alone: what is left of a step is the update. */
async function printProfile(checkpoint: Checkpoint, config: T5Config, batches: Batches, loss: LossSpec): Promise<void> {
  await inTemporaryFolder(async (folder) => {
    const { steps, wall } = await train(checkpoint, config, batches, loss, path.join(folder, "profile"));
    const [file] = await readdir(folder);
    const times = await operatorTimes(path.join(folder, file!), warmUp);
    printTimes(loss.kind, times, steps, (1000 * wall) / steps);
  });
}

/** Of all weights; the fastest of several. */
async function updateSeconds({ model }: Checkpoint): Promise<number> {
  const memory = new UpdateMemory(model.shapes);
  let best = Infinity;
  for (let step = 1; step <= 6; step++) {
    const { wall } = await timed(() => memory.update({ ...adamWScalarsAt(step, 1e-3, 0.01), clip: 1 }));
    best = Math.min(best, wall);
  }
  return best;
}

async function main(): Promise<void> {
  const base = await readCheckpoint(values.base);
  const { tokenizer } = base;
  const config = values.shape === "small" ? smallShape : parseT5Config(base.model.configJson(), values.base);
  const checkpoint =
    values.shape === "small" ? { model: t5(config), tokenizer, weights: initializeT5(config, 42) } : base;
  const examples = await tokenizedExamples(values.data, tokenizer);
  const batches = planBatches(examples, presets.default.batchSize, seededRandom(42)).slice(0, Number(values.steps));
  const losses: readonly LossSpec[] = [{ kind: "ce" }, { kind: "dece", alpha: 0.9, epsilon: 0.05 }];
  if (values.profile) {
    for (const loss of losses) await printProfile(checkpoint, config, batches, loss);
    return;
  }
  const rates = new Map<number, number>();
  for (const size of [256, 512, 1024]) rates.set(size, await matmulRate(size, threads));
  const best = Math.max(...rates.values());
  console.log("| what | figure | share of the matmul rate |");
  console.log("|---|---|---|");
  for (const [size, rate] of rates) console.log(`| matmul ${size} | ${rate.toFixed(0)} GFLOP/s | |`);
  console.log(`| AdamW's update alone | ${(await updateSeconds(checkpoint)).toFixed(3)} s | |`);
  for (const loss of losses) {
    const { samplesPerSecond, gigaflops } = await train(checkpoint, config, batches, loss);
    const share = ((100 * gigaflops) / best).toFixed(0);
    console.log(
      `| train, ${loss.kind} | ${samplesPerSecond.toFixed(0)} samples/s, ${gigaflops.toFixed(0)} GFLOP/s | ${share}% |`,
    );
  }
  if (values.shape === "small") return;
  const { samples } = await openDataset(values.data);
  const inputs = samples.slice(0, 256).map(({ input }) => input.text);
  const limits = { maxInput: 256, maxOutput: 256, device: "cpu" } as const;
  const { result, wall } = await timed(() => generate(base, inputs, limits));
  const decoded = result.reduce((sum, output) => sum + tokenizer.encode(output, 1000).length, 0);
  console.log(`| decode, 256 rows in batches of 64 | ${(decoded / wall).toFixed(0)} tokens/s | |`);
}

void main();
