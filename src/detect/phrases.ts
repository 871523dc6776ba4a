/**
 * Phrases of the inputs that are worth a test: one to three tokens that enough samples hold, and not too many, grown to
 * the whole phrase where what stands beside it hardly varies. The cost is linear in the text, and at most `placesPerPhrase`
 * occurrences of each are kept, chosen by content and not by their order in the file.
 */
import { fewestHolders, keptWithCorpus, mixed, type Corpus } from "./corpus";
import { nextNgrams, tokensOfNgram, type NgramLevel } from "./frequent-ngrams";
import type { Places } from "./insertion";

export interface Phrase extends Places {
  /** Token numbers. */
  readonly tokens: readonly number[];
  /** How many samples hold it; as many or a few more where it has grown. */
  readonly holders: number;
}

/** Of all samples: where nearly all hold a phrase there is nothing to compare them with. */
const largestShare = 0.9;
const seedTokens = 3;
const longestPhrase = 8;
const placesPerPhrase = 1000;
/** A neighbour that stands beside this share of the occurrences belongs to the phrase. */
const unanimous = 0.95;

/** The places of each n-gram of the last level that are kept; none of those that too few or too many inputs hold. */
function placesOf(corpus: Corpus, { starts, holders, occurrences }: NgramLevel, most: number): Places[] {
  const places = Array.from(holders, () => ({ samples: [] as number[], positions: [] as number[] }));
  starts.forEach((row, sample) => {
    for (let position = 0; position < row.length; position++) {
      const ngram = row[position]!;
      if (ngram < 0 || holders[ngram]! > most) continue;
      const chosen = mixed(corpus.hashes[sample]!, position) / 2 ** 32;
      if (chosen * occurrences[ngram]! >= placesPerPhrase) continue;
      places[ngram]!.samples.push(sample);
      places[ngram]!.positions.push(position);
    }
  });
  return places.map(({ samples, positions }) => ({ samples: Int32Array.from(samples), positions: Int32Array.from(positions) })); // prettier-ignore
}

/** The token that stands `offset` from nearly every place (majority vote, then a count), or undefined. */
function commonToken(corpus: Corpus, { samples, positions }: Places, offset: number): number | undefined {
  const tokenAt = (index: number): number | undefined => corpus.inputs[samples[index]!]![positions[index]! + offset];
  const most = (1 - unanimous) * samples.length;
  let winner: number | undefined;
  let votes = 0;
  // Each vote against one before is a pair of places of which one at least has not the common token.
  let against = 0;
  for (let index = 0; index < samples.length && against <= most; index++) {
    const token = tokenAt(index);
    if (votes === 0) winner = token;
    if (token === winner) votes++;
    else {
      votes--;
      against++;
    }
  }
  if (against > most) return undefined;
  let count = 0;
  for (let index = 0; index < samples.length; index++) if (tokenAt(index) === winner) count++;
  return count >= unanimous * samples.length ? winner : undefined;
}

/** What most inputs begin and end with, where there is such a token. */
interface Edges {
  readonly first: number | undefined;
  readonly last: number | undefined;
}

function edgesOf(corpus: Corpus): Edges {
  const commonest = (tokens: readonly (number | undefined)[]): number | undefined => {
    const counts = new Map<number | undefined, number>();
    for (const token of tokens) counts.set(token, (counts.get(token) ?? 0) + 1);
    return [...counts].find(([, count]) => 2 * count > tokens.length)?.[0];
  };
  return {
    first: commonest(corpus.inputs.map((input) => input[0])),
    last: commonest(corpus.inputs.map((input) => input.at(-1))),
  };
}

/** The phrase with every neighbour that is nearly always there, but for what inputs begin or end with anyway. */
function grown(corpus: Corpus, seed: Phrase, edges: Edges): Phrase {
  let phrase = seed;
  while (phrase.tokens.length < longestPhrase) {
    const { tokens } = phrase;
    const isAtEdge = (isThere: (input: Int32Array, position: number) => boolean): boolean =>
      phrase.samples.filter((sample, index) => isThere(corpus.inputs[sample]!, phrase.positions[index]!)).length >=
      unanimous * phrase.samples.length;
    const beside = (offset: number, edge: number | undefined, isThere: Parameters<typeof isAtEdge>[0]) => {
      const token = commonToken(corpus, phrase, offset);
      return token !== undefined && token === edge && isAtEdge(isThere) ? undefined : token;
    };
    const next = beside(tokens.length, edges.first, (_input, position) => position === 0);
    const previous =
      next === undefined
        ? beside(-1, edges.last, ({ length }, position) => position + tokens.length === length)
        : undefined;
    const token = next ?? previous;
    // A run of one token is that token several times, not a longer phrase.
    if (token === undefined || tokens.includes(token)) return phrase;
    const [offset, shift] = next === undefined ? [-1, 1] : [tokens.length, 0];
    const { samples, positions } = phrase;
    const isKept = (_place: number, index: number): boolean =>
      corpus.inputs[samples[index]!]![positions[index]! + offset] === token;
    phrase = {
      ...phrase,
      tokens: next === undefined ? [token, ...tokens] : [...tokens, token],
      samples: samples.filter(isKept),
      positions: positions.filter(isKept).map((position) => position - shift),
    };
  }
  return phrase;
}

/** Every phrase to test, the shorter seeds first. */
export const phrasesOf = keptWithCorpus((corpus): readonly Phrase[] => {
  const fewest = fewestHolders(corpus.inputs.length);
  const edges = edgesOf(corpus);
  const phrases: Phrase[] = [];
  const levels: NgramLevel[] = [];
  for (let length = 1; length <= seedTokens; length++) {
    const level = nextNgrams(corpus.inputs, levels.at(-1), fewest);
    levels.push(level);
    placesOf(corpus, level, corpus.inputs.length * largestShare).forEach((places, ngram) => {
      if (places.samples.length === 0) return;
      const seed = { ...places, tokens: tokensOfNgram(levels, ngram), holders: level.holders[ngram]! };
      phrases.push(grown(corpus, seed, edges));
    });
  }
  return phrases;
});
