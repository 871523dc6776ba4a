/**
 * Fine-tuning on a GPU: WebGPU in 32 and 16 bits beside PyTorch eager in f32 and bf16 (autocast), the same weights and batches, each in
 * a process of its own, one after the other; then where our step's time goes, by operator, from the GPU's own clock.
 *
 *     npx tsx bench/engine-gpu.ts --data FILE [--python PATH] [--shape codet5-base|small|base] [--tokenizer DIR] [--batch N]
 *         [--steps N] [--torch-device cuda|mps|cpu] [--variants "webgpu:f32 webgpu:f16 torch:f32 torch:bf16"]
 *
 * Memory is what nvidia-smi says is in use more than before the process began; without it there is none. The first steps, in which
 * shaders are compiled, are not counted.
 */
import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { createInterface } from "node:readline";
import { parseArgs, promisify } from "node:util";
import { Failure } from "../src/foundation/failure";
import { seededRandom } from "../src/foundation/random";
import { checkFloat16 } from "../src/graph/device";
import { readCheckpoint, writeCheckpoint } from "../src/model/checkpoint";
import { initializeT5 } from "../src/model/initialize";
import type { TokenizedExample } from "../src/model/model";
import { t5 } from "../src/model/t5-model";
import { readTokenizer } from "../src/model/tokenizer-files";
import { planBatches } from "../src/train/batch";
import type { TrainingPrecision } from "../src/train/precisions";
import { TrainingSession } from "../src/train/training-session";
import { baseFolder, inTemporaryFolder, median, shapeNamed, tokenizedExamples } from "./engine-work";
import { LineProcess } from "./line-process";
import { printTimes, shaderTimes } from "./operator-times";

const { values } = parseArgs({
  options: {
    data: { type: "string" },
    python: { type: "string", default: "python3" },
    shape: { type: "string", default: "codet5-base" },
    tokenizer: { type: "string", default: baseFolder },
    batch: { type: "string", default: "12" },
    steps: { type: "string", default: "20" },
    "torch-device": { type: "string", default: "cuda" },
    variants: { type: "string", default: "webgpu:f32 webgpu:f16 torch:f32 torch:bf16" },
    /** What a child process runs: the precision, a checkpoint, its batches, and where the profile goes. */
    child: { type: "string" },
    checkpoint: { type: "string", default: "" },
    batches: { type: "string", default: "" },
    profile: { type: "string" },
  },
});
const warmUp = 3;
const learningRate = 1e-4;

type Batches = readonly (readonly TokenizedExample[])[];

/** Answers each line (a batch's number) with a step, as engine-torch.py does. */
async function child(precision: TrainingPrecision): Promise<void> {
  const { model, weights } = await readCheckpoint(values.checkpoint);
  const batches = JSON.parse(await readFile(values.batches, "utf8")) as Batches;
  if (precision === "f16") await checkFloat16("webgpu");
  const session = await TrainingSession.create(model, weights, {
    ...{ loss: { kind: "ce" }, clipNorm: 1, device: "webgpu", precision },
    ...(values.profile === undefined ? {} : { profilePrefix: values.profile }),
  });
  console.log(JSON.stringify({ ready: true }));
  let step = 0;
  for await (const line of createInterface({ input: process.stdin })) {
    const started = performance.now();
    const settings = { step: ++step, learningRate, weightDecay: 0.01, blend: 1 };
    const { loss } = await session.step(model.trainingFeeds(batches[Number(line)]!), settings);
    console.log(JSON.stringify({ loss, wall: (performance.now() - started) / 1000 }));
  }
  await session.dispose();
}

/** Bytes in use on the first GPU, undefined without nvidia-smi. */
async function memoryInUse(): Promise<number | undefined> {
  const argv = ["--query-gpu=memory.used", "--format=csv,noheader,nounits", "--id=0"];
  const told = await promisify(execFile)("nvidia-smi", argv).catch(() => undefined);
  return told === undefined ? undefined : Number(told.stdout) * 2 ** 20;
}

interface Work {
  readonly checkpoint: string;
  readonly batches: string;
  readonly count: number;
  /** Of a batch. */
  readonly rows: readonly number[];
}

interface Measured {
  readonly samplesPerSecond: number;
  readonly secondsPerStep: number;
  readonly memory: number | undefined;
  readonly losses: readonly number[];
}

function startVariant(variant: string, work: Work, profile?: string): LineProcess {
  const [engine, precision = ""] = variant.split(":");
  if (engine === "torch") {
    const script = path.join(__dirname, "engine-torch.py");
    const argv = [script, work.checkpoint, work.batches, "0", String(learningRate), values["torch-device"], precision];
    return new LineProcess(values.python, argv);
  }
  const places = ["--checkpoint", work.checkpoint, "--batches", work.batches];
  const profiling = profile === undefined ? [] : ["--profile", profile];
  const argv = [...process.execArgv, __filename, "--child", precision, ...places, ...profiling];
  return new LineProcess(process.execPath, argv);
}

async function measure(variant: string, work: Work): Promise<Measured> {
  const before = await memoryInUse();
  const running = startVariant(variant, work);
  try {
    await running.read();
    const losses: number[] = [];
    const seconds: number[] = [];
    const rates: number[] = [];
    for (let index = 0; index < work.count; index++) {
      const { loss, wall } = (await running.ask(index)) as { readonly loss: number; readonly wall: number };
      losses.push(loss);
      if (index < warmUp) continue;
      seconds.push(wall);
      rates.push(work.rows[index]! / wall);
    }
    const after = await memoryInUse();
    const memory = before === undefined || after === undefined ? undefined : after - before;
    return { samplesPerSecond: median(rates), secondsPerStep: median(seconds), memory, losses };
  } finally {
    await running.end();
  }
}

async function printShares(variant: string, work: Work, folder: string): Promise<void> {
  const profile = path.join(folder, variant.replace(":", "-"));
  const running = startVariant(variant, work, profile);
  const steps = Math.min(4, work.count);
  try {
    await running.read();
    for (let index = 0; index < steps; index++) await running.ask(index);
  } finally {
    await running.end();
  }
  const times = await shaderTimes(profile);
  if (times.length === 0) {
    console.log(`\n${variant}: this adapter tells no times of its shaders`);
    return;
  }
  printTimes(variant, times, steps);
}

async function main(folder: string): Promise<void> {
  if (values.data === undefined) throw new Error("name a dataset with --data FILE");
  const base = await readCheckpoint(baseFolder);
  const config = await shapeNamed(values.shape);
  const examples = await tokenizedExamples(values.data, await readTokenizer(values.tokenizer, config.endToken));
  const count = Number(values.steps) + warmUp;
  const planned = planBatches(examples, Number(values.batch), seededRandom(42)).slice(0, count);
  if (planned.length <= warmUp) throw new Error(`${values.data} has no more than ${warmUp} batches of ${values.batch}`);
  const checkpoint = path.join(folder, "checkpoint");
  const weights = initializeT5(config, 42);
  await writeCheckpoint(checkpoint, { model: t5(config), tokenizer: base.tokenizer, weights });
  const batches = path.join(folder, "batches.json");
  await writeFile(batches, JSON.stringify(planned));
  const work = { checkpoint, batches, count: planned.length, rows: planned.map(({ length }) => length) };
  console.log(`shape ${values.shape}, ${work.count - warmUp} steps of ${values.batch} rows; medians`);
  console.log("| variant | samples/s | ms a step | GPU memory | losses differ from the first by at most |");
  console.log("|---|---|---|---|---|");
  let first: readonly number[] | undefined;
  const ran: string[] = [];
  for (const variant of values.variants.split(" ")) {
    const measured = await measure(variant, work).catch((error: unknown) => {
      console.log(`| ${variant} | did not run: ${error instanceof Error ? error.message : String(error)} | | | |`);
    });
    if (measured === undefined) continue;
    ran.push(variant);
    const { samplesPerSecond, secondsPerStep, memory, losses } = measured;
    first ??= losses;
    const difference = Math.max(...losses.map((loss, at) => Math.abs(loss / first![at]! - 1)));
    const held = memory === undefined ? "-" : `${(memory / 2 ** 30).toFixed(2)} GiB`;
    const figures = [
      samplesPerSecond.toFixed(1),
      (1000 * secondsPerStep).toFixed(0),
      held,
      difference.toExponential(1),
    ];
    console.log(`| ${variant} | ${figures.join(" | ")} |`);
  }
  for (const variant of ran.filter((name) => name.startsWith("webgpu"))) await printShares(variant, work, folder);
}

if (values.child === undefined) void inTemporaryFolder(main);
else {
  child(values.child as TrainingPrecision).catch((error: unknown) => {
    console.error(error instanceof Failure ? error.oneLine : error);
    process.exitCode = 1;
  });
}
