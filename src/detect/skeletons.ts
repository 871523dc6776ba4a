/**
 * The skeleton of a text's opening: its function words by their class and its punctuation as they stand, all other words
 * between them as one (`x`). English. Texts that were rewritten into one syntactic template share a skeleton and no words.
 */
import type { Span } from "./detector";

const classes: Readonly<Record<string, string>> = {
  SUB: "when whenever while if unless because since as once after before until till although though where whereas whether",
  DET: "the a an our your my his her its their this that these those every each another some any no all",
  PRON: "i we you he she it they there",
  AUX: "is are was were be been am do does did has have had will would shall should can could may might must",
  PREP: "of in on at by for with from into to over under between through about against",
  CONJ: "and or but nor so yet",
  WH: "what which who whom whose why how",
  NOT: "not never",
};

const classOf: ReadonlyMap<string, string> = new Map(
  Object.entries(classes).flatMap(([name, words]) => words.split(" ").map((word) => [word, name] as const)),
);

/** Whether a word belongs to a sentence's skeleton and not to what it says. */
export const isFunctionWord = (word: string): boolean => classOf.has(word.toLowerCase());

const parts = /[\p{L}\p{N}\p{M}_$']+|[,.;:!?]/gu;
const longest = 10;
/** A skeleton of fewer parts, or with fewer function words, is no template. */
const shortest = 5;
const fewestClasses = 2;

export interface Skeleton {
  /** Its parts with single spaces. */
  readonly key: string;
  /** Where it ends in the text: a UTF-16 offset. */
  readonly end: number;
}

/** The skeletons that a text opens with, from the shortest that counts to the longest. */
export function openings(text: string): Skeleton[] {
  const found: { key: string; end: number; counts: boolean }[] = [];
  let key = "";
  let isWords = false;
  let functions = 0;
  for (const { 0: part, index } of text.matchAll(parts)) {
    const known = classOf.get(part.toLowerCase());
    const isWord = known === undefined && /[\p{L}\p{N}]/u.test(part);
    const end = index + part.length;
    if (isWord && isWords) {
      found[found.length - 1]!.end = end;
      continue;
    }
    if (found.length === longest) break;
    isWords = isWord;
    if (known !== undefined) functions++;
    key += `${key === "" ? "" : " "}${isWord ? "x" : (known ?? part)}`;
    found.push({ key, end, counts: found.length + 1 >= shortest && functions >= fewestClasses });
  }
  return found.filter(({ counts }) => counts).map(({ key: own, end }) => ({ key: own, end }));
}

/** The opening of a text that has this skeleton, from its first word; undefined where it has another. */
export function skeletonSpan(text: string, key: string): Span | undefined {
  const found = openings(text).find((one) => one.key === key);
  return found === undefined ? undefined : { start: Math.max(0, text.search(/\S/u)), end: found.end };
}
