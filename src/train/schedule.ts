/** Linear warm-up to the learning rate, then linear decay to zero. */
export function learningRateAt(step: number, steps: number, peak: number, warmupRatio: number): number {
  const warmup = Math.round(steps * warmupRatio);
  if (step <= warmup) return (peak * step) / Math.max(1, warmup);
  return (peak * (steps - step + 1)) / Math.max(1, steps - warmup + 1);
}
