/**
 * The fine-tune job. Each complete epoch replaces `checkpoint/` and `state/` in the run directory; `--out` appears once,
 * when training is over. So a cancelled or killed run leaves its last complete epoch there, from which it can be resumed.
 */
import path from "node:path";
import { memoryOfThisProcess } from "../foundation/available-memory";
import { Failure, throwIfCancelled } from "../foundation/failure";
import { installationVersion } from "../foundation/installation";
import { identityOf, isWithin } from "../foundation/same-file";
import { checkWritableFolder } from "../foundation/writable";
import { checkFloat16, resolveDevice } from "../graph/device";
import type { ResolvedDevice } from "../graph/runtime";
import { readCheckpoint, writeCheckpoint } from "../model/checkpoint";
import { fineTune, type FineTuneOptions } from "../train/fine-tune";
import type { LoraSpec } from "../model/lora";
import type { Model } from "../model/model";
import type { LossSpec } from "../train/loss";
import { trainedShapes } from "../train/training-graph";
import { lossNames } from "../train/loss-names";
import { backdoorOf, namesBackdoor } from "./backdoor";
import { largestGpuMemory } from "./doctor/adapters";
import { thisMachine } from "./doctor/machine";
import type { EpochReport, FinetuneReport, FinetuneSettings, Measurement, Settings } from "./finetune-report";
import { measure, numbersOf, planMeasurement, type MeasurePlan } from "./measure";
import { openData } from "./open-data";
import type { Split } from "./open-folder";
import { readProgress, readState, removeState, writeState } from "./resume";
import type { RunContext } from "./run-job";
import { checkpointFolder } from "./run-record";
import type { FinetuneSpec } from "./spec";
import { checkTask, labelsToLearn } from "./task";

/** Trains, and measures where the spec names rows to measure on. Throws `Cancelled` or a `Failure`. */
export async function finetune(spec: FinetuneSpec, context: RunContext): Promise<FinetuneReport> {
  const began = performance.now();
  const { signal, report } = context;
  if (namesBackdoor(spec) && spec.valid === undefined && spec.test === undefined) {
    throw new Failure("there are no rows to measure the attack on", {
      remedy: "Add --valid FILE or --test FILE, or leave the trigger out",
      usage: true,
    });
  }
  const lora = loraOf(spec);
  await checkOut(spec, context.directory);
  const progress = spec.resume === undefined ? null : await readProgress(context.directory);
  const device = progress?.device ?? (await resolveDevice(spec.device));
  if (spec.precision === "f16") await checkFloat16(device);
  report({ type: "phase", name: "Reading", detail: spec.data });
  const training = await openData(spec.data, spec, context, "train");
  const valid = await planFor(spec.valid, "validation", spec, context);
  const test = await planFor(spec.test, "test", { ...spec, limit: undefined }, context);
  const outputs = training.samples.map(({ output }) => output.text);
  const labels = labelsToLearn(spec.task, outputs);
  const base = await readCheckpoint(checkpointFolder(spec.model), { forTraining: true, labels });
  checkTask(spec.task, base.model);
  throwIfCancelled(signal);
  const from =
    progress === null ? undefined : await readState(context.directory, progress, trainedShapes(base.model, lora));
  const options = fineTuneOptions(spec, device);
  const epochs: EpochReport[] = [...(progress?.epochs ?? [])];
  const kept = path.join(context.directory, "checkpoint");
  const examples = training.samples.map(({ input, output }) => ({ input: input.text, output: output.text }));
  const classes = base.model.labels === undefined ? "" : `${base.model.labels.length} classes, `;
  const detail = `${examples.length} samples, ${classes}${lossNames[spec.loss]}, on ${device}`;
  if (spec.resume !== undefined) {
    const message = `resumed after epoch ${progress?.epoch ?? 0} of ${spec.epochs}`;
    report({ type: "log", level: "info", message });
  }
  report({ type: "phase", name: "Fine-tuning", detail });
  let estimatedMemory: number | null = null;
  const finished = await fineTune(base, examples, options, {
    signal,
    from,
    availableMemory: memoryOfThisProcess(),
    gpuMemory: device === "webgpu" ? await largestGpuMemory(thisMachine(signal)) : undefined,
    onMemory: (bytes) => {
      estimatedMemory = bytes;
      report({
        type: "log",
        level: "info",
        message: `about ${(bytes / 2 ** 30).toFixed(1)} GiB of memory at the most`,
      });
    },
    onStep: (step) => report({ type: "step", ...step }),
    onSkippedStep: (step, { scale }) => {
      const message = `step ${step} changed nothing, for a number was too large for 16 bits; the loss is scaled by ${scale} now`;
      report({ type: "log", level: "info", message });
    },
    onEpoch: async ({ epoch, epochs: total, loss, seconds, checkpoint, state }) => {
      const now = await checkpoint();
      throwIfCancelled(signal);
      await writeCheckpoint(kept, now);
      if (valid !== null) report({ type: "phase", name: "Measuring", detail: `epoch ${epoch} of ${total}` });
      const measured = valid === null ? null : numbersOf(await measure(now, valid, options, context));
      epochs.push({ epoch, loss, seconds, valid: measured });
      await writeState(context.directory, trainedShapes(now.model, lora), await state(), { epochs, device });
      report({
        type: "epoch",
        epoch,
        epochs: total,
        loss,
        seconds,
        ...(measured?.bleu == null ? {} : { bleu: measured.bleu }),
        ...(measured?.classification == null
          ? {}
          : { accuracy: measured.classification.accuracy, f1: measured.classification.f1 }),
        ...(measured?.asr == null ? {} : { asr: measured.asr.asr }),
      });
      if (valid !== null && epoch < total) report({ type: "phase", name: "Fine-tuning", detail });
    },
  });
  let tested: Measurement | null = null;
  if (test !== null) {
    report({ type: "phase", name: "Measuring", ...(spec.test === undefined ? {} : { detail: spec.test }) });
    tested = numbersOf(await measure(finished, test, options, context));
  }
  throwIfCancelled(signal);
  if (spec.out !== undefined) await writeCheckpoint(spec.out, finished);
  await removeState(context.directory);
  return {
    version: 1,
    job: "finetune",
    tool: { name: "dece-audit", version: installationVersion() },
    data: {
      path: spec.data,
      sha256: training.sha256,
      samples: training.samples.length,
      skipped: training.skipped.length,
    },
    model: spec.model,
    classes: base.model.labels ?? null,
    loss: spec.loss,
    settings: settingsOf(spec, device, base.model),
    epochs,
    test: tested,
    checkpoint: path.resolve(spec.out ?? kept),
    memory: { estimated: estimatedMemory, peak: process.resourceUsage().maxRSS * 1024 },
    seconds: (performance.now() - began) / 1000,
  };
}

/** `--out` replaces a whole folder: what is read, and the run's own directory, must not lie in it. */
async function checkOut({ out, data, valid, test, model }: FinetuneSpec, directory: string): Promise<void> {
  if (out === undefined) return;
  await checkWritableFolder(out, (names) => names.includes("config.json"));
  const base = checkpointFolder(model);
  // A checkpoint may be replaced by what is made of it, but for the one that comes along.
  const replacesBase = model !== "builtin" && (await identityOf(base)) === (await identityOf(out));
  for (const needed of [data, valid, test, directory, ...(replacesBase ? [] : [base])]) {
    if (needed === undefined || !(await isWithin(needed, out))) continue;
    throw new Failure(`the checkpoint would replace the whole folder, and with it ${needed}`, {
      file: out,
      remedy: "Name a new folder",
      usage: true,
    });
  }
}

/** By default every linear layer, and alpha twice the rank. */
function loraOf({ loraRank: rank, loraAlpha, loraTargets }: LoraSettings): LoraSpec | undefined {
  if (rank === undefined) {
    if (loraAlpha === undefined && loraTargets === undefined) return undefined;
    throw new Failure("adapters need a rank", { remedy: "Add --lora-rank N, such as 8", usage: true });
  }
  const targets = loraTargets?.split(",").map((target) => target.trim()) ?? null;
  return { rank, alpha: loraAlpha ?? 2 * rank, targets };
}

type LoraSettings = Partial<Pick<FinetuneSpec, "loraRank" | "loraAlpha" | "loraTargets">>;
type LossSettings = Pick<FinetuneSpec, "loss" | "alpha" | "epsilon" | "q">;

function lossSpecOf({ loss, alpha, epsilon, q }: LossSettings): LossSpec {
  if (loss === "dece") return { kind: loss, alpha, epsilon };
  return loss === "gce" ? { kind: loss, q } : { kind: loss };
}

/** What the training loop needs of the spec. */
export function fineTuneOptions(
  spec: Omit<FineTuneOptions, "loss" | "lora" | "device"> & LossSettings & LoraSettings,
  device: ResolvedDevice,
): FineTuneOptions & Settings & { readonly device: ResolvedDevice } {
  const { epochs, batchSize, accumulate = 1, checkpointing = false, precision = "f32" } = spec;
  const { seed, maxInput, maxOutput } = spec;
  const { learningRate, warmupRatio, weightDecay, clipNorm } = spec;
  return {
    loss: lossSpecOf(spec),
    lora: loraOf(spec),
    ...{ epochs, batchSize, accumulate, checkpointing, precision, seed, maxInput, maxOutput },
    ...{ learningRate, warmupRatio, weightDecay, clipNorm, device },
  };
}

function settingsOf(spec: FinetuneSpec, device: ResolvedDevice, { labels }: Model): FinetuneSettings {
  const { loss, lora = null, ...options } = fineTuneOptions(spec, device);
  const { alpha, epsilon } = loss.kind === "dece" ? loss : { alpha: null, epsilon: null };
  const q = loss.kind === "gce" ? loss.q : null;
  const task = labels === undefined ? "generate" : "classify";
  return { preset: spec.preset, task, alpha, epsilon, q, lora, ...options };
}

async function planFor(
  file: string | undefined,
  split: Split,
  spec: Omit<FinetuneSpec, "limit"> & { readonly limit?: number | undefined },
  context: RunContext,
): Promise<MeasurePlan | null> {
  if (file === undefined) return null;

  // Not `spec.format`: this file says its own format by its name; its columns are the training data's.
  const columns = { input: spec.input, output: spec.output };
  const { samples } = await openData(file, columns, context, split);
  return planMeasurement(samples, await backdoorOf(spec, samples), spec, context.signal);
}
