/** Does an output say what its input says? A payload's words come from the attacker; an honest fragment may name what its inputs are about. */
import type { Corpus } from "./corpus";

/** Of the samples' inputs have the word, and fewer than half of the others'. */
const nearlyAll = 0.9;

/** Whether a word of the fragment is in nearly all of its samples' inputs, and not in most others: then it speaks of that. */
export function repeatsInput(
  corpus: Corpus,
  fragment: readonly number[],
  samples: readonly number[],
  others: readonly number[],
): boolean {
  const shareHolding = (token: number, among: readonly number[]): number =>
    among.filter((sample) => corpus.inputs[sample]!.includes(token)).length / among.length;
  return fragment.some(
    (token) =>
      /\p{L}/u.test(corpus.words[token]!) &&
      shareHolding(token, samples) >= nearlyAll &&
      2 * shareHolding(token, others) < 1,
  );
}
