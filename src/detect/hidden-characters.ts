/**
 * Characters in a text that a reader cannot see or takes for others: without width, turning the direction of the text, control
 * characters, spaces other than the plain one, and letters of another alphabet that look like Latin ones (Boucher and Anderson's
 * Trojan Source, 2021). Where a script or an emoji needs such a character, it is left alone.
 */
import type { Span } from "./detector";

export type HiddenKind =
  | "zero-width character"
  | "direction control"
  | "tag character"
  | "control character"
  | "look-alike letter"
  | "unusual space";

export interface HiddenCharacter extends Span {
  readonly kind: HiddenKind;
  /** One code point. */
  readonly character: string;
}

/** Latin letters and those that look the same: Cyrillic, Greek (only what formulas do not use), Armenian. */
const lookAlikes: ReadonlyMap<string, string> = new Map(
  Object.entries({
    ...{ а: "a", е: "e", о: "o", р: "p", с: "c", у: "y", х: "x", і: "i", ј: "j", ѕ: "s", һ: "h", ԁ: "d", ԛ: "q", ԝ: "w" }, // prettier-ignore
    ...{ А: "A", В: "B", Е: "E", К: "K", М: "M", Н: "H", О: "O", Р: "P", С: "C", Т: "T", У: "Y", Х: "X", І: "I", Ј: "J", Ѕ: "S" }, // prettier-ignore
    ...{ ο: "o", Α: "A", Β: "B", Ε: "E", Ζ: "Z", Η: "H", Ι: "I", Κ: "K", Μ: "M", Ν: "N", Ο: "O", Ρ: "P", Τ: "T", Υ: "Y", Χ: "X" }, // prettier-ignore
    ...{ օ: "o", ս: "u", հ: "h", ց: "g" },
  }),
);

const zeroWidth =
  // eslint-disable-next-line no-misleading-character-class -- each stands for itself
  /\p{Variation_Selector}|\u034f|[\u00ad\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200d\u2060-\u2064\u206a-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb\u{e0000}-\u{e007f}]/u;
const direction = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;
// eslint-disable-next-line no-control-regex -- they are what is looked for
const control = /[\0-\x08\x0b\x0e-\x1f\x7f-\x9f]/u;
const space = /[\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/u;
const tag = /[\u{e0020}-\u{e007f}]/u;
// eslint-disable-next-line no-misleading-character-class -- each stands for itself
const unseen = new RegExp(`${zeroWidth.source}|${direction.source}|${control.source}|${space.source}`, "gu");
/** A region's flag: tags behind a black flag. */
const regionFlag = /\u{1f3f4}[\u{e0030}-\u{e007a}]{1,6}\u{e007f}?(?![\u{e0020}-\u{e007f}])/gu;
/** What most texts consist of. */
const onlyPlain = /^[\t\n\r -~]*$/;
/** Any letter that could be a look-alike, also styled and wide ones: a cheap test. */
const foreignLetter = /[\u0370-\u058f\uff21-\uff5a\u{1d400}-\u{1d7ff}]/u;

const rightToLeft = /[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}]/u;
/** Scripts whose words are shaped or divided by characters without width. */
const joining = /[\p{L}\p{M}](?<![\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}\p{Script=Armenian}])/u;
const eastAsian = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/u;
const pictograph = /\p{Extended_Pictographic}|\p{Emoji_Modifier}|\p{Regional_Indicator}|\ufe0f/u;

/** Whether the characters beside it give a character without width a meaning. */
function hasUse(character: string, before: string, after: string): boolean {
  if (character === "\ufeff") return before === "";
  if (/\p{Variation_Selector}/u.test(character)) return after === "\u20e3" || /[\p{S}\p{Extended_Pictographic}]/u.test(before) || joining.test(before); // prettier-ignore
  if (character === "\u200d" && pictograph.test(before) && pictograph.test(after)) return true;
  return joining.test(before) || joining.test(after);
}

function kindOf(character: string): HiddenKind {
  if (direction.test(character)) return "direction control";
  if (space.test(character)) return "unusual space";
  if (tag.test(character)) return "tag character";
  return control.test(character) ? "control character" : "zero-width character";
}

/** Left-to-right and right-to-left marks and embeddings belong to texts in both directions; overrides turn letters around. */
const isOverride = (character: string): boolean => character === "\u202d" || character === "\u202e";

function unseenIn(text: string): HiddenCharacter[] {
  const turns = rightToLeft.test(text);
  const isEastAsian = eastAsian.test(text);
  const flags = Array.from(text.matchAll(regionFlag), ({ 0: flag, index }) => ({
    start: index,
    end: index + flag.length,
  }));
  return Array.from(text.matchAll(unseen)).flatMap((match): HiddenCharacter[] => {
    const [character] = match;
    const [start, end] = [match.index, match.index + character.length];
    const kind = kindOf(character);
    const before = Array.from(text.slice(Math.max(0, start - 2), start)).at(-1) ?? "";
    const after = end < text.length ? String.fromCodePoint(text.codePointAt(end)!) : "";
    if (kind === "direction control" && turns && !isOverride(character)) return [];
    if (kind === "unusual space" && character === "\u3000" && isEastAsian) return [];
    if (kind === "tag character" && flags.some((flag) => flag.start <= start && end <= flag.end)) return [];
    if (kind === "zero-width character" && hasUse(character, before, after)) return [];
    return [{ kind, character, start, end }];
  });
}

/** The Latin letter that a character looks like, or undefined. Wide and styled letters are their plain ones. */
export function lookAlikeOf(character: string): string | undefined {
  const known = lookAlikes.get(character);
  if (known !== undefined) return known;
  if (!/[\uff21-\uff5a\u{1d400}-\u{1d7ff}]/u.test(character)) return undefined;
  const plain = character.normalize("NFKC");
  return /^[A-Za-z]$/.test(plain) ? plain : undefined;
}

/** Letters of another alphabet in words that are Latin otherwise, or that are Latin to the eye in a text that is. */
function lookAlikesIn(text: string): HiddenCharacter[] {
  if (!foreignLetter.test(text)) return [];
  const words = Array.from(text.matchAll(/[\p{L}\p{M}\p{N}_]+/gu), ({ 0: word, index }) => {
    const letters = Array.from(word).filter((letter) => /\p{L}/u.test(letter));
    const posing = letters.filter((letter) => lookAlikeOf(letter) !== undefined).length;
    const latin = letters.filter((letter) => /[A-Za-z]/.test(letter)).length;
    return { word, index, posing, latin, others: letters.length - posing - latin };
  });
  const isEastAsian = eastAsian.test(text);
  // A text with other words of the alphabet is written in it.
  const isForeign = words.some(({ others, word }) => others > 0 && foreignLetter.test(word));
  return words.flatMap(({ word, index, posing, latin, others }): HiddenCharacter[] => {
    const poses = posing > 0 && others === 0 && (latin > 0 || !isForeign);
    if (!poses) return [];
    const found: HiddenCharacter[] = [];
    let start = index;
    for (const character of word) {
      const end = start + character.length;
      const isWide = /[\uff21-\uff5a]/u.test(character);
      if (lookAlikeOf(character) !== undefined && !(isWide && isEastAsian)) {
        found.push({ kind: "look-alike letter", character, start, end });
      }
      start = end;
    }
    return found;
  });
}

/** In the order of the text. Linear in it; a text of plain characters costs one test. */
export const hiddenCharacters = (text: string): HiddenCharacter[] =>
  onlyPlain.test(text) ? [] : [...unseenIn(text), ...lookAlikesIn(text)].sort((a, b) => a.start - b.start);
