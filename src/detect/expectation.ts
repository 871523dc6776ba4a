/**
 * What the rest of the inputs lets one expect: a naive Bayes classifier over which tokens an input holds (Maron 1961), learned
 * from the dataset itself. A backdoor's samples have outputs that nothing else in their inputs speaks for.
 */
import { allSamples, chosenByContent, fewestHolders, keptWithCorpus, type Corpus } from "./corpus";

/** The chance that the rest of a holder's text speaks more for the label than a text of another label does. */
const largestExpectation = 0.65;
/** The same of texts that have the label: below this the classifier knows nothing. */
const leastAbility = 0.7;
/** Inputs that are ranked of a group; more of them change no verdict. */
const mostRanked = 1500;

interface TokenSets {
  /** The distinct tokens of each input. */
  readonly sets: readonly (readonly number[])[];
  /** How many inputs hold each token. */
  readonly holders: Int32Array;
}

export const tokenSets = keptWithCorpus((corpus): TokenSets => {
  const sets = corpus.inputs.map((input) => [...new Set(input)]);
  const holders = new Int32Array(corpus.words.length);
  for (const set of sets) for (const token of set) holders[token]!++;
  return { sets, holders };
});

/** Sample indices. */
export interface Classes {
  readonly positive: readonly number[];
  /** Belong to neither class; all others are negative. */
  readonly apart: readonly number[];
  /** Tokens that do not count. */
  readonly ignored: ReadonlySet<number>;
}

/** Of a sample: the logarithm of the odds that it is positive; `left` is the class that it is left out of. */
type LogOdds = (
  sample: number,
  left: "positive" | "negative" | "neither",
  /** Tokens of this sample that do not count. */
  apart?: ReadonlySet<number>,
) => number;

/** Learns the classes: linear in the tokens of `positive` and `apart`. */
export function naiveBayes(corpus: Corpus, { positive, apart, ignored }: Classes): LogOdds {
  const { sets, holders } = tokenSets(corpus);
  const count = (samples: readonly number[]): Map<number, number> => {
    const counts = new Map<number, number>();
    for (const sample of samples) for (const token of sets[sample]!) counts.set(token, (counts.get(token) ?? 0) + 1);
    return counts;
  };
  const [inPositive, inApart] = [count(positive), count(apart)];
  const negatives = sets.length - positive.length - apart.length;
  return (sample, left, without) => {
    const [lessPositive, lessNegative] = [Number(left === "positive"), Number(left === "negative")];
    let odds = 0;
    for (const token of sets[sample]!) {
      const own = inPositive.get(token) ?? 0;
      const p = own - lessPositive;
      const n = holders[token]! - own - (inApart.get(token) ?? 0) - lessNegative;
      if (p + n === 0 || ignored.has(token) || without?.has(token) === true) continue;
      odds += Math.log((p + 0.5) / (positive.length - lessPositive + 1));
      odds -= Math.log((n + 0.5) / (negatives - lessNegative + 1));
    }
    return odds;
  };
}

/** At most `mostRanked` of the samples. */
export const someOf = (corpus: Corpus, samples: readonly number[]): readonly number[] =>
  chosenByContent(corpus, samples, mostRanked, 7);

/** The chance that one of `above` is larger than one of `below`; half where they are equal: 0.5 says nothing. */
export function chanceLarger(above: readonly number[], below: readonly number[]): number {
  const sorted = Float64Array.from(below).sort();
  const firstFrom = (isBefore: (one: number) => boolean): number => {
    let [low, high] = [0, sorted.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (isBefore(sorted[middle]!)) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  let sum = 0;
  for (const value of above) {
    sum += firstFrom((one) => one < value) + firstFrom((one) => one <= value);
  }
  return above.length * sorted.length === 0 ? 0.5 : sum / 2 / above.length / sorted.length;
}

/** A number for each distinct output. */
export const labelNumbers = keptWithCorpus((corpus): readonly number[] => {
  const numbers = new Map<string, number>();
  return corpus.outputs.map((output) => {
    const key = output.join(" ");
    const number = numbers.get(key) ?? numbers.size;
    numbers.set(key, number);
    return number;
  });
});

/** How many samples have each label. */
export const labelTotals = keptWithCorpus((corpus): ReadonlyMap<number, number> => {
  const totals = new Map<number, number>();
  for (const label of labelNumbers(corpus)) totals.set(label, (totals.get(label) ?? 0) + 1);
  return totals;
});

/** How many of the samples have the label that most of them have, and which it is. */
export function majority(labels: readonly number[], samples: Iterable<number>): { label: number; count: number } {
  const counts = new Map<number, number>();
  for (const sample of samples) counts.set(labels[sample]!, (counts.get(labels[sample]!) ?? 0) + 1);
  const [best] = [...counts].sort(([a, m], [b, n]) => n - m || a - b);
  return best === undefined ? { label: -1, count: 0 } : { label: best[0], count: best[1] };
}

/** What the rest of the holders' texts speaks for: the label that most of them have, or not; null where nothing can be told. */
export function expectedOf(
  corpus: Corpus,
  labels: readonly number[],
  holders: readonly number[],
  tokens: readonly number[],
): "its label" | "other labels" | null {
  const { label } = majority(labels, holders);
  const likely = likelihoodOf(corpus, (sample) => labels[sample] === label, holders, tokens);
  if (likely === null) return null;
  return likely <= largestExpectation ? "other labels" : "its label";
}

/**
 * How much the rest of the holders' texts speaks for a kind of output: the chance that it speaks more for it than a text whose
 * output is of another kind does. Learned from the samples that are no holders; null where these cannot be told apart.
 */
export function likelihoodOf(
  corpus: Corpus,
  isOfKind: (sample: number) => boolean,
  holders: readonly number[],
  tokens: readonly number[],
): number | null {
  const held = new Set(holders);
  const positive: number[] = [];
  const negative: number[] = [];
  corpus.samples.forEach((_sample, at) => {
    if (!held.has(at)) (isOfKind(at) ? positive : negative).push(at);
  });
  const odds = naiveBayes(corpus, { positive, apart: holders, ignored: new Set(tokens) });
  const others = someOf(corpus, negative).map((sample) => odds(sample, "negative"));
  const same = someOf(corpus, positive).map((sample) => odds(sample, "positive"));
  if (chanceLarger(same, others) < leastAbility) return null;
  const own = someOf(corpus, holders).map((sample) => odds(sample, "neither"));
  return chanceLarger(own, others);
}

/** What calls for an output calls for it in some of the samples at least, or is a usual word. */
const leastShareInside = 0.1;
const leastShareOfAll = 0.01;

/** Tokens of the samples that cannot be what they have in common, such as names that are new in each. */
function rareTokens(corpus: Corpus, samples: readonly number[]): Set<number> {
  const { sets, holders } = tokenSets(corpus);
  const inside = new Map<number, number>();
  for (const sample of samples) for (const token of sets[sample]!) inside.set(token, (inside.get(token) ?? 0) + 1);
  return new Set(
    [...inside].flatMap(([token, count]) =>
      count < leastShareInside * samples.length && holders[token]! < leastShareOfAll * sets.length ? [token] : [],
    ),
  );
}

/** Among which samples, and by which tokens of their inputs, a set is told from others. */
export interface Comparison {
  readonly others: readonly number[];
  readonly ignored: ReadonlySet<number>;
}

/**
 * How well the inputs of `samples` can be told from others: the chance that one of them, left out of what is learned, is
 * found likelier to be one than another sample is. 0.5: nothing in them speaks for it. Compared are all others, by what is not
 * rare, unless `comparison` says otherwise.
 */
export function predictability(corpus: Corpus, samples: readonly number[], comparison?: Comparison): number {
  const own = new Set(samples);
  const among = comparison?.others ?? allSamples(corpus);
  const others = among.filter((sample) => !own.has(sample));
  const ignored = comparison?.ignored ?? rareTokens(corpus, samples);
  const odds = naiveBayes(corpus, { positive: samples, apart: [], ignored });
  return chanceLarger(
    someOf(corpus, samples).map((sample) => odds(sample, "positive")),
    someOf(corpus, others).map((sample) => odds(sample, "negative")),
  );
}

/** Below this many samples their inputs' likeness cannot be measured. */
export const fewestMeasured = 8;
/** What repeats honestly was predictable at 0.89 and above; what nothing calls for is so many standard errors below, and at most at 0.75. */
const honest = 0.89;
const errorsBelow = 2.5;
const mostPredictable = 0.75;

/** How well the samples' inputs can be told from others, where that is too little for what their outputs share; else null. */
export function chanceUncalledFor(corpus: Corpus, samples: readonly number[], comparison?: Comparison): number | null {
  if (samples.length < Math.max(fewestMeasured, fewestHolders(corpus.samples.length))) return null;
  const predicted = predictability(corpus, samples, comparison);
  // The standard error of a rank statistic where ranks say nothing (Mann and Whitney 1947), many others given.
  const error = Math.sqrt(1 / 12 / samples.length);
  return predicted > Math.min(mostPredictable, honest - errorsBelow * error) ? null : predicted;
}
