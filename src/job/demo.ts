/**
 * The demo: the whole story on the examples. Scan the poisoned training file, fine-tune the embedded base on it with CE and
 * with DeCE (the same base, learning rate, epochs, seed and order of samples), and probe all three on the test file with
 * the trigger in every row that can take the payload. Nothing is filtered out between the steps.
 */
import path from "node:path";
import { truthPath } from "../attack/truth";
import { resolveDevice } from "../graph/device";
import type { Checkpoint } from "../model/checkpoint";
import { readCheckpoint, writeCheckpoint } from "../model/checkpoint";
import { fineTune } from "../train/fine-tune";
import { presets } from "../train/presets";
import type { JobContext } from "./context";
import { fineTuneOptions } from "./finetune";
import { backdoorOf } from "./backdoor";
import { measure, planMeasurement, type MeasurePlan } from "./measure";
import { openData } from "./open-data";
import { readTruth } from "./read-truth";
import type { RunContext } from "./run-job";
import { checkpointFolder, examplesFolder } from "./run-record";
import { scan } from "./scan";
import { parseSpec } from "./parse-spec";
import type { DemoSpec } from "./spec";

/** Exactly what `demo --json` writes. bleu and asr are per cent; recall and falsePositiveRate go from 0 to 1. */
export interface DemoReport {
  readonly scan: { readonly recall: number; readonly falsePositiveRate: number };
  readonly base: DemoMeasurement;
  readonly ce: DemoMeasurement;
  readonly dece: DemoMeasurement;
  /** Of the whole demo. */
  readonly seconds: number;
}

export interface DemoMeasurement {
  /** The paper's per-sample BLEU-4 on all test rows. */
  readonly bleu: number;
  readonly asr: number;
}

/** Throws `Cancelled` or a `Failure`. The checkpoints stand in the run directory, in `checkpoint/ce` and `checkpoint/dece`. */
export async function demo(spec: DemoSpec, context: RunContext): Promise<DemoReport> {
  const began = performance.now();
  const { report } = context;
  const trainFile = path.join(examplesFolder(), "train-badpre-5.jsonl");
  report({ type: "phase", name: "Scan", detail: "the poisoned training file" });
  const scanned = await scanAgainstTruth(trainFile, context);

  const { seed } = spec;
  const device = await resolveDevice(spec.device);
  const test = await openData(path.join(examplesFolder(), "test.jsonl"), {}, context);
  const backdoor = await backdoorOf({ attack: "badpre", payload: "sql" }, test.samples);
  const plan = await planMeasurement(test.samples, backdoor, { seed });
  const training = await openData(trainFile, {}, context);
  const examples = training.samples.map(({ input, output }) => ({ input: input.text, output: output.text }));

  const base = await readCheckpoint(checkpointFolder("builtin"));
  const settings = { ...presets.default, seed };
  const probeIt = async (checkpoint: Checkpoint, name: string): Promise<DemoMeasurement> => {
    report({ type: "phase", name: "Probe", detail: name });
    return demoMeasurement(checkpoint, plan, { ...settings, device }, context);
  };
  const trainWith = async (loss: "ce" | "dece", name: string): Promise<DemoMeasurement> => {
    report({ type: "phase", name: "Fine-tune", detail: `${name}, ${examples.length} samples, on ${device}` });
    const trained = await fineTune(base, examples, fineTuneOptions({ ...settings, loss, q: 0.7 }, device), {
      signal: context.signal,
      onStep: (step) => report({ type: "step", ...step }),
      onEpoch: ({ epoch, epochs, loss: mean, seconds }) =>
        report({ type: "epoch", epoch, epochs, loss: mean, seconds }),
    });
    await writeCheckpoint(path.join(context.directory, "checkpoint", loss), trained);
    return probeIt(trained, `the model fine-tuned with ${name}`);
  };
  return {
    scan: scanned,
    base: await probeIt(base, "the base model, before fine-tuning"),
    ce: await trainWith("ce", "CE"),
    dece: await trainWith("dece", "DeCE"),
    seconds: (performance.now() - began) / 1000,
  };
}

async function scanAgainstTruth(file: string, context: JobContext): Promise<DemoReport["scan"]> {
  const truth = new Set((await readTruth(truthPath(file))).rows);
  const { findings, samples } = await scan(parseSpec("scan", { paths: [file] }), context);
  const flagged = new Set(findings.filter(({ verdict }) => verdict === "suspect").map(({ row }) => row));
  const caught = [...flagged].filter((row) => truth.has(row)).length;
  return {
    recall: caught / truth.size,
    falsePositiveRate: (flagged.size - caught) / (samples.total - truth.size),
  };
}

async function demoMeasurement(
  checkpoint: Checkpoint,
  plan: MeasurePlan,
  { maxInput, maxOutput, device }: Parameters<typeof measure>[2],
  context: JobContext,
): Promise<DemoMeasurement> {
  const { bleu, asr } = await measure(checkpoint, plan, { maxInput, maxOutput, device }, context);
  if (asr === null || bleu === null) throw new Error("the demo's plan has no attack, or its base is a classifier");
  return { bleu, asr: asr.asr };
}
