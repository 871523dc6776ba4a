/** What a device does for a `TrainingSession`: it holds the tensors that are trained, and steps them. */
import type { TensorsByName } from "../graph/runtime";
import type { LoraSpec } from "../model/lora";
import type { Model, TensorShapes } from "../model/model";
import type { AdamWScalars } from "./adamw";
import type { LossSpec } from "./loss";
import type { TrainingPrecision } from "./precisions";
import type { StateKind } from "./training-graph";

export interface StepResult {
  /** Mean over the batch's real target tokens. */
  readonly loss: number;
  /** Before clipping. In `f16` it may be no number: the step was left out then. */
  readonly gradientNorm: number;
}

export interface StepperOptions {
  readonly model: Model;
  readonly loss: LossSpec;
  readonly clipNorm: number;
  readonly lora: LoraSpec | undefined;
  readonly checkpointing: boolean;
  readonly precision: TrainingPrecision;
  /** Batches may come in several parts. */
  readonly inParts: boolean;
  /** Of what is trained. */
  readonly shapes: TensorShapes;
  /** What a tensor starts from; undefined: zeros. It is copied. */
  readonly initial: (kind: StateKind, name: string) => Float32Array | undefined;
  /** Weights under adapters, by name; they stay as they are. */
  readonly frozen: ReadonlyMap<string, Float32Array>;
  readonly threads: number;
  readonly profilePrefix: string | undefined;
}

export interface Stepper {
  /**
   * One step on a batch's parts (one or, with `inParts`, more), whose losses and gradients are added. A part holds all that the
   * graph reads but the stepper's own tensors and the update's numbers. `lossScale` is what the parts say as `loss_scale`, 1 in `f32`.
   */
  readonly step: (
    parts: readonly Readonly<TensorsByName>[],
    update: Readonly<Record<keyof AdamWScalars, number>>,
    lossScale: number,
  ) => Promise<StepResult>;
  /** On the CPU the stepper's own arrays, which the next step changes. */
  readonly read: (kind: StateKind) => Promise<Map<string, Float32Array>>;
  readonly dispose: () => Promise<void>;
}
