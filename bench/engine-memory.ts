/**
 * What training on the CPU takes at its peak, beside what src/train/memory.ts estimates: the table of docs/engine.md. Every
 * case runs in a process of its own, three steps on constant weights and then the saving of a checkpoint.
 *
 *     npx tsx bench/engine-memory.ts [--cases "512,6,32100,4,128,ce 256,2,4096,16,64,dece+parts4"] [--threads N]
 *
 * A case: width, layers on each side, vocabulary, rows, tokens of input and output, loss; then `+lora8` for adapters of rank 8,
 * `+parts4` for batches that are computed in four parts, `+again` for blocks that are computed again (`--checkpointing`).
 */
import { execFile } from "node:child_process";
import path from "node:path";
import { parseArgs, promisify } from "node:util";
import { readCheckpoint, writeCheckpoint } from "../src/model/checkpoint";
import type { T5Config } from "../src/model/t5-config";
import { t5 } from "../src/model/t5-model";
import type { LossSpec } from "../src/train/loss";
import { memoryEstimate } from "../src/train/memory";
import { TrainingSession } from "../src/train/training-session";
import { baseFolder, inTemporaryFolder, smallShape } from "./engine-work";

const { values } = parseArgs({
  options: {
    cases: {
      type: "string",
      default: [
        ...["256,2,4096,16,64,dece", "256,2,4096,16,256,dece", "256,2,32100,16,128,dece", "512,6,32100,4,128,dece"],
        ...["512,6,32100,4,128,ce", "768,4,32100,2,64,dece", "512,6,32100,4,128,dece+lora8"],
        ...["512,6,32100,16,128,dece", "512,6,32100,16,128,dece+parts4", "512,6,32100,16,128,dece+again"],
        ...["512,6,32100,16,128,dece+parts16+again", "512,6,4096,16,128,dece", "512,6,4096,16,128,dece+again"],
      ].join(" "),
    },
    threads: { type: "string", default: "1" },
    /** What a child process runs. */
    case: { type: "string" },
  },
});

interface Measured {
  readonly weights: number;
  readonly estimated: number;
  readonly stepping: number;
  readonly saved: number;
  /** Of the last step. */
  readonly seconds: number;
}

const gibibyte = 2 ** 30;
const peak = (): number => process.resourceUsage().maxRSS * 1024;

async function measure(text: string): Promise<Measured> {
  const [dimensions = "", ...ways] = text.split("+");
  const [width, layers, vocabulary, rows, length, kind] = dimensions.split(",");
  const numberOf = (way: string): number | undefined => {
    const found = ways.find((one) => one.startsWith(way));
    return found === undefined ? undefined : Number(found.slice(way.length));
  };
  const [rank, accumulate = 1, checkpointing] = [numberOf("lora"), numberOf("parts"), ways.includes("again")];
  const config: T5Config = {
    ...smallShape,
    ...{ width: Number(width), heads: Number(width) / 64, feedForwardWidth: 4 * Number(width) },
    ...{ encoderLayers: Number(layers), decoderLayers: Number(layers), vocabulary: Number(vocabulary) },
  };
  const loss: LossSpec = kind === "ce" ? { kind } : { kind: "dece", alpha: 0.9, epsilon: 0.1 };
  const lora = rank === undefined ? undefined : { rank, alpha: 2 * rank, targets: null, seed: 1 };
  const model = t5(config);
  const weights = new Map<string, Float32Array>();
  let bytes = 0;
  for (const [name, shape] of model.shapes) {
    const size = shape.reduce((product, of) => product * of, 1);
    weights.set(name, new Float32Array(size).fill(0.01));
    bytes += 4 * size;
  }
  const { tokenizer } = await readCheckpoint(baseFolder);
  const session = await TrainingSession.create(model, weights, {
    ...{
      loss,
      clipNorm: 1,
      device: "cpu",
      threads: Number(values.threads),
      lora,
      checkpointing,
      inParts: accumulate > 1,
    },
  });
  const row = Array.from({ length: Number(length) }, (_, at) => 3 + (at % 1000));
  const batch = Array.from({ length: Number(rows) }, () => ({ source: row, target: row }));
  let seconds = 0;
  for (let step = 1; step <= 3; step++) {
    const settings = { step, learningRate: 1e-6, weightDecay: 0.01, blend: 0.9 };
    const size = Math.ceil(batch.length / accumulate);
    const parts = Array.from({ length: accumulate }, (_, part) => batch.slice(part * size, (part + 1) * size));
    const began = performance.now();
    await session.stepInParts(
      parts.filter(({ length: count }) => count > 0).map((part) => model.trainingFeeds(part)),
      settings,
    );
    seconds = (performance.now() - began) / 1000;
  }
  const stepping = peak();
  await inTemporaryFolder(async (folder) =>
    writeCheckpoint(path.join(folder, "checkpoint"), { model, tokenizer, weights: await session.weights() }),
  );
  const estimate = memoryEstimate(model, loss, lora);
  const shape = { rows: Number(rows), source: Number(length), target: Number(length), accumulate, checkpointing };
  return { weights: bytes, estimated: estimate(shape), stepping, saved: peak(), seconds };
}

async function main(): Promise<void> {
  if (values.case !== undefined) {
    console.log(JSON.stringify(await measure(values.case)));
    return;
  }
  console.log(
    "| shape | weights | estimated | stepping | with a checkpoint saved | seconds a step |\n|---|---|---|---|---|---|",
  );
  for (const text of values.cases.split(" ")) {
    const argv = [...process.execArgv, __filename, "--case", text, "--threads", values.threads];
    const { stdout } = await promisify(execFile)(process.execPath, argv);
    const measured = JSON.parse(stdout.trim().split("\n").at(-1)!) as Measured;
    const gigabytes = (value: number): string => `${(value / gibibyte).toFixed(2)} GiB`;
    const { weights, estimated, stepping, saved, seconds } = measured;
    const amounts = [weights, estimated, stepping, saved].map(gigabytes).join(" | ");
    console.log(`| ${text} | ${amounts} | ${seconds.toFixed(1)} |`);
  }
}

void main();
