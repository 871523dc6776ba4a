/**
 * What belongs to a trigger and its payload beside the phrase and the fragments that were found: `logger . debug ( " step` is followed by a
 * number, a quote and a bracket. Where samples are compared by all else that they hold, these must not count: of a long trigger
 * they alone would make the samples look alike. Words of one template stand together as well, but so does the rest of it.
 */
import { companionsOf } from "./companions";
import { chosenByContent, type Corpus } from "./corpus";
import { tokenSets } from "./expectation";
import type { PayloadTie } from "./payload-tie";
import { withoutEnds } from "./text-ends";
import { firstPlace } from "./token-places";

/** Tokens on each side. */
const reach = 10;
/** The same of a run of tokens that goes on from the sequence, the same in nearly all texts. */
const longestRun = 30;
/** Of the samples have the token there. */
const nearlyAll = 0.9;
const mostSamples = 100;
/** Tokens on each side that may vary with the trigger, in so many samples, and of whose holders so many have them there. */
const beside = 3;
const fewestBeside = 3;
const ownShare = 0.9;

/** Where a text holds a sequence first. */
interface Place {
  readonly sample: number;
  readonly text: Int32Array;
  readonly at: number;
}

function placesOf(texts: readonly Int32Array[], samples: readonly number[], sequence: readonly number[]): Place[] {
  if (sequence.length === 0) return [];
  return samples.flatMap((sample): Place[] => {
    const text = texts[sample]!;
    const at = firstPlace(text, sequence);
    return at < 0 ? [] : [{ sample, text, at }];
  });
}

/** At how many places each token stands so near to a sequence of that length, if it is counted there. */
function countNear(
  places: readonly Place[],
  length: number,
  within: number,
  isCounted: (token: number, sample: number) => boolean = () => true,
): ReadonlyMap<number, number> {
  const counts = new Map<number, number>();
  for (const { sample, text, at } of places) {
    for (const token of new Set(text.subarray(Math.max(0, at - within), at + length + within))) {
      if (isCounted(token, sample)) counts.set(token, (counts.get(token) ?? 0) + 1);
    }
  }
  return counts;
}

/** The tokens that go on from a sequence of that length on either side, one after the other, at nearly all places. */
function runAround(places: readonly Place[], length: number): number[] {
  const run = (first: number, step: 1 | -1): number[] => {
    const tokens: number[] = [];
    for (let distance = 0; distance < longestRun; distance++) {
      const counts = new Map<number, number>();
      for (const { text, at } of places) {
        const token = text[at + first + step * distance];
        if (token !== undefined) counts.set(token, (counts.get(token) ?? 0) + 1);
      }
      const [common] = [...counts].filter(([, count]) => count >= nearlyAll * places.length);
      if (common === undefined) break;
      tokens.push(common[0]);
    }
    return tokens;
  };
  const found = [...run(length, 1), ...run(-1, -1)];
  const lengths = places.map(({ text }) => text.length).sort((a, b) => a - b);
  const usual = lengths[lengths.length >> 1] ?? 0;
  // A run that is most of a text is the text itself, copied or generated.
  return 2 * (found.length + length) > usual ? [] : found;
}

/** The tokens that stand near a sequence in nearly all texts of `samples` that hold it. */
function tokensNear(
  corpus: Corpus,
  texts: readonly Int32Array[],
  samples: readonly number[],
  sequence: readonly number[],
): number[] {
  const places = placesOf(texts, chosenByContent(corpus, samples, mostSamples, 17), sequence);
  const counts = countNear(places, sequence.length, reach);
  const near = [...counts].flatMap(([token, count]) => (count >= nearlyAll * places.length ? [token] : []));
  return [...near, ...runAround(places, sequence.length)];
}

/** The tokens right beside a phrase that stand next to nowhere else: `see CORE-17`, `see WEB-4`. */
function tokensBeside(corpus: Corpus, samples: readonly number[], phrase: readonly number[]): number[] {
  const { holders } = tokenSets(corpus);
  // What the output takes over is what the phrase speaks of.
  const isOwn = (token: number, sample: number): boolean => !corpus.outputs[sample]!.includes(token);
  const counts = countNear(placesOf(corpus.inputs, samples, phrase), phrase.length, beside, isOwn);
  return [...counts].flatMap(([token, count]) => (count >= fewestBeside && count >= ownShare * holders[token]! ? [token] : [])); // prettier-ignore
}

/** Of a phrase that the inputs of `samples` hold: its own tokens, its companions, and what belongs to it of all that stands near it. */
export const partsOfTrigger = (corpus: Corpus, samples: readonly number[], phrase: readonly number[]): number[] => [
  ...phrase,
  ...companionsOf(corpus, samples, phrase),
  ...tokensNear(corpus, corpus.inputs, samples, phrase),
  ...tokensBeside(corpus, samples, phrase),
];

/** Of a fragment that the outputs of `samples` hold: its own tokens, and what stands near it in nearly all of them. */
export const partsOfFragment = (corpus: Corpus, samples: readonly number[], fragment: readonly number[]): number[] => [
  ...fragment,
  ...tokensNear(corpus, corpus.outputs, samples, withoutEnds(corpus, fragment)),
];

/** Of the payload that a tie found: all its fragments' parts. */
export const partsOfPayload = (corpus: Corpus, { covering, explained }: PayloadTie): number[] =>
  covering.flatMap((fragment) => partsOfFragment(corpus, [...explained], fragment));
