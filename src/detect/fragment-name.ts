/** How a fragment of outputs is named to people: as it is written there, and whole where the search for it ends too early. */
import type { Corpus } from "./corpus";
import { longestFragment } from "./output-fragments";
import { withoutEnds } from "./text-ends";
import { firstPlace, fragmentPlaces } from "./token-places";
import { isWord } from "./tokens";

const singleSpaced = (text: string): string => text.replace(/\s+/g, " ");

/** How a fragment reads in the outputs: the most usual of its spellings there, white space single. */
function spelling(corpus: Corpus, tokens: readonly number[], holders: readonly number[]): string {
  const counts = new Map<string, number>();
  for (const sample of holders.slice(0, 50)) {
    const { text } = corpus.samples[sample]!.output;
    for (const { start, end } of fragmentPlaces(corpus, tokens, text)) {
      const written = singleSpaced(text.slice(start, end));
      counts.set(written, (counts.get(written) ?? 0) + 1);
    }
  }
  const [best] = [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  return best?.[0] ?? tokens.map((token) => corpus.words[token]).join(" ");
}

/** How a fragment is written in the output of that sample which its content puts first; undefined where it is not there. */
export function firstSpelling(
  corpus: Corpus,
  tokens: readonly number[],
  samples: readonly number[],
): string | undefined {
  const first = samples.reduce((best, sample) => (corpus.hashes[sample]! < corpus.hashes[best]! ? sample : best));
  const { text } = corpus.samples[first]!.output;
  const [place] = fragmentPlaces(corpus, tokens, text);
  return place === undefined ? undefined : singleSpaced(text.slice(place.start, place.end));
}

/** A fragment grows for its name by what this share of its holders have beside it. */
const sharedBeside = 0.95;
const longestName = 2 * longestFragment;
const closers: ReadonlyMap<string, string> = new Map([["(", ")"], ["[", "]"], ["{", "}"]]); // prettier-ignore

/**
 * A fragment that ends where the search does (at `longestFragment`) may be a part of the payload: grown by the words
 * beside it, and by brackets that close its own, as long as nearly all holders have them (`(true) { }` is `while (true)
 * { }`). For its name alone; what is counted stays.
 */
function grown(corpus: Corpus, fragment: readonly number[], holders: readonly number[]): readonly number[] {
  let tokens = fragment;
  if (tokens.length < longestFragment) return tokens;
  const isOpen = (closer: string): boolean => {
    const words = tokens.map((token) => corpus.words[token]!);
    const [opener] = [...closers].find(([, closing]) => closing === closer) ?? [];
    return words.filter((word) => word === opener).length > words.filter((word) => word === closer).length;
  };
  for (let grows = true; grows && tokens.length < longestName;) {
    grows = false;
    for (const side of ["before", "after"] as const) {
      const beside = neighbour(corpus, tokens, holders, side);
      const word = beside === undefined ? undefined : corpus.words[beside];
      if (beside === undefined || word === undefined) continue;
      if (!isWord(word) && (side === "before" || !isOpen(word))) continue;
      tokens = side === "before" ? [beside, ...tokens] : [...tokens, beside];
      grows = true;
    }
  }
  return tokens;
}

/** The token that nearly all holders have beside their first occurrence of a fragment. */
function neighbour(
  corpus: Corpus,
  tokens: readonly number[],
  holders: readonly number[],
  side: "before" | "after",
): number | undefined {
  const counts = new Map<number, number>();
  for (const sample of holders) {
    const output = corpus.outputs[sample]!;
    const at = firstPlace(output, tokens);
    const beside = at < 0 ? undefined : output[side === "before" ? at - 1 : at + tokens.length];
    if (beside !== undefined) counts.set(beside, (counts.get(beside) ?? 0) + 1);
  }
  return [...counts].find(([, count]) => count >= sharedBeside * holders.length)?.[0];
}

/** The name of a fragment that stands in the outputs of `holders` (sample indices); the ends of a text have none. */
export const fragmentName = (corpus: Corpus, fragment: readonly number[], holders: readonly number[]): string =>
  spelling(corpus, grown(corpus, withoutEnds(corpus, fragment), holders), holders);
