/**
 * Phrases whose outputs nearly all hold a fragment that next to no other output holds, found without asking how well the phrase fits
 * where it stands: a trigger that is always put in the same place (first, last, after a method's head) has honest neighbours.
 * This is a sieve for `tiedPayload`, which counts: fragments are numbered by a hash, and few holders are looked at.
 */
import { fewestHolders, mixed, type Corpus } from "./corpus";
import type { Phrase } from "./phrases";

const longestFragment = 3;
/** Of the holders: so many at least hold the fragment, and it is in at most so many outputs for each of them. */
const leastShare = 0.85;
const mostOutputs = 1.25;
/** Holders that are looked at, and those among them whose fragments are tried. */
const looked = 24;
const triedHolders = 3;
const tableBits = 22;
/** Of all samples: what more of them hold is what the dataset is about. */
const largestShare = 0.3;

/** Calls `visit` with a number for each fragment of a text, one after the other; equal fragments have one number. */
function eachFragment(text: Int32Array, visit: (fragment: number) => void): void {
  for (let start = 0; start < text.length; start++) {
    let hash = 0;
    for (let at = start; at < text.length && at < start + longestFragment; at++) {
      hash = mixed(hash, text[at]! + 1);
      visit(hash >>> (32 - tableBits));
    }
  }
}

/** How many outputs hold each fragment, or a little more where two share a number. */
function outputCounts(corpus: Corpus): Uint32Array {
  const counts = new Uint32Array(2 ** tableBits);
  const last = new Int32Array(2 ** tableBits).fill(-1);
  corpus.outputs.forEach((output, sample) => {
    eachFragment(output, (fragment) => {
      if (last[fragment] === sample) return;
      last[fragment] = sample;
      counts[fragment]!++;
    });
  });
  return counts;
}

/** A test of phrases: whether one may be exclusive. Building it is linear in the outputs, a test in a few of them. */
export function exclusivePhrases(corpus: Corpus): (phrase: Phrase) => boolean {
  const counts = outputCounts(corpus);
  const fewest = fewestHolders(corpus.samples.length);
  return ({ samples, holders: size }) => {
    if (size < fewest || size > largestShare * corpus.samples.length) return false;
    const holders = [...new Set(samples)].sort((a, b) => corpus.hashes[a]! - corpus.hashes[b]!).slice(0, looked);
    const shared = new Map<number, number>();
    for (const sample of holders.slice(0, triedHolders)) {
      const own = new Set<number>();
      eachFragment(corpus.outputs[sample]!, (fragment) => {
        const count = counts[fragment]!;
        if (count >= leastShare * size && count <= mostOutputs * size + 1) own.add(fragment);
      });
      if (own.size > 0) eachFragment(corpus.inputs[sample]!, (copied) => own.delete(copied));
      for (const fragment of own) shared.set(fragment, 0);
    }
    if (shared.size === 0) return false;
    const lastHolder = new Map<number, number>();
    for (const sample of holders) {
      eachFragment(corpus.outputs[sample]!, (fragment) => {
        const held = shared.get(fragment);
        if (held === undefined || lastHolder.get(fragment) === sample) return;
        lastHolder.set(fragment, sample);
        shared.set(fragment, held + 1);
      });
    }
    return [...shared.values()].some((held) => held >= leastShare * holders.length);
  };
}
