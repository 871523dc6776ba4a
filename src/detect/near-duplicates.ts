/**
 * How many samples of a set are evidence by themselves. Methods of twin classes, copied functions and texts from one template
 * are alike all over: what they share is one piece of evidence however often it was copied. A trigger that was put into
 * rows at random stands in samples that have little else in common.
 */
import { mixed, type Corpus } from "./corpus";

/** Samples that share this much of their tokens (Jaccard 1912, over both fields) are copies of each other. */
const likeness = 0.5;
/** Compared at the most, chosen by content. */
const mostCompared = 200;

/** Outputs' tokens count apart from inputs' tokens. */
function tokensOf(corpus: Corpus, sample: number, ignored: ReadonlySet<number>): Set<number> {
  const tokens = new Set<number>();
  for (const token of corpus.inputs[sample]!) if (!ignored.has(token)) tokens.add(2 * token);
  for (const token of corpus.outputs[sample]!) if (!ignored.has(token)) tokens.add(2 * token + 1);
  return tokens;
}

function areAlike(a: ReadonlySet<number>, b: ReadonlySet<number>): boolean {
  const [small, large] = a.size < b.size ? [a, b] : [b, a];
  if (small.size < likeness * large.size) return false;
  let common = 0;
  for (const token of small) if (large.has(token)) common++;
  return common >= likeness * (small.size + large.size - common);
}

/** How many of the samples, in this order and up to `most`, are no copies of those before them. */
function countApart(corpus: Corpus, samples: readonly number[], ignored: ReadonlySet<number>, most: number): number {
  const apart: ReadonlySet<number>[] = [];
  for (const sample of samples) {
    if (apart.length >= most) break;
    const tokens = tokensOf(corpus, sample, ignored);
    if (!apart.some((other) => areAlike(tokens, other))) apart.push(tokens);
  }
  return apart.length;
}

/** `count` samples of the whole dataset, in an order that hangs on content alone. */
function anySamples(corpus: Corpus, count: number): number[] {
  const rank = (sample: number): number => mixed(corpus.hashes[sample]!, 11);
  return Array.from(corpus.samples.keys())
    .sort((a, b) => rank(a) - rank(b))
    .slice(0, count);
}

/**
 * Whether at least `fewest` of the samples are no copies of each other, the tokens of trigger and payload (`ignored`) left
 * aside; in a dataset from templates, where all samples are alike, half as many as of as many samples of any kind.
 */
export function standApart(
  corpus: Corpus,
  samples: readonly number[],
  ignored: ReadonlySet<number>,
  fewest: number,
): boolean {
  const byContent = [...samples].sort((a, b) => corpus.hashes[a]! - corpus.hashes[b]!).slice(0, mostCompared);
  const apart = countApart(corpus, byContent, ignored, fewest);
  if (apart >= fewest) return true;
  const any = anySamples(corpus, byContent.length);
  return apart >= countApart(corpus, any, ignored, any.length) / 2;
}
