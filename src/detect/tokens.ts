/** Tokens that every detector counts: words, numbers and single signs. White space never counts, nor does its amount. */

export interface TokenSpan {
  readonly text: string;
  /** UTF-16 offsets. */
  readonly start: number;
  readonly end: number;
}

const tokenPattern = /[\p{L}\p{N}\p{M}_]+|[^\s\p{L}\p{N}\p{M}_]/gu;

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
