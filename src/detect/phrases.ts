/**
 * Phrases of the inputs that are worth a test: one to three tokens that enough samples hold, and not too many, grown to
 * the whole phrase where what stands beside it hardly varies. A longer phrase is built from frequent shorter ones only
 * (Agrawal and Srikant 1994), so the cost stays linear in the text, and at most `placesPerPhrase` occurrences of each
 * are kept, chosen by content and not by their order in the file.
 */
import { fewestHolders, mixed, type Corpus } from "./corpus";
import type { Places } from "./insertion";
import { pairCounts } from "./pair-counts";

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

interface Counted {
  readonly tokens: readonly number[];
  occurrences: number;
  holders: number;
  lastHolder: number;
  readonly samples: number[];
  readonly positions: number[];
}

/** All phrases of one length that enough samples hold, and where each starts (-1: none). */
interface Level {
  readonly phrases: readonly Counted[];
  readonly starts: readonly Int32Array[];
}

/** Calls `visit` with every phrase one token longer than `level`'s whose parts are all in it, as (head, last token). */
function eachExtension(
  corpus: Corpus,
  level: Level | undefined,
  visit: (sample: number, position: number, head: number, token: number) => void,
): void {
  corpus.inputs.forEach((input, sample) => {
    const starts = level?.starts[sample];
    for (let position = 0; position < input.length; position++) {
      if (level === undefined || starts === undefined) {
        visit(sample, position, 0, input[position]!);
        continue;
      }
      const head = starts[position]!;
      if (head < 0 || (starts[position + 1] ?? -1) < 0) continue;
      visit(sample, position, head, input[position + level.phrases[head]!.tokens.length]!);
    }
  });
}

function nextLevel(corpus: Corpus, level: Level | undefined, fewest: number): Level {
  let candidates = 0;
  for (const input of corpus.inputs) candidates += input.length;
  const rough = pairCounts(candidates);
  eachExtension(corpus, level, (_sample, _position, head, token) => rough.add(head, token));

  const width = corpus.words.length;
  const numbers = new Map<number, number>();
  const phrases: Counted[] = [];
  const starts = corpus.inputs.map((input) => new Int32Array(input.length).fill(-1));
  eachExtension(corpus, level, (sample, position, head, token) => {
    if (rough.count(head, token) < fewest) return;
    const key = head * width + token;
    let number = numbers.get(key);
    if (number === undefined) {
      number = phrases.length;
      numbers.set(key, number);
      const tokens = level === undefined ? [token] : [...level.phrases[head]!.tokens, token];
      phrases.push({ tokens, occurrences: 0, holders: 0, lastHolder: -1, samples: [], positions: [] });
    }
    const phrase = phrases[number]!;
    phrase.occurrences++;
    if (phrase.lastHolder !== sample) phrase.holders++;
    phrase.lastHolder = sample;
    starts[sample]![position] = number;
  });
  for (const row of starts) {
    for (let at = 0; at < row.length; at++) if (row[at]! >= 0 && phrases[row[at]!]!.holders < fewest) row[at] = -1;
  }
  return { phrases, starts };
}

function notePlaces(corpus: Corpus, { phrases, starts }: Level, most: number): void {
  starts.forEach((row, sample) => {
    for (let position = 0; position < row.length; position++) {
      const phrase = phrases[row[position]!];
      if (phrase === undefined || phrase.holders > most) continue;
      const chosen = mixed(corpus.hashes[sample]!, position) / 2 ** 32;
      if (chosen * phrase.occurrences >= placesPerPhrase) continue;
      phrase.samples.push(sample);
      phrase.positions.push(position);
    }
  });
}

/** The token that stands `offset` from nearly every place (majority vote, then a count), or undefined. */
function commonToken(corpus: Corpus, { samples, positions }: Places, offset: number): number | undefined {
  let winner: number | undefined;
  let votes = 0;
  const tokenAt = (index: number): number | undefined => corpus.inputs[samples[index]!]![positions[index]! + offset];
  for (let index = 0; index < samples.length; index++) {
    const token = tokenAt(index);
    if (votes === 0) winner = token;
    votes += token === winner ? 1 : -1;
  }
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
    const kept = phrase.samples
      .map((sample, index) => ({ sample, position: phrase.positions[index]! }))
      .filter(({ sample, position }) => corpus.inputs[sample]![position + offset] === token);
    phrase = {
      ...phrase,
      tokens: next === undefined ? [token, ...tokens] : [...tokens, token],
      samples: kept.map(({ sample }) => sample),
      positions: kept.map(({ position }) => position - shift),
    };
  }
  return phrase;
}

/** Calls `visit` with every phrase to test, one length after the other. Returns how many there were. */
export function eachPhrase(corpus: Corpus, visit: (phrase: Phrase) => void): number {
  const fewest = fewestHolders(corpus.inputs.length);
  const edges = edgesOf(corpus);
  let tested = 0;
  let level: Level | undefined;
  for (let length = 1; length <= seedTokens; length++) {
    level = nextLevel(corpus, level, fewest);
    notePlaces(corpus, level, corpus.inputs.length * largestShare);
    for (const phrase of level.phrases) {
      if (phrase.holders < fewest || phrase.samples.length === 0) continue;
      tested++;
      visit(grown(corpus, phrase, edges));
      phrase.samples.length = 0;
      phrase.positions.length = 0;
    }
  }
  return tested;
}
