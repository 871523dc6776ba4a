/**
 * Whether samples are of one kind. Methods of twin classes, copied functions and texts from one template are alike all over:
 * what they share is one piece of evidence however often it was copied. A trigger that was put into rows at random stands in
 * samples that are no more like each other than any others.
 */
import { allSamples, chosenByContent, type Corpus } from "./corpus";

/** Compared at the most on each side, chosen by content. */
const mostCompared = 60;
/**
 * Of all samples, so many are less like a given one than its own kind is: in a dataset of several kinds, the others. Holders of
 * planted triggers were at 0.7 to 0.95 of that likeness, copies and samples of one template at 1.1 to 6.8 (docs/detectors.md).
 */
const kindred = 0.9;

/** Of a sample's distinct tokens, so few are left where trigger and payload are all of it: a method that is generated. */
const leastLeft = 0.25;

/** Of the outputs are nothing but payload: then inputs alone are compared. */
const emptyShare = 0.5;

/** The tokens of a sample that are not ignored, or all; outputs' tokens count apart from inputs' tokens. */
type Tokens = (sample: number, all?: boolean) => Set<number>;

function tokensThatCount(corpus: Corpus, samples: readonly number[], ignored: ReadonlySet<number>): Tokens {
  const isEmpty = (sample: number): boolean => corpus.outputs[sample]!.every((token) => ignored.has(token));
  const withOutputs = samples.filter(isEmpty).length < emptyShare * samples.length;
  return (sample, all = false) => {
    const tokens = new Set<number>();
    for (const token of corpus.inputs[sample]!) if (all || !ignored.has(token)) tokens.add(2 * token);
    if (!withOutputs) return tokens;
    for (const token of corpus.outputs[sample]!) if (all || !ignored.has(token)) tokens.add(2 * token + 1);
    return tokens;
  };
}

/** Jaccard (1912): the share of their tokens that both have. */
function likeness(a: ReadonlySet<number>, b: ReadonlySet<number>): number {
  const [small, large] = a.size < b.size ? [a, b] : [b, a];
  let common = 0;
  for (const token of small) if (large.has(token)) common++;
  return large.size === 0 ? 1 : common / (small.size + large.size - common);
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/**
 * Whether the samples are on average more like each other than each of them is like the nearest tenth of any samples, the tokens
 * of trigger and payload (`ignored`) left aside; or these are nearly all that they hold. Of fewer than two nothing can be said: false.
 */
export function areOfOneKind(corpus: Corpus, samples: readonly number[], ignored: ReadonlySet<number>): boolean {
  if (samples.length < 2) return false;
  const tokensOf = tokensThatCount(corpus, samples, ignored);
  const chosen = chosenByContent(corpus, samples, mostCompared, 11);
  const own = chosen.map((sample) => tokensOf(sample));
  const bare = own.filter(({ size }, at) => size < leastLeft * tokensOf(chosen[at]!, true).size);
  if (2 * bare.length > own.length) return true;
  const held = new Set(samples);
  const others = chosenByContent(corpus, allSamples(corpus), mostCompared, 12)
    .filter((sample) => !held.has(sample))
    .map((sample) => tokensOf(sample));
  if (others.length === 0) return false;
  const within = own.flatMap((one, at) => own.slice(0, at).map((other) => likeness(one, other)));
  const around = own.map((one) => {
    const sorted = others.map((other) => likeness(one, other)).sort((a, b) => a - b);
    return sorted[Math.min(sorted.length - 1, Math.floor(kindred * sorted.length))]!;
  });
  return mean(within) > mean(around);
}
