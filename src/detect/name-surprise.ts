/**
 * How little each local name fits where it stands. A name is expected where others declare the same thing (`i` for an `int`, `e` for an
 * exception), where it is made of the words around it (`userList` beside `User` and `List`), or else for the words that it is made of:
 *
 *   P(name) = (1 - c) P(name | context) + c [its words stand in the rest of the input] / words there ^ its words
 *
 * P(name | context) backs off to all names and these to words (Dirichlet smoothing, Zhai and Lafferty 2001). The input that a name
 * stands in is left out of every count, so that names that are new in each input surprise as much as they should.
 */
import type { Corpus } from "./corpus";
import type { LocalName } from "./local-names";

export interface DeclaredName extends LocalName {
  readonly sample: number;
}

const contextSmoothing = 5;
const nameSmoothing = 10;
const wordSmoothing = 0.5;
const copied = 0.3;

/** The words of a name: `maxRowCount`, `max_row_count` and `MAXRowCount` have the same. */
export const wordsOf = (name: string): string[] =>
  name.match(/\p{Lu}+(?!\p{Ll})|\p{Lu}?[\p{Ll}\p{Lo}\p{M}]+|\p{N}+/gu)?.map((word) => word.toLowerCase()) ?? [name];

class Counts {
  readonly #counts = new Map<string, number>();
  total = 0;

  add(key: string): void {
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
    this.total++;
  }

  of(key: string): number {
    return this.#counts.get(key) ?? 0;
  }

  get size(): number {
    return this.#counts.size;
  }
}

export interface NameSurprise {
  /** Of each sample, the mean of its names; NaN where it declares none. */
  readonly means: Float64Array;
  /** Of each name, in the order in which they were given. */
  readonly ofNames: Float64Array;
}

/** In nats. Linear in the text. */
export function nameSurprise(corpus: Corpus, names: readonly DeclaredName[]): NameSurprise {
  const bySample = new Map<number, number[]>();
  names.forEach(({ sample }, index) => {
    const own = bySample.get(sample);
    if (own === undefined) bySample.set(sample, [index]);
    else own.push(index);
  });
  const [all, contexts, pairs, words] = [new Counts(), new Counts(), new Counts(), new Counts()];
  for (const { name, context } of names) {
    all.add(name);
    contexts.add(context);
    pairs.add(`${context} ${name}`);
    for (const word of wordsOf(name)) words.add(word);
  }
  const split = corpus.words.map((word) => (/^[\p{L}_]/u.test(word) ? wordsOf(word) : []));
  const means = new Float64Array(corpus.samples.length).fill(Number.NaN);
  const ofNames = new Float64Array(names.length);
  for (const [sample, indices] of bySample) {
    const own = indices.map((index) => names[index]!);
    const ownWords = new Counts();
    const ownContexts = new Counts();
    const local = new Set<string>();
    for (const { name, context } of own) {
      local.add(name);
      ownContexts.add(context);
      for (const word of wordsOf(name)) ownWords.add(word);
    }
    const around = new Set<string>();
    for (const token of new Set(corpus.inputs[sample])) {
      if (!local.has(corpus.words[token]!)) for (const word of split[token]!) around.add(word);
    }
    const ofWords = (parts: readonly string[]): number =>
      parts.reduce((product, word) => {
        const others = words.of(word) - ownWords.of(word);
        return product * ((others + wordSmoothing) / (words.total - ownWords.total + wordSmoothing * (words.size + 1)));
      }, 1);
    let sum = 0;
    own.forEach(({ name, context }, at) => {
      const parts = wordsOf(name);
      // A name is declared once in an input.
      const unigram = (all.of(name) - 1 + nameSmoothing * ofWords(parts)) / (all.total - own.length + nameSmoothing);
      const inContext = contexts.of(context) - ownContexts.of(context);
      const paired = pairs.of(`${context} ${name}`) - 1;
      const expected = (paired + contextSmoothing * unigram) / (inContext + contextSmoothing);
      const taken = parts.every((word) => around.has(word)) ? around.size ** -parts.length : 0;
      const surprise = -Math.log((1 - copied) * expected + copied * taken);
      ofNames[indices[at]!] = surprise;
      sum += surprise;
    });
    means[sample] = sum / own.length;
  }
  return { means, ofNames };
}
