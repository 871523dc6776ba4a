/** Exact and likelihood-ratio tests of a 2x2 table, in logarithms so that no p-value underflows before it is corrected. */

/** How often a pattern stands inside a group of samples and outside of it. */
export interface Contrast {
  readonly inside: number;
  readonly insideTotal: number;
  readonly outside: number;
  readonly outsideTotal: number;
}

const logFactorials: number[] = [0];
const largestTable = 2 ** 17;

/** log n!, from a table that grows with the largest n asked for; beyond its end by Stirling's series, as exact. */
function logFactorial(n: number): number {
  if (n >= largestTable) return (n + 0.5) * Math.log(n) - n + 0.5 * Math.log(2 * Math.PI) + 1 / (12 * n);
  for (let next = logFactorials.length; next <= n; next++) {
    logFactorials.push(logFactorials[next - 1]! + Math.log(next));
  }
  return logFactorials[n]!;
}

const logChoose = (n: number, k: number): number => logFactorial(n) - logFactorial(k) - logFactorial(n - k);

/**
 * Natural logarithm of Fisher's exact one-sided p-value (1922): the chance of at least `inside` hits in the group when
 * the hits fell on samples at random (hypergeometric tail).
 */
export function logFisher({ inside, insideTotal, outside, outsideTotal }: Contrast): number {
  const hits = inside + outside;
  const most = Math.min(insideTotal, hits);
  const all = logChoose(insideTotal + outsideTotal, hits);
  const terms: number[] = [];
  for (let k = inside; k <= most; k++) {
    if (hits - k <= outsideTotal) terms.push(logChoose(insideTotal, k) + logChoose(outsideTotal, hits - k) - all);
  }
  const largest = terms.reduce((most, term) => Math.max(most, term), -Infinity);
  return Math.min(0, largest + Math.log(terms.reduce((sum, term) => sum + Math.exp(term - largest), 0)));
}

/** Dunning's log-likelihood ratio G2 (1993), 0 where the pattern is not more frequent inside than outside. */
export function logLikelihoodRatio({ inside, insideTotal, outside, outsideTotal }: Contrast): number {
  if (inside * outsideTotal <= outside * insideTotal) return 0;
  const part = (observed: number, total: number, hits: number): number =>
    observed === 0 ? 0 : observed * Math.log((observed * (insideTotal + outsideTotal)) / (total * hits));
  const hits = inside + outside;
  const misses = insideTotal + outsideTotal - hits;
  return (
    2 *
    (part(inside, insideTotal, hits) +
      part(outside, outsideTotal, hits) +
      part(insideTotal - inside, insideTotal, misses) +
      part(outsideTotal - outside, outsideTotal, misses))
  );
}

/** How many times more frequent inside than outside; half a hit stands in for none outside. */
export function lift({ inside, insideTotal, outside, outsideTotal }: Contrast): number {
  if (insideTotal === 0 || outsideTotal === 0) return 1;
  return inside / insideTotal / (Math.max(outside, 0.5) / outsideTotal);
}
