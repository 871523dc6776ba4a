/**
 * Named settings of fine-tuning. `paper` is the paper's table of settings; `default` is the one at which the embedded base
 * learns the examples' backdoor with CE and not with DeCE, at nearly the same BLEU (docs/losses.md has the sweep). The paper
 * names no warm-up, weight decay or clipping: those are ours in both.
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

export const presets = {
  paper: {
    alpha: 0.99,
    epsilon: 0.1,
    learningRate: 5e-5,
    batchSize: 12,
    epochs: 20,
    warmupRatio: 0.1,
    weightDecay: 0.01,
    clipNorm: 1,
    maxInput: 256,
    maxOutput: 256,
    seed: 42,
  },
  default: {
    alpha: 0.98,
    epsilon: 0.05,
    learningRate: 1.5e-3,
    batchSize: 16,
    epochs: 4,
    warmupRatio: 0.1,
    weightDecay: 0.01,
    clipNorm: 1,
    maxInput: 256,
    maxOutput: 256,
    seed: 42,
  },
} as const satisfies Record<string, TrainingPreset>;

export type PresetName = keyof typeof presets;
