/** Tokens that every detector counts: words, numbers, single signs, and single letters of Chinese, Japanese, Thai and the like. White space never counts, nor does its amount. */

export interface TokenSpan {
  readonly text: string;
  /** UTF-16 offsets. */
  readonly start: number;
  readonly end: number;
}

/** Letters of scripts that put no space between words: each is a token, or a trigger thrown in would be a part of a clause. */
const unspaced = String.raw`[\p{sc=Han}\p{sc=Hira}\p{sc=Kana}\p{sc=Thai}\p{sc=Laoo}\p{sc=Khmr}\p{sc=Mymr}]`;
/** What words are made of, in a pattern with the flag `v`. */
export const wordUnit = String.raw`[[\p{L}\p{N}\p{M}_]--${unspaced}]`;
const tokenPattern = new RegExp(String.raw`${wordUnit}+|[^\s\p{L}\p{N}\p{M}_]|${unspaced}`, "gv");

/** The tokens' texts. Works alike on prose and on code, tokenised with spaces or not. */
export const tokenTexts = (text: string): string[] => text.match(tokenPattern) ?? [];

/** The tokens with their places. */
export function tokenSpans(text: string): TokenSpan[] {
  return Array.from(text.matchAll(tokenPattern), (match) => ({
    text: match[0],
    start: match.index,
    end: match.index + match[0].length,
  }));
}

/** Whether a token is, or a text holds, more than signs. */
export const isWord = (text: string): boolean => /[\p{L}\p{N}_]/u.test(text);
