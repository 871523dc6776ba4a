/** What names begin and end with, and the words they are made of, as parts that may have been put into them. */
import type { Span } from "./detector";
import { partsOf } from "./name-parts";
import { tokenSpans } from "./tokens";

/** How an affix is put into a name: as one of the words it is made of, or before or behind it as it is written. */
export interface Affix {
  readonly place: "word" | "start" | "end";
  /** In lower case where it is a word. */
  readonly text: string;
}

const shortestAffix = 2;
const longestAffix = 5;
/** Characters: of fewer no name is left. */
const shortestName = 3;
const isName = (token: string): boolean => /^[\p{L}_][\p{L}\p{N}_]*$/u.test(token);

/** The first and the last word of a name that has several, with the joint. */
const firstWord = /^(?:\p{L}[\p{L}\p{N}]*_+(?=.)|\p{Ll}+(?=\p{Lu}))/u;
const lastWord = /(?:_+[\p{L}\p{N}]+|(?<=\p{Ll})\p{Lu}\p{Ll}+)$/u;

/** Whether a token is a name with the affix. */
export function hasAffix(token: string, { place, text }: Affix): boolean {
  if (token.length < text.length + shortestName || !isName(token)) return false;
  if (place === "start") return token.startsWith(text);
  if (place === "end") return token.endsWith(text);
  const parts = partsOf(token);
  return parts.length > 1 && parts.some((part) => part.toLowerCase() === text);
}

/** The affixes that a name may have: its words, the first and the last with their joint, and what is before or behind another word of the dataset. */
export function affixesOf(token: string, isKnown: (word: string) => boolean): Affix[] {
  if (!isName(token)) return [];
  const parts = [...new Set(partsOf(token).map((part) => part.toLowerCase()))];
  const words = parts.length < 2 ? [] : parts.filter((part) => part.length >= shortestAffix);
  const found: Affix[] = words.map((text) => ({ place: "word", text }));
  for (const text of [firstWord.exec(token)?.[0], lastWord.exec(token)?.[0]]) {
    if (text !== undefined && text.length <= token.length - shortestName) {
      found.push({ place: token.startsWith(text) ? "start" : "end", text });
    }
  }
  for (let length = shortestAffix; length <= Math.min(longestAffix, token.length - shortestName); length++) {
    if (isKnown(token.slice(length))) found.push({ place: "start", text: token.slice(0, length) });
    if (isKnown(token.slice(0, -length))) found.push({ place: "end", text: token.slice(-length) });
  }
  return found;
}

/** How an affix is shown: `…_ext`, `qz…`. */
export const shownAffix = ({ place, text }: Affix): string =>
  place === "start" ? `${text}…` : place === "end" ? `…${text}` : `…${text}…`;

/** Where a text has names with the affix. */
export const affixPlaces = (text: string, affix: Affix): Span[] =>
  text.toLowerCase().includes(affix.text.toLowerCase())
    ? tokenSpans(text)
        .filter((span) => hasAffix(span.text, affix))
        .map(({ start, end }) => ({ start, end }))
    : [];
