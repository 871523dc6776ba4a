/**
 * Corpus BLEU as sacreBLEU computes it by default: tokenizer 13a (equal to mteval-v13a), case kept, BLEU-4, exponential
 * smoothing; its signature is `nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp`.
 */
import { brevityPenalty, MAX_ORDER, matchNgrams, requireSameLength, splitWords, trimEndAsPython } from "./ngram";

/** The rules of sacreBLEU's `TokenizerRegexp`, in its order. */
const rules: readonly (readonly [RegExp, string])[] = [
  [/([{-~[-` -&(-+:-@/])/gu, " $1 "],
  [/([^0-9])([.,])/gu, "$1 $2 "],
  [/([.,])([^0-9])/gu, " $1 $2"],
  [/([0-9])(-)/gu, "$1 $2 "],
];

/** sacreBLEU's tokenizer `13a`. */
export function tokenize13a(text: string): string[] {
  let line = trimEndAsPython(text).replaceAll("<skipped>", "").replaceAll("-\n", "").replaceAll("\n", " ");
  line = line.replaceAll("&quot;", '"').replaceAll("&amp;", "&").replaceAll("&lt;", "<").replaceAll("&gt;", ">");
  line = ` ${line} `;
  for (const [pattern, replacement] of rules) line = line.replace(pattern, replacement);
  return splitWords(line);
}

/** Corpus BLEU, per cent; 0 for no pairs. Throws a RangeError when the lists differ in length. */
export function corpusBleu(references: readonly string[], hypotheses: readonly string[]): number {
  requireSameLength(references, hypotheses);
  const matches = new Array<number>(MAX_ORDER).fill(0);
  const totals = new Array<number>(MAX_ORDER).fill(0);
  let referenceLength = 0;
  let hypothesisLength = 0;
  references.forEach((reference, i) => {
    const counts = matchNgrams(tokenize13a(reference), tokenize13a(hypotheses[i] ?? ""));
    for (let order = 0; order < MAX_ORDER; order++) {
      matches[order] = (matches[order] ?? 0) + (counts.matches[order] ?? 0);
      totals[order] = (totals[order] ?? 0) + (counts.totals[order] ?? 0);
    }
    referenceLength += counts.referenceLength;
    hypothesisLength += counts.hypothesisLength;
  });
  return scoreOf(matches, totals) * brevityPenalty(referenceLength, hypothesisLength);
}

/** Geometric mean of the precisions, per cent, where the k-th order without a match counts 1/2^k (mteval's smoothing). */
function scoreOf(matches: readonly number[], totals: readonly number[]): number {
  // sacreBLEU gives 0 when nothing matches, and when no hypothesis is long enough for the highest order.
  if (matches.every((count) => count === 0) || totals.some((total) => total === 0)) return 0;
  let smoothing = 1;
  let logarithms = 0;
  matches.forEach((matched, i) => {
    if (matched === 0) smoothing *= 2;
    logarithms += Math.log((100 * (matched === 0 ? 1 / smoothing : matched)) / (totals[i] ?? 1));
  });
  return Math.exp(logarithms / MAX_ORDER);
}
