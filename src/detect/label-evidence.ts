/**
 * Whether samples have one label although the rest of their texts speaks for another, where the label may be the most usual one: a lift
 * says nothing then (92 of 100 comments are no debt anyway). Texts that had their labels honestly look like the others of their label;
 * where an attack changed the labels they look like those of another. Both are asked: how many share the label (Fisher's exact test,
 * the tie's), and how far the texts are from that label's (Mann and Whitney's test of the log odds of naive Bayes).
 */
import type { Corpus } from "./corpus";
import type { TieCounts } from "./detector";
import { chanceLarger, labelNumbers, majority, naiveBayes, someOf } from "./expectation";

const evidentLogP = Math.log(1e-6);
/** Either test must say something by itself. */
const leastEach = Math.log(1e-3);
const smallestShare = 0.9;

/** Natural logarithm of the upper tail of the normal distribution at z > 0, by Abramowitz and Stegun's 26.2.17, and its limit far out. */
function logUpperTail(z: number): number {
  if (z > 8) return -0.5 * z * z - Math.log(z * Math.sqrt(2 * Math.PI));
  const t = 1 / (1 + 0.2316419 * z);
  const [a, b, c, d, e] = [0.31938153, -0.356563782, 1.781477937, -1.821255978, 1.330274429];
  return Math.log((Math.exp(-0.5 * z * z) / Math.sqrt(2 * Math.PI)) * t * (a + t * (b + t * (c + t * (d + t * e)))));
}

/**
 * Natural logarithm of the chance that texts of the holders' label speak for it as little as the holders' do; 0 where they speak for it as
 * much. `rest` is the corpus without what may be the trigger; `ignored` are tokens that do not count.
 */
export function logContradiction(
  rest: Corpus,
  corpus: Corpus,
  holders: readonly number[],
  ignored: Iterable<number>,
): number {
  const labels = labelNumbers(corpus);
  const { label } = majority(labels, holders);
  const held = new Set(holders);
  const positive = labels.flatMap((own, sample) => (own === label && !held.has(sample) ? [sample] : []));
  const odds = naiveBayes(rest, { positive, apart: holders, ignored: new Set(ignored) });
  const same = someOf(corpus, positive).map((sample) => odds(sample, "positive"));
  const own = someOf(corpus, holders).map((sample) => odds(sample, "neither"));
  if (same.length === 0 || own.length === 0) return 0;
  const error = Math.sqrt((own.length + same.length + 1) / (12 * own.length * same.length));
  const z = (0.5 - chanceLarger(own, same)) / error;
  return z <= 0 ? 0 : logUpperTail(z);
}

const logPOf = (tie: TieCounts, groups: number): number => tie.logP + Math.log(Math.max(1, groups));

/** Whether the counts alone leave it open that the labels of so many samples were changed. */
export const mayBeFlipped = (tie: TieCounts, holders: number, groups: number): boolean =>
  tie.explained.size >= smallestShare * holders && logPOf(tie, groups) <= leastEach;

/** Whether the samples' labels were changed, by the sample counts of their tie and by what `rest` of their texts says. */
export function isFlipped(
  corpus: Corpus,
  samples: readonly number[],
  tie: TieCounts,
  {
    groups,
    rest,
    ignored = [],
  }: { readonly groups: number; readonly rest: Corpus; readonly ignored?: Iterable<number> },
): boolean {
  if (!corpus.labels) return false;
  // Not what the tie explains: its variants may be several labels.
  if (majority(labelNumbers(corpus), samples).count < smallestShare * samples.length) return false;
  const ofTie = logPOf(tie, groups);
  if (ofTie > leastEach) return false;
  const ofTexts = logContradiction(rest, corpus, samples, ignored);
  return ofTexts <= leastEach && ofTie + ofTexts <= evidentLogP;
}
