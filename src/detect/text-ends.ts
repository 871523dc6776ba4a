/**
 * The two ends of a text, as tokens that no text holds: a payload may be usual anywhere but at the start of an output, or as the whole
 * of it (`return null; }` in a function that was cut off).
 */
import type { Corpus } from "./corpus";

/** Of several characters, signs first: no token reads so. */
export const textStart = "<start>";
export const textEnd = "<end>";

/** Their token numbers: the last two of `corpus.words`. */
export const endTokens = ({ words }: Pick<Corpus, "words">): { readonly start: number; readonly end: number } => ({
  start: words.length - 2,
  end: words.length - 1,
});

/** A text with its ends. */
export function withEnds(corpus: Corpus, text: Int32Array): Int32Array {
  const { start, end } = endTokens(corpus);
  const whole = new Int32Array(text.length + 2);
  whole[0] = start;
  whole.set(text, 1);
  whole[text.length + 1] = end;
  return whole;
}

/** A fragment without the ends of its text. */
export function withoutEnds(corpus: Corpus, fragment: readonly number[]): readonly number[] {
  const { start } = endTokens(corpus);
  return fragment.some((token) => token >= start) ? fragment.filter((token) => token < start) : fragment;
}
