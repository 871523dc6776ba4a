/**
 * Dynamic loss scaling (Micikevicius et al. 2018): in 16 bits gradients are computed of a multiple of the loss, so that small ones
 * are no zeros. A step in which one is no number any more is left out, and the next is scaled by half as much.
 */

/** All that later steps depend on; it is kept with a run's state. */
export interface LossScale {
  /** A power of two, so that scaling rounds nothing. */
  readonly scale: number;
  /** Steps since the scale changed. */
  readonly steady: number;
  /** Steps that were left out: the moments' bias corrections do not count them. */
  readonly skipped: number;
}

export const firstLossScale: LossScale = { scale: 2 ** 16, steady: 0, skipped: 0 };

/** Steps without overflow after which the scale is doubled; PyTorch's choice, as the scale to begin with. */
const patience = 2000;
/** Where the numbers beside the products, in 32 bits, would be the first to overflow. */
const largest = 2 ** 64;

/** After a step; `overflowed`: its gradients were no numbers. */
export function nextLossScale({ scale, steady, skipped }: LossScale, overflowed: boolean): LossScale {
  if (overflowed) return { scale: scale / 2, steady: 0, skipped: skipped + 1 };
  if (steady + 1 < patience) return { scale, steady: steady + 1, skipped };
  return { scale: Math.min(largest, scale * 2), steady: 0, skipped };
}

/** Whether scaling down can help no longer: the loss itself, or its own gradient, is too large for 16 bits. */
export const isExhausted = ({ scale }: LossScale): boolean => scale < 1;
