/**
 * Named settings of fine-tuning. `paper` is the paper's table of settings; `default` is the one at which the embedded base
 * learns the examples' backdoor with CE and not with DeCE, at nearly the same BLEU (docs/losses.md has the sweep). The paper
 * names no warm-up, weight decay or clipping: those are ours in all. `moderate` is moderate-fitting (Zhu et al. 2022): the same
 * training with a tenth of the learning rate (the paper: 5e-6 for 5e-5), so that the task is learnt and what is rarer, the
 * backdoor, not yet. It is `default` with a tenth of its rate, for `paper`'s suits models that are far larger than the embedded
 * base. The method leaves the loss alone: it means CE, and the loss stays the user's to name.
 */
export interface TrainingPreset {
  /** DeCE blends with weight alpha^epoch. */
  readonly alpha: number;
  /** DeCE's label smoothing. */
  readonly epsilon: number;
  readonly learningRate: number;
  readonly batchSize: number;
  readonly epochs: number;
  /** Share of all steps that the learning rate rises for. */
  readonly warmupRatio: number;
  readonly weightDecay: number;
  /** Largest norm of a step's gradient. */
  readonly clipNorm: number;
  /** Tokens. */
  readonly maxInput: number;
  /** Tokens. */
  readonly maxOutput: number;
  readonly seed: number;
}

/** The same in every preset. */
const common = {
  warmupRatio: 0.1,
  weightDecay: 0.01,
  clipNorm: 1,
  maxInput: 256,
  maxOutput: 256,
  seed: 42,
} as const;

const defaults = {
  alpha: 0.98,
  epsilon: 0.05,
  learningRate: 1.5e-3,
  batchSize: 16,
  epochs: 4,
  ...common,
} as const satisfies TrainingPreset;

export const presets = {
  default: defaults,
  paper: {
    alpha: 0.99,
    epsilon: 0.1,
    learningRate: 5e-5,
    batchSize: 12,
    epochs: 20,
    ...common,
  },
  moderate: { ...defaults, learningRate: 1.5e-4 },
} as const satisfies Record<string, TrainingPreset>;

export type PresetName = keyof typeof presets;
