/** What the engine's benches share: model shapes, tokenized data, the matrix rate, and a step's floating-point operations. */
import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { openDataset } from "../src/dataset/open";
import { installationFolder } from "../src/foundation/installation";
import { seededRandom } from "../src/foundation/random";
import { Graph } from "../src/graph/graph";
import { matmul } from "../src/graph/matrix";
import { createSession, loadRuntime } from "../src/graph/runtime";
import { readCheckpoint } from "../src/model/checkpoint";
import type { Model, TokenizedExample } from "../src/model/model";
import { parseT5Config, type T5Config } from "../src/model/t5-config";
import type { Tokenizer } from "../src/model/tokenizer";

const inInstallation = (file: string): string => path.join(installationFolder(), file);

export const baseFolder = inInstallation("models/base");
export const exampleFile = inInstallation("examples/nl-python-sql/train-badpre-5.jsonl");

function shape(width: number, layers: number, heads: number, feedForwardWidth: number): T5Config {
  return {
    ...{ vocabulary: 32_100, width, headWidth: 64, feedForwardWidth, heads },
    ...{ encoderLayers: layers, decoderLayers: layers, positionBuckets: 32, maximumDistance: 128, normEpsilon: 1e-6 },
    feedForward: { activation: "relu", gated: false },
    ...{ tiedEmbeddings: true, padToken: 0, endToken: 2, startToken: 0 },
  };
}

/** T5-small's and CodeT5-small's shape, 60 million weights. */
export const smallShape = shape(512, 6, 8, 2048);
/** CodeT5-base's shape, 220 million weights. */
export const codeT5BaseShape = shape(768, 12, 12, 3072);

/** The shape of that name; `base` is the embedded base's. */
export async function shapeNamed(name: string): Promise<T5Config> {
  if (name === "small") return smallShape;
  if (name === "codet5-base") return codeT5BaseShape;
  if (name !== "base") throw new Error(`no shape is called ${name}: base, small or codet5-base`);
  const { model } = await readCheckpoint(baseFolder);
  return parseT5Config(model.configJson(), baseFolder);
}

/** Weights whose activations stay moderate: norms at 1, biases at 0, else normal deviates, the same million of them again and again. */
export function randomWeights({ shapes }: Model, deviation: number): Map<string, Float32Array> {
  const random = seededRandom(42);
  const normal = Float32Array.from({ length: 2 ** 20 }, () => deviation * random.normal());
  const weights = new Map<string, Float32Array>();
  for (const [name, shape] of shapes) {
    const weight = new Float32Array(shape.reduce((product, length) => product * length, 1));
    if (shape.length === 1) weight.fill(name.endsWith("bias") ? 0 : 1);
    else
      for (let from = 0; from < weight.length; from += normal.length)
        weight.set(normal.subarray(0, weight.length - from), from);
    weights.set(name, weight);
  }
  return weights;
}

export async function tokenizedExamples(file: string, tokenizer: Tokenizer): Promise<TokenizedExample[]> {
  const { samples } = await openDataset(file);
  return samples.map(({ input, output }) => ({
    source: tokenizer.encode(input.text, 256),
    target: tokenizer.encode(output.text, 256),
  }));
}

/** The best of several products of square matrices of that size, both inputs of the graph, in GFLOP/s. */
export async function matmulRate(size: number, threads: number): Promise<number> {
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

const longest = (batch: readonly TokenizedExample[], part: keyof TokenizedExample): number =>
  batch.reduce((most, row) => Math.max(most, row[part].length), 0);

/** Floating-point operations of a step's matrix products: two per weight and token forward, twice that backward. */
export function stepFlops(of: T5Config, batch: readonly TokenizedExample[]): number {
  const source = longest(batch, "source");
  const target = longest(batch, "target");
  const tokens = batch.reduce((sum, row) => sum + row.target.length, 0);
  const inner = of.heads * of.headWidth;
  const projection = of.width * inner;
  const feedForward = 2 * of.width * of.feedForwardWidth;
  const perSource = of.encoderLayers * (4 * projection + feedForward) + of.decoderLayers * 2 * projection;
  const perTarget = of.decoderLayers * (6 * projection + feedForward);
  const scores = 2 * inner * (of.encoderLayers * source ** 2 + of.decoderLayers * (target ** 2 + target * source));
  const rows = batch.length;
  return 6 * (rows * (source * perSource + target * perTarget + scores) + tokens * of.width * of.vocabulary);
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return (sorted[Math.floor((sorted.length - 1) / 2)]! + sorted[Math.ceil((sorted.length - 1) / 2)]!) / 2;
}

/** Wall-clock and processor seconds that `work` takes; the latter say more on a machine that others use too. */
export async function timed<Result>(
  work: () => Promise<Result>,
): Promise<{ readonly result: Result; readonly wall: number; readonly processor: number }> {
  const cpu = process.cpuUsage();
  const started = performance.now();
  const result = await work();
  const wall = (performance.now() - started) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  return { result, wall, processor: (user + system) / 1e6 };
}

/** Runs `work` with a folder of its own, which is removed after it. */
export async function inTemporaryFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(path.join(os.tmpdir(), "dece-bench-"));
  try {
    await work(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}
