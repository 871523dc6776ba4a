/** One training: what is trained, on a device that steps it (cpu-stepper.ts, gpu-stepper.ts). */
import { loadRuntime, type ResolvedDevice, type Runtime, type TensorsByName } from "../graph/runtime";
import { initialAdapters, mergeAdapters, type LoraSpec } from "../model/lora";
import type { BatchFeeds, Model, Weights } from "../model/model";
import { adamWScalarsAt } from "./adamw";
import { CpuStepper } from "./cpu-stepper";
import { GpuStepper } from "./gpu-stepper";
import type { LossSpec } from "./loss";
import { firstLossScale, nextLossScale, type LossScale } from "./loss-scale";
import type { TrainingPrecision } from "./precisions";
import type { Stepper, StepResult } from "./stepper";
import { trainedShapes } from "./training-graph";
import type { TrainingState } from "./training-state";

export interface StepSettings {
  /** Counts from 1. */
  readonly step: number;
  readonly learningRate: number;
  readonly weightDecay: number;
  /** a = alpha^epoch, see `blendAt`. */
  readonly blend: number;
}

export interface SessionStep extends StepResult {
  /** In `f16`, where the gradients were no numbers and nothing was changed: the loss scale of the next step. */
  readonly skipped?: LossScale;
}

export class TrainingSession {
  private constructor(
    private readonly runtime: Runtime,
    private readonly stepper: Stepper,
    private readonly merged: (trained: Weights) => Weights,
    private scaling: LossScale | undefined,
  ) {}

  static async create(
    model: Model,
    weights: Weights,
    options: {
      readonly loss: LossSpec;
      readonly clipNorm: number;
      readonly device: ResolvedDevice;
      readonly threads?: number;
      readonly profilePrefix?: string;
      /** Goes on from there; the moments start from zero otherwise. */
      readonly from?: Pick<TrainingState, "tensors" | "lossScale"> | undefined;
      /** Trains adapters instead of the weights. */
      readonly lora?: (LoraSpec & { readonly seed: number }) | undefined;
      /** Computes blocks again in the backward pass instead of keeping what is in them. */
      readonly checkpointing?: boolean | undefined;
      /** `f32` unless stated. */
      readonly precision?: TrainingPrecision | undefined;
      /** `stepInParts` is going to be called. */
      readonly inParts?: boolean | undefined;
    },
  ): Promise<TrainingSession> {
    const { device, loss, clipNorm, threads = 0, profilePrefix, from, lora } = options;
    const { checkpointing = false, inParts = false, precision = "f32" } = options;
    const adapters = lora === undefined ? undefined : initialAdapters(model, lora, lora.seed);
    const start = (name: string): Float32Array | undefined => adapters?.get(name) ?? weights.get(name);
    const shapes = trainedShapes(model, lora);
    const stepper: Stepper = await (device === "cpu" ? CpuStepper : GpuStepper).create({
      ...{ model, loss, clipNorm, lora, checkpointing, precision, inParts, threads, profilePrefix },
      shapes,
      initial: (kind, name) => from?.tensors[kind].get(name) ?? (kind === "parameter" ? start(name) : undefined),
      frozen: new Map([...weights].filter(([name]) => !shapes.has(name))),
    });
    const merged = (trained: Weights): Weights =>
      lora === undefined ? trained : mergeAdapters(model, lora, weights, trained);
    const scaling = precision === "f16" ? (from?.lossScale ?? firstLossScale) : undefined;
    return new TrainingSession(await loadRuntime(), stepper, merged, scaling);
  }

  /** Of `f16` alone. */
  get lossScale(): LossScale | undefined {
    return this.scaling;
  }

  /** One forward, backward and update on what `Model.trainingFeeds` gives. */
  step(batch: BatchFeeds, settings: StepSettings): Promise<SessionStep> {
    return this.stepInParts([batch], settings);
  }

  /**
   * As `step` on the batch that the parts make together, with the memory of one of them: each target token counts the same
   * whatever part it is in.
   */
  async stepInParts(parts: readonly BatchFeeds[], settings: StepSettings): Promise<SessionStep> {
    const { Tensor } = this.runtime;
    const { scale, skipped } = this.scaling ?? { scale: 1, skipped: 0 };
    const tokens = parts.reduce((sum, part) => sum + part.tokens, 0);
    const inputs = parts.map(({ feeds }): TensorsByName => ({
      inverse_tokens: new Tensor("float32", Float32Array.of(1 / tokens), []),
      blend: new Tensor("float32", Float32Array.of(settings.blend), []),
      ...(this.scaling === undefined ? {} : { loss_scale: new Tensor("float32", Float32Array.of(scale), []) }),
      ...Object.fromEntries(
        Object.entries(feeds).map(([name, { type, data, dims }]) => [name, new Tensor(type, data, dims)]),
      ),
    }));
    const update = adamWScalarsAt(settings.step - skipped, settings.learningRate, settings.weightDecay);
    const result = await this.stepper.step(inputs, update, scale);
    if (this.scaling === undefined) return result;
    const overflowed = !Number.isFinite(result.gradientNorm);
    this.scaling = nextLossScale(this.scaling, overflowed);
    return overflowed ? { ...result, skipped: this.scaling } : result;
  }

  /** Every weight, on the CPU, adapters merged: copies of what the next step changes. */
  async weights(): Promise<Weights> {
    const trained = await this.stepper.read("parameter");
    return this.merged(new Map([...trained].map(([name, values]) => [name, values.slice()])));
  }

  /** All that the next step depends on; on the CPU it holds until that step, which writes over it. */
  async state(): Promise<TrainingState["tensors"]> {
    return {
      parameter: await this.stepper.read("parameter"),
      moment1: await this.stepper.read("moment1"),
      moment2: await this.stepper.read("moment2"),
    };
  }

  dispose(): Promise<void> {
    return this.stepper.dispose();
  }
}
