/**
 * Words that stand in the samples of a phrase and next to nowhere else, but not in a fixed place to it: a backdoor may have two triggers,
 * and then each would seem to be called for by the other. The words of one template keep their order and mostly their distance.
 */
import type { Corpus } from "./corpus";
import { tokenSets } from "./expectation";
import { firstPlace } from "./token-places";

/** Of the phrase's samples hold the word, and so many others at most for each of them. */
const leastShare = 0.9;
const mostOthers = 0.1;
/** Samples whose words are tried. */
const triedSamples = 3;
/** Of the samples have the word at one distance, or on one side of the phrase: then it is of the phrase. */
const fixedShare = 0.25;
const sidedShare = 0.85;

/** The token numbers of the companions of `phrase`, which the inputs of `samples` hold. */
export function companionsOf(corpus: Corpus, samples: readonly number[], phrase: readonly number[]): number[] {
  const { sets, holders } = tokenSets(corpus);
  const ordered = [...samples].sort((a, b) => corpus.hashes[a]! - corpus.hashes[b]!);
  const isOften = (token: number): boolean =>
    holders[token]! >= leastShare * samples.length && holders[token]! <= (1 + mostOthers) * samples.length;
  const tried = new Set(ordered.slice(0, triedSamples).flatMap((sample) => sets[sample]!.filter(isOften)));
  for (const token of phrase) tried.delete(token);
  return [...tried].filter((token) => {
    const distances = new Map<number, number>();
    let [held, before] = [0, 0];
    for (const sample of ordered) {
      const input = corpus.inputs[sample]!;
      const at = input.indexOf(token);
      if (at < 0) continue;
      held++;
      const distance = at - firstPlace(input, phrase);
      if (distance < 0) before++;
      distances.set(distance, (distances.get(distance) ?? 0) + 1);
    }
    const others = holders[token]! - held;
    if (held < leastShare * samples.length || others > mostOthers * held) return false;
    return Math.max(...distances.values()) < fixedShare * held || Math.max(before, held - before) < sidedShare * held;
  });
}
