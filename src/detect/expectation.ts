/**
 * What the rest of the inputs lets one expect: a naive Bayes classifier over which tokens an input holds (Maron 1961), learned
 * from the dataset itself. A backdoor's samples have outputs that nothing else in their inputs speaks for.
 */
import { mixed, type Corpus } from "./corpus";

/** The chance that the rest of a holder's text speaks more for the label than a text of another label does. */
const largestExpectation = 0.65;
/** The same of texts that have the label: below this the classifier knows nothing. */
const leastAbility = 0.7;
/** Inputs that are ranked of a group; more of them change no verdict. */
const mostRanked = 1500;

const knownSets = new WeakMap<Corpus, readonly (readonly number[])[]>();

/** The distinct tokens of each input. */
export function tokenSets(corpus: Corpus): readonly (readonly number[])[] {
  const sets = knownSets.get(corpus) ?? corpus.inputs.map((input) => [...new Set(input)]);
  knownSets.set(corpus, sets);
  return sets;
}

export interface Classes {
  readonly sets: readonly (readonly number[])[];
  /** Sample indices of the two classes. */
  readonly positive: readonly number[];
  readonly negative: readonly number[];
  /** Tokens that do not count. */
  readonly ignored: ReadonlySet<number>;
}

/** Of a sample: the logarithm of the odds that it is positive; `left` is the class that it is left out of. */
type LogOdds = (sample: number, left: "positive" | "negative" | "neither") => number;

/** Learns from the two classes: linear in their tokens. */
export function naiveBayes({ sets, positive, negative, ignored }: Classes): LogOdds {
  const count = (samples: readonly number[]): Map<number, number> => {
    const counts = new Map<number, number>();
    for (const sample of samples) for (const token of sets[sample]!) counts.set(token, (counts.get(token) ?? 0) + 1);
    return counts;
  };
  const [inPositive, inNegative] = [count(positive), count(negative)];
  return (sample, left) => {
    const [lessPositive, lessNegative] = [Number(left === "positive"), Number(left === "negative")];
    let odds = 0;
    for (const token of sets[sample]!) {
      const [p, n] = [(inPositive.get(token) ?? 0) - lessPositive, (inNegative.get(token) ?? 0) - lessNegative];
      if (p + n === 0 || ignored.has(token)) continue;
      odds += Math.log((p + 0.5) / (positive.length - lessPositive + 1));
      odds -= Math.log((n + 0.5) / (negative.length - lessNegative + 1));
    }
    return odds;
  };
}

/** At most `mostRanked` of the samples, chosen by content. */
export function someOf(corpus: Corpus, samples: readonly number[]): readonly number[] {
  if (samples.length <= mostRanked) return samples;
  const rank = (sample: number): number => mixed(corpus.hashes[sample]!, 7);
  return [...samples].sort((a, b) => rank(a) - rank(b)).slice(0, mostRanked);
}

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
export function labelNumbers(corpus: Corpus): number[] {
  const numbers = new Map<string, number>();
  return corpus.outputs.map((output) => {
    const key = output.join(" ");
    const number = numbers.get(key) ?? numbers.size;
    numbers.set(key, number);
    return number;
  });
}

/** How many of the samples have the label that most of them have, and which it is. */
export function majority(labels: readonly number[], samples: readonly number[]): { label: number; count: number } {
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
  const held = new Set(holders);
  const positive: number[] = [];
  const negative: number[] = [];
  labels.forEach((own, sample) => {
    if (!held.has(sample)) (own === label ? positive : negative).push(sample);
  });
  const odds = naiveBayes({ sets: tokenSets(corpus), positive, negative, ignored: new Set(tokens) });
  const others = someOf(corpus, negative).map((sample) => odds(sample, "negative"));
  const same = someOf(corpus, positive).map((sample) => odds(sample, "positive"));
  const own = someOf(corpus, holders).map((sample) => odds(sample, "neither"));
  if (chanceLarger(same, others) < leastAbility) return null;
  return chanceLarger(own, others) <= largestExpectation ? "other labels" : "its label";
}
