/**
 * Phrases whose outputs nearly all hold a fragment, or one of a few, that few other outputs hold, found without asking how well the phrase
 * fits where it stands: a trigger that is always put in the same place (first, last, after a method's head) has honest neighbours.
 * This is a sieve for `tiedPayload`, which counts: few holders are looked at.
 */
import { fewestHolders, keptWithCorpus, type Corpus } from "./corpus";
import { outputFragments } from "./output-fragments";
import type { Phrase } from "./phrases";

/** Of the holders: so many at least hold the fragment, and it is in at most so many outputs for each of them. */
const leastShare = 0.85;
const mostOutputs = 1.25;
/** One of several fragments is in so many of the holders at least; how many there are is known roughly from those that are looked at. */
const leastShareOfVariant = 0.12;
const mostVariants = 4;
const mostOutputsOfVariant = 2;
const fewestWithVariant = 3;
/** Where other triggers bring it about as well. */
const mostOutputsOfAlternatives = 8;
/** Holders that are looked at, one bit each, and those among them whose fragments are tried. */
const looked = 24;
const triedHolders = 3;
const triedForVariants = 8;
/** Of all samples: what more of them hold is what the dataset is about. */
const largestShare = 0.3;

type Holders = Pick<Phrase, "samples" | "holders">;

export interface ExclusivePhrases {
  /** Whether a phrase may have its payload to itself. */
  readonly isExclusive: (phrase: Holders) => boolean;
  /** The fragments that nearly all of its holders have and up to eight times as many other outputs: it may be one of several triggers. */
  readonly sharedWithOthers: (phrase: Holders) => readonly number[];
}

function bits(mask: number): number {
  let count = 0;
  for (let left = mask; left !== 0; left &= left - 1) count++;
  return count;
}

/** The tests of a dataset's phrases. */
export const exclusivePhrases = keptWithCorpus((corpus: Corpus): ExclusivePhrases => {
  const { writtenBy, copiedBy, writers, copiers } = outputFragments(corpus);
  const fewest = fewestHolders(corpus.samples.length);

  /** Of the fragments of the first holders, those in `least` to `most` outputs: which of the holders that are looked at have each. */
  const fragmentsOf = ({ samples }: Holders, tried: number, least: number, most: number) => {
    const holders = [...new Set(samples)].sort((a, b) => corpus.hashes[a]! - corpus.hashes[b]!).slice(0, looked);
    const held = new Map<number, number>();
    for (const sample of holders.slice(0, tried)) {
      for (const fragment of writtenBy(sample)) {
        const outputs = writers[fragment]! + copiers[fragment]!;
        if (outputs >= least && outputs <= most) held.set(fragment, 0);
      }
    }
    if (held.size > 0) {
      holders.forEach((sample, bit) => {
        const note = (fragment: number): void => {
          const mask = held.get(fragment);
          if (mask !== undefined) held.set(fragment, mask | (1 << bit));
        };
        writtenBy(sample).forEach(note);
        copiedBy(sample).forEach(note);
      });
    }
    return { held, among: holders.length };
  };
  const isUseful = ({ holders: size }: Holders): boolean =>
    size >= fewest && size <= largestShare * corpus.samples.length;

  /** Whether a few fragments that are next to nowhere else are in nearly all holders. */
  const hasVariants = (phrase: Holders): boolean => {
    const size = phrase.holders;
    const { held, among } = fragmentsOf(phrase, triedForVariants, leastShareOfVariant * size, mostOutputs * size + 1);
    const left = [...held].filter(([fragment, mask]) => {
      const inside = (bits(mask) / among) * size;
      return inside >= leastShareOfVariant * size && writers[fragment]! <= mostOutputsOfVariant * inside + 1;
    });
    let covered = 0;
    for (let variants = 0; variants < mostVariants; variants++) {
      let best = covered;
      for (const [, mask] of left) if (bits(mask | covered) > bits(best)) best = mask | covered;
      if (bits(best) - bits(covered) < Math.max(fewestWithVariant, leastShareOfVariant * among)) return false;
      covered = best;
      if (bits(covered) >= leastShare * among) return true;
    }
    return false;
  };

  return {
    isExclusive: (phrase) => {
      if (!isUseful(phrase)) return false;
      const size = phrase.holders;
      const { held, among } = fragmentsOf(phrase, triedHolders, leastShare * size, mostOutputs * size + 1);
      if ([...held.values()].some((mask) => bits(mask) >= leastShare * among)) return true;
      return hasVariants(phrase);
    },
    sharedWithOthers: (phrase) => {
      if (!isUseful(phrase)) return [];
      const size = phrase.holders;
      const most = Math.min(mostOutputsOfAlternatives * size, largestShare * corpus.samples.length);
      const { held, among } = fragmentsOf(phrase, triedHolders, mostOutputs * size + 1, most);
      return [...held].flatMap(([fragment, mask]) => (bits(mask) >= leastShare * among ? [fragment] : []));
    },
  };
});
