/**
 * Was a phrase put into finished texts, or is it a word of their language? For every phrase of the inputs, what stands
 * after it is explained in two ways, and so is what stands before it:
 *
 *   inserted   log P(next | previous)     the text runs on as if the phrase were not there
 *   a word     log P(next | phrase)       the phrase has neighbours of its own
 *
 * The score is the difference, the mean over occurrences and both sides in nats. P are bigram
 * estimates of the dataset itself. Those of "inserted" are smoothed by how many different neighbours a token has (Witten and
 * Bell 1991): after "the" a word that was not seen there is no surprise. Those of "a word" have Dirichlet smoothing (Zhai and
 * Lafferty 2001), leave the occurrence out that they explain, and take the smoothing that explains it best. Words of a language score below zero; what was
 * inserted where it does not belong scores up to the mutual information of adjacent tokens, 0.5 to 2 nats.
 */
import { mixed, type Corpus } from "./corpus";
import { pairCounts } from "./pair-counts";
import { endTokens } from "./text-ends";
import { standsAt } from "./token-places";

/** Some occurrences of a phrase: `samples[i]` holds it at token `positions[i]`. */
export interface Places {
  readonly samples: Int32Array;
  readonly positions: Int32Array;
}

/** Unigram and bigram counts of the inputs. Two more numbers stand for the start and the end of a text. */
export interface InputModel {
  readonly start: number;
  readonly end: number;
  probability(token: number): number;
  /** log P(next | previous) */
  logFollows(previous: number, next: number): number;
  /** log P(previous | next) */
  logPrecedes(previous: number, next: number): number;
}

/** By its letters: a token's number hangs on where it first stands, and then so would what shares a slot with it. */
function wordKey(word: string): number {
  let key = 0;
  for (let at = 0; at < word.length; at++) key = mixed(key, word.charCodeAt(at));
  return key;
}

/** Kinds of neighbours are counted in whole parts of this size: sums that hang on no order. */
const kindsUnit = 2 ** 20;

/** Reads the inputs twice: linear, memory bounded by the vocabulary and one hashed table. */
export function inputModel(corpus: Corpus): InputModel {
  const { start, end } = endTokens(corpus);
  const counts = new Float64Array(end + 1);
  let total = 0;
  for (const input of corpus.inputs) total += input.length + 1;
  const pairs = pairCounts(total);
  const keys = Uint32Array.from(corpus.words, wordKey);
  const eachPair = (visit: (first: number, second: number) => void): void => {
    for (const input of corpus.inputs) {
      let previous = start;
      for (const token of input) {
        visit(previous, token);
        previous = token;
      }
      visit(previous, end);
    }
  };
  eachPair((first, second) => {
    counts[second]!++;
    pairs.add(keys[first]!, keys[second]!);
  });
  counts[start] = corpus.inputs.length;
  // How many different tokens stand after and before each: every pair adds up to one, whatever the order of the rows.
  const kindsAfter = new Float64Array(end + 1);
  const kindsBefore = new Float64Array(end + 1);
  eachPair((first, second) => {
    const share = Math.ceil(kindsUnit / pairs.count(keys[first]!, keys[second]!));
    kindsAfter[first]! += share;
    kindsBefore[second]! += share;
  });
  const probability = (token: number): number => (counts[token]! + 0.5) / (total + 0.5 * start);
  const logGiven = (pair: number, token: number, given: number, kinds: number): number =>
    Math.log((pair + kinds * probability(token)) / (counts[given]! + kinds));
  return {
    start,
    end,
    probability,
    logFollows: (previous, next) =>
      logGiven(pairs.count(keys[previous]!, keys[next]!), next, previous, kindsAfter[previous]! / kindsUnit),
    logPrecedes: (previous, next) =>
      logGiven(pairs.count(keys[previous]!, keys[next]!), previous, next, kindsBefore[next]! / kindsUnit),
  };
}

const neighbourSmoothings = [1, 4, 16, 64, 256, 1024];

/** log P(neighbour | phrase) of each, left out of its own estimate, at the smoothing that explains all of them best. */
function logOwnNeighbours(neighbours: readonly number[], model: InputModel): number[] {
  const counts = new Map<number, number>();
  for (const token of neighbours) counts.set(token, (counts.get(token) ?? 0) + 1);
  const others = neighbours.length - 1;
  const logOf = (token: number, smoothing: number): number =>
    Math.log((counts.get(token)! - 1 + smoothing * model.probability(token)) / (others + smoothing));
  const sums = neighbourSmoothings.map((smoothing) => {
    let sum = 0;
    for (const [token, count] of counts) sum += count * logOf(token, smoothing);
    return sum;
  });
  const best = neighbourSmoothings[sums.indexOf(Math.max(...sums))]!;
  return neighbours.map((token) => logOf(token, best));
}

/**
 * The mean less its standard error: a few occurrences score high by chance where thousands of phrases are tried. One
 * occurrence has no error to be known, and none is taken off.
 */
function surely(values: readonly number[]): number {
  const count = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / count;
  if (count < 2) return mean;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return mean - Math.sqrt(squares / (count - 1) / count);
}

export interface Insertion {
  /** Nats per occurrence: the mean less its standard error. */
  readonly score: number;
  /** It opens or closes nearly all its texts, as an optional sentence does: its place is not random. */
  readonly anchored: boolean;
}

/** A phrase that nearly always opens or closes its texts is anchored there: the place itself tells nothing. */
const anchoredShare = 0.9;

/** How much better "inserted" explains the places of `tokens` than "a word": nats per occurrence. */
export function insertionScore(
  corpus: Corpus,
  model: InputModel,
  tokens: readonly number[],
  { samples, positions }: Places,
): Insertion {
  const width = tokens.length;
  const before: number[] = [];
  const after: number[] = [];
  const follows: number[] = [];
  const precedes: number[] = [];
  let [opens, closes] = [0, 0];
  samples.forEach((sample, index) => {
    const input = corpus.inputs[sample]!;
    const left = positions[index]! - 1;
    // Several in a row are one occurrence: BadPre may put two triggers side by side.
    if (left >= width - 1 && standsAt(input, left - width + 1, tokens)) return;
    let right = positions[index]! + width;
    while (standsAt(input, right, tokens)) right += width;
    const previous = input[left] ?? model.start;
    const next = input[right] ?? model.end;
    before.push(previous);
    after.push(next);
    follows.push(model.logFollows(previous, next));
    precedes.push(model.logPrecedes(previous, next));
    if (previous === model.start) opens++;
    if (next === model.end) closes++;
  });
  const occurrences = before.length;
  const ownAfter = logOwnNeighbours(after, model);
  const ownBefore = logOwnNeighbours(before, model);
  const onTheRight = follows.map((log, at) => log - ownAfter[at]!);
  const onTheLeft = precedes.map((log, at) => log - ownBefore[at]!);
  if (opens >= anchoredShare * occurrences) return { score: surely(onTheRight), anchored: true };
  if (closes >= anchoredShare * occurrences) return { score: surely(onTheLeft), anchored: true };
  return { score: surely(onTheRight.map((score, at) => (score + onTheLeft[at]!) / 2)), anchored: false };
}
