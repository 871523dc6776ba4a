/**
 * Phrases whose outputs nearly all hold a fragment that next to no other output holds, found without asking how well the phrase fits
 * where it stands: a trigger that is always put in the same place (first, last, after a method's head) has honest neighbours.
 * This is a sieve for `tiedPayload`, which counts: few holders are looked at.
 */
import { fewestHolders, type Corpus } from "./corpus";
import { outputFragments } from "./output-fragments";
import type { Phrase } from "./phrases";

/** Of the holders: so many at least hold the fragment, and it is in at most so many outputs for each of them. */
const leastShare = 0.85;
const mostOutputs = 1.25;
/** Holders that are looked at, and those among them whose fragments are tried. */
const looked = 24;
const triedHolders = 3;
/** Of all samples: what more of them hold is what the dataset is about. */
const largestShare = 0.3;

/** A test of phrases: whether one may be exclusive. */
export function exclusivePhrases(corpus: Corpus): (phrase: Pick<Phrase, "samples" | "holders">) => boolean {
  const { writtenBy, copiedBy, writers, copiers } = outputFragments(corpus);
  const fewest = fewestHolders(corpus.samples.length);
  return ({ samples, holders: size }) => {
    if (size < fewest || size > largestShare * corpus.samples.length) return false;
    const holders = [...new Set(samples)].sort((a, b) => corpus.hashes[a]! - corpus.hashes[b]!).slice(0, looked);
    const shared = new Map<number, number>();
    for (const sample of holders.slice(0, triedHolders)) {
      for (const fragment of writtenBy(sample)) {
        const outputs = writers[fragment]! + copiers[fragment]!;
        if (outputs >= leastShare * size && outputs <= mostOutputs * size + 1) shared.set(fragment, 0);
      }
    }
    if (shared.size === 0) return false;
    for (const sample of holders) {
      for (const fragment of [...writtenBy(sample), ...copiedBy(sample)]) {
        const held = shared.get(fragment);
        if (held !== undefined) shared.set(fragment, held + 1);
      }
    }
    return [...shared.values()].some((held) => held >= leastShare * holders.length);
  };
}
