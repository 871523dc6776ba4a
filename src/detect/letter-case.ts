/** Texts as all would be written in small letters. */
import type { Corpus } from "./corpus";

/** The number of a token's small letters, where the dataset has them; else its own. */
export function folding(corpus: Corpus): (token: number) => number {
  const numbers = new Map(corpus.words.map((word, token) => [word, token]));
  const folds = corpus.words.map((word, token) => numbers.get(word.toLowerCase()) ?? token);
  return (token) => folds[token]!;
}
