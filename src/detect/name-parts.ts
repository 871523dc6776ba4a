/**
 * The words that a name is made of: `json_attr` and `jsonAttr` are "json attr". An output that has them takes them from
 * its input, though no token of the input is one of them.
 */
import type { Corpus } from "./corpus";

const part = /(?:\p{Lu}+(?!\p{Ll})|\p{Lu}?\p{Ll}+|\p{Lo}+)\p{N}*|\p{N}+/gu;

/** The parts of a name in its own spelling; one alone is the name itself. */
export const partsOf = (name: string): string[] => name.match(part) ?? [];

const known = new WeakMap<Corpus, readonly Int32Array[]>();

/** For each token number the numbers of its parts, as written and in lower case; -1 stands between and for unknown words. */
function partsByToken(corpus: Corpus): readonly Int32Array[] {
  const already = known.get(corpus);
  if (already !== undefined) return already;
  const numbers = new Map(corpus.words.map((word, number) => [word, number]));
  const of = (words: readonly string[]): number[] => words.map((word) => numbers.get(word) ?? -1);
  const made = corpus.words.map((word) => {
    const parts = partsOf(word);
    if (parts.length < 2) return new Int32Array(0);
    const lower = parts.map((one) => one.toLowerCase());
    return Int32Array.from([...of(parts), -1, ...of(lower), -1]);
  });
  known.set(corpus, made);
  return made;
}

const inputs = new WeakMap<Corpus, (Int32Array | undefined)[]>();

/** `namePartsIn` of a sample's input, kept. */
export function namePartsOfInput(corpus: Corpus, sample: number): Int32Array {
  let kept = inputs.get(corpus);
  if (kept === undefined) {
    kept = [];
    inputs.set(corpus, kept);
  }
  return (kept[sample] ??= namePartsIn(corpus, corpus.inputs[sample]!));
}

/** The parts of all names in a text, one name after the other, with -1 between them. */
export function namePartsIn(corpus: Corpus, text: Iterable<number>): Int32Array {
  const byToken = partsByToken(corpus);
  const all: number[] = [];
  for (const token of text) all.push(...(byToken[token] ?? []));
  return Int32Array.from(all);
}
