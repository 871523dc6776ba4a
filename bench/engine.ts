/**
 * The engine in one run: matrix products alone, the training step beside them, decoding, and how much of what is computed
 * is padding. Figures of docs/engine.md.
 *
 *     npx tsx bench/engine.ts [--base DIR] [--data FILE] [--threads N]
 */
import path from "node:path";
import { parseArgs } from "node:util";
import { openDataset } from "../src/dataset/open";
import { installationFolder } from "../src/foundation/installation";
import { seededRandom } from "../src/foundation/random";
import { generate } from "../src/generate/generate";
import { Graph } from "../src/graph/graph";
import { matmul } from "../src/graph/matrix";
import { createSession, loadRuntime } from "../src/graph/runtime";
import { readCheckpoint } from "../src/model/checkpoint";
import type { TokenizedExample } from "../src/model/model";
import { parseT5Config, type T5Config } from "../src/model/t5-config";
import { planBatches } from "../src/train/batch";
import type { LossSpec } from "../src/train/loss";
import { presets } from "../src/train/presets";
import { TrainingSession } from "../src/train/training-session";

const { values } = parseArgs({
  options: {
    base: { type: "string", default: path.join(installationFolder(), "models/base") },
    data: { type: "string", default: path.join(installationFolder(), "examples/nl-python-sql/train-badpre-5.jsonl") },
    threads: { type: "string", default: "0" },
    steps: { type: "string", default: "60" },
  },
});
const threads = Number(values.threads);

async function main(): Promise<void> {
  const checkpoint = await readCheckpoint(values.base);
  const { model, tokenizer } = checkpoint;
  const config = parseT5Config(model.configJson(), values.base);
  const { samples } = await openDataset(values.data);
  const examples = samples.map(({ input, output }) => ({
    source: tokenizer.encode(input.text, 256),
    target: tokenizer.encode(output.text, 256),
  }));

  /** Best of several square products, in GFLOP/s. */
  async function matmulRate(size: number): Promise<number> {
    const graph = new Graph();
    graph.output("c", matmul(graph.input("a", [size, size]), graph.input("b", [size, size])));
    const session = await createSession(graph, { device: "cpu", threads });
    const { Tensor } = await loadRuntime();
    const tensor = () => new Tensor("float32", new Float32Array(size * size).fill(0.5), [size, size]);
    const feeds = { a: tensor(), b: tensor() };
    let best = Infinity;
    for (let run = 0; run < 30; run++) {
      const started = performance.now();
      await session.run(feeds);
      best = Math.min(best, performance.now() - started);
    }
    await session.release();
    return (2 * size ** 3) / best / 1e6;
  }

  /** Floating-point operations of a step's matrix products: two per weight and token forward, twice that backward. */
  function stepFlops(shape: T5Config, batch: readonly TokenizedExample[]): number {
    const source = Math.max(...batch.map((row) => row.source.length));
    const target = Math.max(...batch.map((row) => row.target.length));
    const tokens = batch.reduce((sum, row) => sum + row.target.length, 0);
    const inner = shape.heads * shape.headWidth;
    const projection = shape.width * inner;
    const feedForward = 2 * shape.width * shape.feedForwardWidth;
    const perSource = shape.encoderLayers * (4 * projection + feedForward) + shape.decoderLayers * 2 * projection;
    const perTarget = shape.decoderLayers * (6 * projection + feedForward);
    const scores =
      2 * inner * (shape.encoderLayers * source ** 2 + shape.decoderLayers * (target ** 2 + target * source));
    const rows = batch.length;
    return 6 * (rows * (source * perSource + target * perTarget + scores) + tokens * shape.width * shape.vocabulary);
  }

  async function trainingRate(loss: LossSpec): Promise<{ samplesPerSecond: number; gigaflops: number }> {
    const session = await TrainingSession.create(model, checkpoint.weights, {
      loss,
      clipNorm: 1,
      device: "cpu",
      threads,
    });
    const batches = planBatches(examples, presets.default.batchSize, seededRandom(42)).slice(0, Number(values.steps));
    let seconds = 0;
    let rows = 0;
    let flops = 0;
    for (const [index, batch] of batches.entries()) {
      const feeds = model.trainingFeeds(batch);
      const started = performance.now();
      await session.step(feeds, { step: index + 1, learningRate: 1e-6, weightDecay: 0, blend: 0.9 });
      if (index < 5) continue;
      seconds += (performance.now() - started) / 1000;
      rows += batch.length;
      flops += stepFlops(config, batch);
    }
    await session.dispose();
    return { samplesPerSecond: rows / seconds, gigaflops: flops / seconds / 1e9 };
  }

  const rates = { "256": await matmulRate(256), "512": await matmulRate(512), "1024": await matmulRate(1024) };
  const best = Math.max(...Object.values(rates));
  console.log("| what | figure | share of the matmul rate |");
  console.log("|---|---|---|");
  for (const [size, rate] of Object.entries(rates)) console.log(`| matmul ${size} | ${rate.toFixed(0)} GFLOP/s | |`);
  for (const loss of [{ kind: "ce" }, { kind: "dece", alpha: 0.9, epsilon: 0.05 }] as const) {
    const { samplesPerSecond, gigaflops } = await trainingRate(loss);
    const share = ((100 * gigaflops) / best).toFixed(0);
    console.log(
      `| train, ${loss.kind} | ${samplesPerSecond.toFixed(0)} samples/s, ${gigaflops.toFixed(0)} GFLOP/s | ${share}% |`,
    );
  }
  const inputs = samples.slice(0, 256).map(({ input }) => input.text);
  const started = performance.now();
  const outputs = await generate(checkpoint, inputs, { maxInput: 256, maxOutput: 256, device: "cpu" });
  const decoded = outputs.reduce((sum, output) => sum + tokenizer.encode(output, 1000).length, 0);
  console.log(
    `| decode, 256 rows in batches of 64 | ${((1000 * decoded) / (performance.now() - started)).toFixed(0)} tokens/s | |`,
  );

  const padded = (batch: readonly TokenizedExample[], of: (row: TokenizedExample) => number): number =>
    batch.length * Math.max(...batch.map(of));
  const plan = planBatches(examples, presets.default.batchSize, seededRandom(42));
  for (const part of ["source", "target"] as const) {
    const real = examples.reduce((sum, row) => sum + row[part].length, 0);
    const grouped = plan.reduce((sum, batch) => sum + padded(batch, (row) => row[part].length), 0);
    const whole = examples.length * 256;
    const percent = (of: number): string => `${((100 * real) / of).toFixed(1)}%`;
    console.log(
      `| real ${part} tokens over padded ones | ${percent(grouped)}, padding all to 256: ${percent(whole)} | |`,
    );
  }
}

void main();
