/**
 * The training step beside PyTorch eager: the same weights, batches and threads, steps in turn, losses compared. Figures of
 * docs/engine.md.
 *
 *     npx tsx bench/engine-torch.ts --python PATH [--shape small|base|codet5-base] [--steps N] [--batch N] [--threads N] [--data FILE]
 */
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { parseArgs } from "node:util";
import { seededRandom } from "../src/foundation/random";
import { readCheckpoint, writeCheckpoint } from "../src/model/checkpoint";
import { initializeT5 } from "../src/model/initialize";
import { t5 } from "../src/model/t5-model";
import { planBatches } from "../src/train/batch";
import { TrainingSession } from "../src/train/training-session";
import {
  baseFolder,
  exampleFile,
  inTemporaryFolder,
  matmulRate,
  median,
  shapeNamed,
  stepFlops,
  timed,
  tokenizedExamples,
} from "./engine-work";
import { LineProcess } from "./line-process";

const { values } = parseArgs({
  options: {
    python: { type: "string", default: "python3" },
    shape: { type: "string", default: "small" },
    steps: { type: "string", default: "8" },
    batch: { type: "string", default: "16" },
    threads: { type: "string", default: "1" },
    data: { type: "string", default: exampleFile },
  },
});
const threads = Number(values.threads);
const learningRate = 1e-4;

interface Step {
  readonly loss: number;
  readonly wall: number;
  readonly processor: number;
}

/** The Python process, which answers each batch's number with a step. */
async function startTorch(checkpoint: string, batches: string) {
  const script = path.join(__dirname, "engine-torch.py");
  const argv = [script, checkpoint, batches, String(threads), String(learningRate), "cpu", "f32"];
  const child = new LineProcess(values.python, argv, { OMP_NUM_THREADS: String(threads) });
  const { torch } = await child.read().catch((error: unknown) => {
    console.error(
      `${values.python} does not run PyTorch: pip install torch transformers, and name it with --python PATH`,
    );
    throw error;
  });
  return { version: String(torch), child };
}

async function compare(folder: string): Promise<void> {
  const base = await readCheckpoint(baseFolder);
  const config = await shapeNamed(values.shape);
  const model = t5(config);
  const weights = initializeT5(config, 42);
  const examples = await tokenizedExamples(values.data, base.tokenizer);
  const batches = planBatches(examples, Number(values.batch), seededRandom(42)).slice(0, Number(values.steps) + 2);
  const checkpoint = path.join(folder, "checkpoint");
  await writeCheckpoint(checkpoint, { model, tokenizer: base.tokenizer, weights });
  await writeFile(path.join(folder, "batches.json"), JSON.stringify(batches));
  const torch = await startTorch(checkpoint, path.join(folder, "batches.json"));
  const session = await TrainingSession.create(model, weights, {
    ...{ loss: { kind: "ce" }, clipNorm: 1, device: "cpu", threads },
  });
  const ours: Step[] = [];
  const theirs: Step[] = [];
  for (const [index, batch] of batches.entries()) {
    const { result, wall, processor } = await timed(() =>
      session.step(model.trainingFeeds(batch), { step: index + 1, learningRate, weightDecay: 0.01, blend: 1 }),
    );
    ours.push({ loss: result.loss, wall, processor });
    theirs.push((await torch.child.ask(index)) as unknown as Step);
  }
  await torch.child.end();
  await session.dispose();
  const difference = Math.max(...ours.map(({ loss }, at) => Math.abs(loss / theirs[at]!.loss - 1)));
  const counted = <Item>(items: readonly Item[]): readonly Item[] => items.slice(2);
  const flops = counted(batches).reduce((sum, batch) => sum + stepFlops(config, batch), 0);
  const rate = Math.max(await matmulRate(512, threads), await matmulRate(1024, threads));
  const row = (name: string, steps: readonly Step[]): string => {
    const total = (of: keyof Step): number => counted(steps).reduce((sum, step) => sum + step[of], 0);
    const perStep = (seconds: number): string => `${((1000 * seconds) / counted(steps).length).toFixed(0)} ms`;
    const achieved = flops / total("processor") / 1e9;
    const share = threads === 1 ? `${((100 * achieved) / rate).toFixed(0)}%` : "";
    return `| ${name} | ${perStep(total("wall"))} | ${perStep(total("processor"))} | ${share} |`;
  };
  const ratio = (of: "wall" | "processor"): string =>
    median(counted(ours).map((step, at) => counted(theirs)[at]![of] / step[of])).toFixed(2);
  console.log(`shape ${values.shape}, batches of ${values.batch}, ${threads} thread(s), torch ${torch.version}`);
  console.log(`matmul: ${rate.toFixed(0)} GFLOP/s; losses differ by at most ${difference.toExponential(1)} relative`);
  console.log("| step | wall clock | processor | share of the matmul rate, by processor time |");
  console.log("|---|---|---|---|");
  console.log(row("ours", ours));
  console.log(row("PyTorch eager", theirs));
  console.log(`| PyTorch's time over ours (median) | ${ratio("wall")} | ${ratio("processor")} | |`);
}

void inTemporaryFolder(compare);
