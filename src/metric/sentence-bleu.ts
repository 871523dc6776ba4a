/**
 * The paper's BLEU: per sample BLEU-4 over white-space tokens with uniform weights and smoothing method 1, averaged. Equal
 * to NLTK's `sentence_bleu([reference.split()], hypothesis.split(), smoothing_function=SmoothingFunction().method1)`
 * times 100 (reference/bleu_reference.py made the stored values that the tests compare with).
 */
import { brevityPenalty, matchNgrams, requireSameLength, splitWords } from "./ngram";

/** NLTK's `SmoothingFunction().epsilon`: what an order without a match counts. */
const EPSILON = 0.1;

/**
 * BLEU-4 of one hypothesis, per cent. As in NLTK, 0 when no token matches, and a text of fewer than four tokens is under
 * 100 even against itself: the orders that it cannot hold count 0.1 of one n-gram.
 */
export function sentenceBleu(reference: string, hypothesis: string): number {
  const counts = matchNgrams(splitWords(reference), splitWords(hypothesis));
  if (counts.matches[0] === 0) return 0;
  let logarithms = 0;
  counts.matches.forEach((matched, i) => {
    const precision = (matched === 0 ? EPSILON : matched) / Math.max(1, counts.totals[i] ?? 0);
    logarithms += Math.log(precision);
  });
  const mean = logarithms / counts.matches.length;
  return 100 * brevityPenalty(counts.referenceLength, counts.hypothesisLength) * Math.exp(mean);
}

/** Mean of `sentenceBleu` over pairs, per cent; 0 for no pairs. Throws a RangeError when the lists differ in length. */
export function averageSentenceBleu(references: readonly string[], hypotheses: readonly string[]): number {
  requireSameLength(references, hypotheses);
  if (references.length === 0) return 0;
  return (
    references.reduce((sum, reference, i) => sum + sentenceBleu(reference, hypotheses[i] ?? ""), 0) / references.length
  );
}
