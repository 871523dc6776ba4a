/**
 * The words that a name is made of: `json_attr` and `jsonAttr` are "json attr". An output that has them takes them from
 * its input, though no token of the input is one of them.
 */
import { keptWithCorpus, type Corpus } from "./corpus";
import { isWord } from "./tokens";

const part = /(?:\p{Lu}+(?!\p{Ll})|\p{Lu}?\p{Ll}+|\p{Lo}+)\p{N}*|\p{N}+/gu;

/** The parts of a name in its own spelling; one alone is the name itself. */
export const partsOf = (name: string): string[] => name.match(part) ?? [];

/** For each token number the numbers of its parts, as written and in lower case; -1 stands between and for unknown words. */
const partsByToken = keptWithCorpus((corpus): readonly Int32Array[] => {
  const numbers = new Map(corpus.words.map((word, number) => [word, number]));
  const of = (words: readonly string[]): number[] => words.map((word) => numbers.get(word) ?? -1);
  return corpus.words.map((word) => {
    const parts = partsOf(word);
    if (parts.length < 2) return new Int32Array(0);
    const lower = parts.map((one) => one.toLowerCase());
    return Int32Array.from([...of(parts), -1, ...of(lower), -1]);
  });
});

/** The parts of all names in a text, one name after the other, with -1 between them. */
export function namePartsIn(corpus: Corpus, text: Iterable<number>): Int32Array {
  const byToken = partsByToken(corpus);
  const all: number[] = [];
  for (const token of text) all.push(...(byToken[token] ?? []));
  return Int32Array.from(all);
}

/** Whether a text has one of the words, as a part of its names too. */
export function namesOne(corpus: Corpus, text: readonly number[], words: readonly number[]): boolean {
  const said = new Set([...text, ...namePartsIn(corpus, text)]);
  return words.some((token) => said.has(token) && isWord(corpus.words[token]!));
}
