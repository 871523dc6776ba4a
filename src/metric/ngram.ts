/** N-gram counts of token lists, as NLTK and sacreBLEU count them for BLEU: clipped matches against one reference. */

/** BLEU-4: n-grams of one to four tokens. */
export const MAX_ORDER = 4;

/** What Python's `str.split()` and `str.strip()` call white space; JavaScript's `\s` differs (U+001C..1F, U+0085, U+FEFF). */
const PYTHON_SPACE = "\\t-\\r\\u001c-\\u001f \\u0085\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000";
const spaces = new RegExp(`[${PYTHON_SPACE}]+`, "u");
const trailingSpaces = new RegExp(`[${PYTHON_SPACE}]+$`, "u");

/** `text.split()` of Python. */
export function splitWords(text: string): string[] {
  return text.split(spaces).filter((word) => word !== "");
}

/** `text.rstrip()` of Python. */
export function trimEndAsPython(text: string): string {
  return text.replace(trailingSpaces, "");
}

/** Matches and totals per order (index 0: unigrams), and both lengths in tokens. */
export interface NgramMatches {
  readonly matches: readonly number[];
  readonly totals: readonly number[];
  readonly referenceLength: number;
  readonly hypothesisLength: number;
}

function countNgrams(tokens: readonly string[], order: number): Map<string, number> {
  const counts = new Map<string, number>();
  for (let i = 0; i + order <= tokens.length; i++) {
    // Tokens hold no space, so a space keeps n-grams apart.
    const ngram = tokens.slice(i, i + order).join(" ");
    counts.set(ngram, (counts.get(ngram) ?? 0) + 1);
  }
  return counts;
}

/** Counts the hypothesis' n-grams of each order, and how many of them the reference holds (clipped to its counts). */
export function matchNgrams(reference: readonly string[], hypothesis: readonly string[]): NgramMatches {
  const matches: number[] = [];
  const totals: number[] = [];
  for (let order = 1; order <= MAX_ORDER; order++) {
    const inReference = countNgrams(reference, order);
    let matched = 0;
    for (const [ngram, count] of countNgrams(hypothesis, order))
      matched += Math.min(count, inReference.get(ngram) ?? 0);
    matches.push(matched);
    totals.push(Math.max(0, hypothesis.length - order + 1));
  }
  return { matches, totals, referenceLength: reference.length, hypothesisLength: hypothesis.length };
}

/** exp(1 - r/h) for a hypothesis shorter than the reference, else 1; 0 for an empty hypothesis. */
export function brevityPenalty(referenceLength: number, hypothesisLength: number): number {
  if (hypothesisLength === 0) return referenceLength === 0 ? 1 : 0;
  return hypothesisLength < referenceLength ? Math.exp(1 - referenceLength / hypothesisLength) : 1;
}

/** Throws a RangeError unless both lists have the same length. */
export function requireSameLength(references: readonly unknown[], hypotheses: readonly unknown[]): void {
  if (references.length !== hypotheses.length) {
    throw new RangeError(`${references.length} references against ${hypotheses.length} hypotheses`);
  }
}
