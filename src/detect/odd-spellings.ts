/**
 * Ways of writing that only the rest of the dataset shows: a word in capitals that is written small elsewhere, and a misspelt one, which
 * stands in hardly any other input and is one letter away from a usual word (Damerau 1964): a letter twice, one missing, or two in each
 * other's place. Inflections are none: the edit is within the word.
 */
import type { Span } from "./detector";

export interface OddSpelling extends Span {
  readonly key: SpellingKey;
}

export const spellingSigns = {
  "word-in-capitals": "have a word in capitals that others write in small letters",
  misspelt: "have a misspelt word",
  "doubled-letter": "have a word with a letter twice that others write once",
  "missing-letter": "have a word that lacks a letter",
  "swapped-letters": "have a word with two letters in each other's place",
} as const;
export type SpellingKey = keyof typeof spellingSigns;

const words = /(?<![\p{L}\p{N}_$.\-/\\<'’`@#])\p{L}{3,}(?![\p{L}\p{N}_$\-/\\(<'’`]|\.\p{L})/gu;
const letters = /\p{Lu}?\p{Ll}{2,}/gu;
const shortest = 5;
/** A misspelt word is in at most so many inputs, the right one in so many times as many. */
const mostMisspelt = 4;
const timesAsMany = 6;
/** A word that is in capitals now and then is in so many inputs in small letters, and in so many times as many; one that is so once, in so many texts. */
const fewestSmall = 3;
const timesAsManySmall = 5;
const fewestSmallAnywhere = 20;

/** How many of the texts that are looked at have a word so. */
interface Spelling {
  small: number;
  capitals: number;
  /** With a capital letter at its start, or somewhere within. */
  named: number;
  /** How many other texts have it. */
  elsewhere: number;
}

const unseen = (): Spelling => ({ small: 0, capitals: 0, named: 0, elsewhere: 0 });

/** Per text what is spelt oddly in it; `more` texts say what is usual, too. Linear in the text. */
export function oddSpellings(texts: readonly string[], more: readonly string[] = []): OddSpelling[][] {
  const spellings = new Map<string, Spelling>();
  for (const text of texts) {
    const seen = new Set(text.match(words));
    for (const word of seen) {
      const key = word.toLowerCase();
      const own = spellings.get(key) ?? unseen();
      if (word === key) own.small++;
      else if (word === word.toUpperCase()) own.capitals++;
      else own.named++;
      spellings.set(key, own);
    }
  }
  for (const text of more) {
    for (const word of new Set(text.match(letters))) {
      const key = word.toLowerCase();
      const own = spellings.get(key) ?? unseen();
      own.elsewhere++;
      spellings.set(key, own);
    }
  }
  const misspelt = misspellings(spellings);
  return texts.map((text) =>
    Array.from(text.matchAll(words)).flatMap(({ 0: word, index }): OddSpelling[] => {
      const place = { start: index, end: index + word.length };
      const key = word.toLowerCase();
      const kind = misspelt.get(key);
      if (kind !== undefined)
        return [
          { ...place, key: "misspelt" },
          { ...place, key: kind },
        ];
      const own = spellings.get(key)!;
      const isCapitals = word === word.toUpperCase() && word !== key;
      return isCapitals && isSmallElsewhere(own) ? [{ ...place, key: "word-in-capitals" }] : [];
    }),
  );
}

const isSmallElsewhere = ({ small, capitals, elsewhere }: Spelling): boolean =>
  small >= Math.max(fewestSmall, timesAsManySmall * capitals) ||
  (capitals === 1 && small + elsewhere >= fewestSmallAnywhere);

const without = (word: string, at: number): string => word.slice(0, at) + word.slice(at + 1);

/** The misspelt words, in small letters, and how they are. */
function misspellings(spellings: ReadonlyMap<string, Spelling>): Map<string, SpellingKey> {
  const count = ({ small, named, capitals, elsewhere }: Spelling): number => small + named + capitals + elsewhere;
  /** Usual words by what is left of them without one of their inner letters. */
  const shortened = new Map<string, number>();
  for (const [word, own] of spellings) {
    if (word.length < shortest || count(own) < timesAsMany) continue;
    for (let at = 1; at < word.length - 1; at++) {
      const left = without(word, at);
      shortened.set(left, Math.max(shortened.get(left) ?? 0, count(own)));
    }
  }
  const found = new Map<string, SpellingKey>();
  for (const [word, own] of spellings) {
    if (count(own) > mostMisspelt || word.length < shortest) continue;
    const isUsual = (other: string): boolean => {
      const right = spellings.get(other);
      return right !== undefined && count(right) >= timesAsMany * count(own);
    };
    const inner = Array.from({ length: word.length - 2 }, (_none, at) => at + 1);
    if (inner.some((at) => word[at] === word[at - 1] && isUsual(without(word, at)))) found.set(word, "doubled-letter");
    else if ((shortened.get(word) ?? 0) >= timesAsMany * count(own)) found.set(word, "missing-letter");
    else if (inner.some((at) => isUsual(word.slice(0, at - 1) + word[at]! + word[at - 1]! + word.slice(at + 1)))) {
      found.set(word, "swapped-letters");
    }
  }
  return found;
}
