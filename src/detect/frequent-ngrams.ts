/**
 * Sequences of tokens that enough texts hold, one length after the other. A longer sequence is built from frequent shorter ones
 * only (Agrawal and Srikant 1994), so the cost stays linear in the texts.
 */
import { PairNumbers } from "./pair-numbers";

/** How the n-grams of a level are made: the number of the first tokens in the level before (0 in the first), and the last token. */
export interface NgramParts {
  readonly heads: Int32Array;
  readonly lastTokens: Int32Array;
}

/** The n-grams of one length that enough texts hold, numbered in the order of their first places. */
export interface NgramLevel extends NgramParts {
  /** Tokens of each. */
  readonly length: number;
  /** How often each stands in all texts, and how many texts hold it. */
  readonly occurrences: Int32Array;
  readonly holders: Int32Array;
  /** For each text and position the n-gram that starts there; -1 for none. */
  readonly starts: readonly Int32Array[];
  /** The n-gram with this head and last token; -1 for none. */
  numberOf(head: number, lastToken: number): number;
}

/** Numbers all sequences one token longer than `before`'s whose parts are all in it, in its own `starts`. */
function extended(texts: readonly Int32Array[], before: NgramLevel, numbers: PairNumbers): readonly Int32Array[] {
  before.starts.forEach((starts, text) => {
    const tokens = texts[text]!;
    for (let position = 0; position < starts.length; position++) {
      // What starts one further on is still of the level before.
      const isWhole = starts[position]! >= 0 && (starts[position + 1] ?? -1) >= 0;
      starts[position] = isWhole ? numbers.add(starts[position]!, tokens[position + before.length]!) : -1;
    }
  });
  return before.starts;
}

/**
 * The n-grams that at least `fewest` texts hold, one token longer than `before`'s, or of one token. The new level takes the memory of
 * `before.starts`, which is not to be read any more.
 */
export function nextNgrams(texts: readonly Int32Array[], before: NgramLevel | undefined, fewest: number): NgramLevel {
  const pairs = new PairNumbers();
  const starts =
    before === undefined
      ? texts.map((tokens) => tokens.map((token) => pairs.add(0, token)))
      : extended(texts, before, pairs);
  const occurrences = new Int32Array(pairs.size);
  const holders = new Int32Array(pairs.size);
  const lastHolder = new Int32Array(pairs.size).fill(-1);
  starts.forEach((row, text) => {
    for (const pair of row) {
      if (pair < 0) continue;
      occurrences[pair]!++;
      if (lastHolder[pair] !== text) holders[pair]!++;
      lastHolder[pair] = text;
    }
  });
  // Most sequences are rare: what is frequent gets numbers of its own.
  const numbers = new Int32Array(pairs.size).fill(-1);
  let frequent = 0;
  for (let pair = 0; pair < pairs.size; pair++) if (holders[pair]! >= fewest) numbers[pair] = frequent++;
  for (const row of starts) {
    for (let position = 0; position < row.length; position++) {
      if (row[position]! >= 0) row[position] = numbers[row[position]!]!;
    }
  }
  const of = (value: (pair: number) => number): Int32Array => {
    const values = new Int32Array(frequent);
    for (let pair = 0; pair < pairs.size; pair++) if (numbers[pair]! >= 0) values[numbers[pair]!] = value(pair);
    return values;
  };
  return {
    length: (before?.length ?? 0) + 1,
    heads: of((pair) => pairs.first(pair)),
    lastTokens: of((pair) => pairs.second(pair)),
    occurrences: of((pair) => occurrences[pair]!),
    holders: of((pair) => holders[pair]!),
    starts,
    numberOf: (head, lastToken) => numbers[pairs.numberOf(head, lastToken)] ?? -1,
  };
}

/** The tokens of an n-gram of the last of `levels`, which begin with the first. */
export function tokensOfNgram(levels: readonly NgramParts[], number: number): number[] {
  const tokens: number[] = [];
  let at = number;
  for (const { heads, lastTokens } of [...levels].reverse()) {
    tokens.push(lastTokens[at]!);
    at = heads[at]!;
  }
  return tokens.reverse();
}
