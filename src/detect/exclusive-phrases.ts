/**
 * Phrases whose outputs nearly all hold a fragment, or one of a few, that few other outputs hold, found without asking how well the phrase
 * fits where it stands: a trigger that is always put in the same place (first, last, after a method's head) has honest neighbours.
 * This is a sieve for `tiedPayload`, which counts: few holders are looked at.
 */
import { fewestHolders, type Corpus } from "./corpus";
import { outputFragments } from "./output-fragments";
import type { Phrase } from "./phrases";

/** Of the holders: so many at least hold one of the fragments, which are in at most so many outputs for each of them. */
const leastShare = 0.85;
const mostOutputs = 1.25;
/** One of several fragments is in so many of the holders at least; how many there are is known roughly from those that are looked at. */
const leastShareOfVariant = 0.12;
const fewestWithVariant = 3;
const mostVariants = 4;
const mostOutputsOfVariant = 2;
/** Holders that are looked at, one bit each, and those among them whose fragments are tried. */
const looked = 24;
const tried = 8;
/** Of all samples: what more of them hold is what the dataset is about. */
const largestShare = 0.3;

function bits(mask: number): number {
  let count = 0;
  for (let left = mask; left !== 0; left &= left - 1) count++;
  return count;
}

/** Whether so few of the masks that each adds enough cover nearly all of `among` bits. */
function areCovered(masks: readonly number[], among: number): boolean {
  let covered = 0;
  for (let variants = 0; variants < mostVariants; variants++) {
    let best = covered;
    for (const mask of masks) if (bits(mask | covered) > bits(best)) best = mask | covered;
    if (bits(best) - bits(covered) < Math.max(fewestWithVariant, leastShareOfVariant * among)) return false;
    covered = best;
    if (bits(covered) >= leastShare * among) return true;
  }
  return false;
}

/** A test of phrases: whether one may have its payload to itself. */
export function exclusivePhrases(corpus: Corpus): (phrase: Pick<Phrase, "samples" | "holders">) => boolean {
  const { writtenBy, copiedBy, writers, copiers } = outputFragments(corpus);
  const fewest = fewestHolders(corpus.samples.length);
  return ({ samples, holders: size }) => {
    if (size < fewest || size > largestShare * corpus.samples.length) return false;
    const holders = [...new Set(samples)].sort((a, b) => corpus.hashes[a]! - corpus.hashes[b]!).slice(0, looked);
    const held = new Map<number, number>();
    for (const sample of holders.slice(0, tried)) {
      for (const fragment of writtenBy(sample)) {
        const outputs = writers[fragment]! + copiers[fragment]!;
        if (outputs >= leastShareOfVariant * size && outputs <= mostOutputs * size + 1) held.set(fragment, 0);
      }
    }
    if (held.size === 0) return false;
    holders.forEach((sample, bit) => {
      for (const fragment of [...writtenBy(sample), ...copiedBy(sample)]) {
        const mask = held.get(fragment);
        if (mask !== undefined) held.set(fragment, mask | (1 << bit));
      }
    });
    const masks = [...held].flatMap(([fragment, mask]) => {
      const inside = (bits(mask) / holders.length) * size;
      const isOwn = inside >= leastShareOfVariant * size && writers[fragment]! <= mostOutputsOfVariant * inside + 1;
      return isOwn ? [mask] : [];
    });
    return areCovered(masks, holders.length);
  };
}
