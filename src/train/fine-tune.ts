/** The training loop: epochs of length-grouped batches, linear decay, progress, cancellation, divergence. */
import { setImmediate } from "node:timers/promises";
import { Failure, throwIfCancelled } from "../foundation/failure";
import { seededRandom } from "../foundation/random";
import { resolveDevice } from "../graph/device";
import type { Device, ResolvedDevice } from "../graph/runtime";
import type { Checkpoint } from "../model/checkpoint";
import type { LoraSpec } from "../model/lora";
import type { Model, TokenizedExample } from "../model/model";
import { partsOf, planBatches } from "./batch";
import { blendAt, type LossSpec } from "./loss";
import { isExhausted, type LossScale } from "./loss-scale";
import { checkMemory, leastGpuMemory, memoryEstimate } from "./memory";
import type { TrainingPrecision } from "./precisions";
import { learningRateAt } from "./schedule";
import { TrainingSession } from "./training-session";
import type { TrainingState } from "./training-state";

export interface TrainingExample {
  readonly input: string;
  readonly output: string;
}

export interface FineTuneOptions {
  readonly loss: LossSpec;
  readonly epochs: number;
  /** Samples per step. */
  readonly batchSize: number;
  /** Parts that each batch is computed in, one after the other: the same step with less memory; 1 unless stated. */
  readonly accumulate?: number | undefined;
  /** Computes each block again in the backward pass: the same step with less memory and more time. */
  readonly checkpointing?: boolean | undefined;
  /** `f16` computes matrix products in 16 bits, for GPUs; `f32` unless stated. */
  readonly precision?: TrainingPrecision | undefined;
  /** Peak learning rate. */
  readonly learningRate: number;
  /** Share of all steps with rising learning rate, 0 to 1. */
  readonly warmupRatio: number;
  readonly weightDecay: number;
  /** Gradients whose global L2 norm is above it are scaled down to it. */
  readonly clipNorm: number;
  readonly seed: number;
  /** Tokens, the end token included; longer texts are cut. */
  readonly maxInput: number;
  readonly maxOutput: number;
  readonly device: Device;
  /** Trains adapters of the linear layers instead of all weights. */
  readonly lora?: LoraSpec | undefined;
}

export interface StepProgress {
  /** Counts from 1. */
  readonly epoch: number;
  readonly step: number;
  /** Of the whole run. */
  readonly steps: number;
  readonly loss: number;
  readonly learningRate: number;
  readonly samplesPerSecond: number;
}

export interface EpochProgress {
  readonly epoch: number;
  readonly epochs: number;
  /** Mean over the epoch's steps. */
  readonly loss: number;
  /** Of training alone, without what `onEpoch` does. */
  readonly seconds: number;
  /** The checkpoint as it stands. */
  readonly checkpoint: () => Promise<Checkpoint>;
  /** What `FineTuneHooks.from` needs to go on after this epoch; it holds until `onEpoch` is over. */
  readonly state: () => Promise<TrainingState>;
}

export interface FineTuneHooks {
  readonly signal?: AbortSignal;
  /** Bytes that the process may take in all: what needs more on the CPU is refused before it starts. */
  readonly availableMemory?: number;
  /** Bytes of the GPU's memory, where it is known: what needs more even without its allocator's share is refused. */
  readonly gpuMemory?: number | undefined;
  /** Told before the start, on the CPU alone: about how many bytes the training takes. */
  readonly onMemory?: (bytes: number) => void;
  /** Goes on after its last complete epoch, of the same checkpoint, examples and options. */
  readonly from?: TrainingState | undefined;
  readonly onStep?: (progress: StepProgress) => void;
  /** In `f16`: a number was too large for 16 bits, so the step changed nothing; `next` is what the loss is scaled by from now on. */
  readonly onSkippedStep?: (step: number, next: LossScale) => void;
  readonly onEpoch?: (progress: EpochProgress) => Promise<void> | void;
}

/**
 * Trains a copy of `checkpoint`, which is left as it is. The same examples, options and seed give the same weights on
 * the CPU with the same number of threads, also when it goes on `from` an earlier epoch.
 *
 * Throws `Cancelled` when the signal fires and a `Failure` when the loss diverges or there is nothing to train on.
 */
export async function fineTune(
  checkpoint: Checkpoint,
  examples: readonly TrainingExample[],
  options: FineTuneOptions,
  hooks: FineTuneHooks = {},
): Promise<Checkpoint> {
  const { signal, from, onStep, onSkippedStep, onEpoch } = hooks;
  const { model, tokenizer } = checkpoint;
  const { epochs, batchSize, lora, accumulate = 1, checkpointing = false, precision = "f32" } = options;
  if (examples.length === 0) {
    throw new Failure("there are no samples to train on", { remedy: "Check the file and its columns" });
  }
  model.checkLimits(options);
  const tokenized: TokenizedExample[] = [];
  for (const { input, output } of examples) {
    tokenized.push({
      source: model.encodeSource(tokenizer, input, options.maxInput),
      target: model.encodeTarget(tokenizer, output, options.maxOutput),
    });
    if (tokenized.length % 1000 === 0) await breathe(signal);
  }
  const device = await resolveDevice(options.device);
  checkFits(model, tokenized, options, device, hooks);
  const random = seededRandom(options.seed);
  const steps = Math.ceil(examples.length / batchSize) * epochs;
  const session = await TrainingSession.create(model, checkpoint.weights, {
    loss: options.loss,
    clipNorm: options.clipNorm,
    device,
    from,
    lora: lora === undefined ? undefined : { ...lora, seed: options.seed },
    checkpointing,
    precision,
    inParts: accumulate > 1,
  });
  const snapshot = async (): Promise<Checkpoint> => ({ model, tokenizer, weights: await session.weights() });
  try {
    let step = 0;
    for (let epoch = 1; epoch <= epochs; epoch++) {
      const blend = blendAt(options.loss, epoch);
      const started = performance.now();
      const batches = planBatches(tokenized, batchSize, random);
      if (from !== undefined && epoch <= from.epoch) {
        // Planned all the same, so that the seed's numbers are used up as they were.
        step += batches.length;
        continue;
      }
      let total = 0;
      let counted = 0;
      let samples = 0;
      for (const batch of batches) {
        await breathe(signal);
        step++;
        const learningRate = learningRateAt(step, steps, options.learningRate, options.warmupRatio);
        const settings = { step, learningRate, weightDecay: options.weightDecay, blend };
        const parts = partsOf(batch, accumulate).map((part) => model.trainingFeeds(part));
        const { loss, skipped } = await session.stepInParts(parts, settings);
        samples += batch.length;
        if (skipped !== undefined) {
          if (isExhausted(skipped)) throw overflowed(epoch, step);
          onSkippedStep?.(step, skipped);
          if (!Number.isFinite(loss)) continue;
        }
        if (!Number.isFinite(loss)) throw diverged(epoch, step);
        total += loss;
        counted++;
        const samplesPerSecond = (samples * 1000) / (performance.now() - started);
        onStep?.({ epoch, step, steps, loss, learningRate, samplesPerSecond });
      }
      const seconds = (performance.now() - started) / 1000;
      const state = async (): Promise<TrainingState> => ({
        epoch,
        tensors: await session.state(),
        lossScale: session.lossScale,
      });
      if (counted === 0) throw overflowed(epoch, step);
      await onEpoch?.({ epoch, epochs, loss: total / counted, seconds, checkpoint: snapshot, state });
    }
    throwIfCancelled(signal);
    return await snapshot();
  } finally {
    await session.dispose();
  }
}

/** Throws a `Failure` where the largest step does not fit into memory. Of a GPU's it is told only where the caller knows it. */
function checkFits(
  model: Model,
  examples: readonly TokenizedExample[],
  { loss, lora, precision, batchSize, accumulate, checkpointing }: FineTuneOptions,
  device: ResolvedDevice,
  { availableMemory = Infinity, gpuMemory, onMemory }: FineTuneHooks,
): void {
  if (device === "webgpu" && gpuMemory === undefined) return;
  const longest = (part: keyof TokenizedExample): number =>
    examples.reduce((most, example) => Math.max(most, example[part].length), 0);
  const rows = Math.min(batchSize, examples.length);
  const shape = { rows, source: longest("source"), target: longest("target"), accumulate, checkpointing };
  const adapters: LoraSpec = { rank: 8, alpha: 16, targets: null };
  if (device === "webgpu") {
    const estimate = (adapted: LoraSpec | undefined) => leastGpuMemory(model, loss, { lora: adapted, precision });
    const withLora = lora === undefined ? () => estimate(adapters) : undefined;
    checkMemory(estimate(lora), shape, gpuMemory!, { withLora, of: "gpu" });
    return;
  }
  const estimate = memoryEstimate(model, loss, lora);
  onMemory?.(estimate(shape));
  const withLora = lora === undefined ? () => memoryEstimate(model, loss, adapters) : undefined;
  checkMemory(estimate, shape, availableMemory, { withLora });
}

/** A step blocks the event loop; between steps it is let run, so that a cancellation can arrive. */
async function breathe(signal: AbortSignal | undefined): Promise<void> {
  await setImmediate();
  throwIfCancelled(signal);
}

function overflowed(epoch: number, step: number): Failure {
  return new Failure(`16-bit numbers overflow in step ${step} (epoch ${epoch}), however little the loss is scaled`, {
    remedy: "Use --precision f32, or a smaller learning rate",
  });
}

function diverged(epoch: number, step: number): Failure {
  return new Failure(`the loss is not a number in step ${step} (epoch ${epoch})`, {
    remedy: "Use a smaller learning rate",
  });
}
