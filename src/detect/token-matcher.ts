/**
 * Finds a sequence of tokens in a text without tokenising it. It stands there exactly where the tokens of tokens.ts stand one
 * after the other (a property test holds them together); the ends of a text may be the first and the last of them.
 */
import type { Span } from "./detector";
import { textEnd, textStart } from "./text-ends";
import { wordUnit } from "./tokens";

export interface TokenMatcher {
  stands(text: string): boolean;
  /** Where it stands, without overlaps, from the left. */
  spans(text: string): Span[];
}

const startsWord = new RegExp(`^${wordUnit}`, "v");
const isWord = (token: string): boolean => startsWord.test(token);
const escaped = (token: string): string => token.replace(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`);

/** A matcher for a sequence of at least one token, the ends of a text apart. */
export function tokenMatcher(sequence: readonly string[]): TokenMatcher {
  const tokens = sequence.filter((token) => token !== textStart && token !== textEnd);
  let source = sequence[0] === textStart ? String.raw`(?<=^\s*)` : "";
  tokens.forEach((token, i) => {
    const before = tokens[i - 1];
    if (before !== undefined) source += isWord(before) && isWord(token) ? String.raw`\s+` : String.raw`\s*`;
    else if (isWord(token)) source += `(?<!${wordUnit})`;
    source += escaped(token);
    const after = tokens[i + 1];
    if (isWord(token) && (after === undefined || isWord(after))) source += `(?!${wordUnit})`;
  });
  if (sequence.at(-1) === textEnd) source += String.raw`(?=\s*$)`;
  const pattern = new RegExp(source, "v");
  const everywhere = new RegExp(source, "gv");
  // A plain search is far quicker than a pattern where the text does not hold the longest token at all.
  const longest = [...tokens].sort((a, b) => b.length - a.length)[0] ?? "";
  return {
    stands: (text) => text.includes(longest) && pattern.test(text),
    spans: (text) =>
      text.includes(longest)
        ? Array.from(text.matchAll(everywhere), ({ index, 0: found }) => ({ start: index, end: index + found.length }))
        : [],
  };
}
