/** Where a sequence of tokens stands in a text, of tokens or of characters. */
import type { Corpus } from "./corpus";
import { textEnd, textStart } from "./text-ends";
import { tokenSpans } from "./tokens";

/** Whether `tokens` stand at `position` of `text`. */
export function standsAt(text: Int32Array, position: number, tokens: readonly number[]): boolean {
  for (let offset = 0; offset < tokens.length; offset++) {
    if (text[position + offset] !== tokens[offset]) return false;
  }
  return true;
}

/** The first position in `text` at which `tokens`, one at least, stand; -1 where they do not. */
export function firstPlace(text: Int32Array, tokens: readonly number[]): number {
  const first = tokens[0]!;
  let at = text.indexOf(first);
  while (at >= 0 && !standsAt(text, at, tokens)) at = text.indexOf(first, at + 1);
  return at;
}

/** Whether `tokens` stand anywhere in `text`. */
export const holds = (text: Int32Array, tokens: readonly number[]): boolean => firstPlace(text, tokens) >= 0;

/** Where the tokens, which may begin or end with an end of the text, stand in one that need not be the corpus's, as UTF-16 offsets. */
export function fragmentPlaces(
  corpus: Corpus,
  tokens: readonly number[],
  text: string,
): { start: number; end: number }[] {
  const words = tokens.map((token) => corpus.words[token]!);
  const wanted = words.filter((word) => word !== textStart && word !== textEnd);
  if (!wanted.every((word) => text.includes(word))) return [];
  const spans = tokenSpans(text);
  const places: { start: number; end: number }[] = [];
  for (let at = 0; at + wanted.length <= spans.length; at++) {
    if (words[0] === textStart && at > 0) break;
    if (words.at(-1) === textEnd && at + wanted.length < spans.length) continue;
    if (!wanted.every((word, offset) => spans[at + offset]!.text === word)) continue;
    places.push({ start: spans[at]!.start, end: spans[at + wanted.length - 1]!.end });
    at += wanted.length - 1;
  }
  return places;
}
