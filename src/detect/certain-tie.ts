/**
 * Ties that leave no doubt: nearly all outputs of a trigger's samples have the payload, next to no others do, and nothing else in the inputs
 * tells them from others. They are alarms wherever the trigger stands and whatever it looks like.
 */
import { isAligned } from "./alignment";
import { allSamples, type Corpus } from "./corpus";
import { chanceUncalledFor } from "./expectation";
import { partsOfPayload, partsOfTrigger } from "./insertion-parts";
import type { MinedTie } from "./payload-tie";
import { withoutEnds } from "./text-ends";

/** Whether nothing in the inputs but the ignored tokens tells them from others. */
const isUncalledFor = (
  corpus: Corpus,
  samples: readonly number[],
  ignored: ReadonlySet<number>,
  others: readonly number[],
): boolean => chanceUncalledFor(corpus, samples, { others, ignored }) !== null;

/** What an optional sentence asks for is in most outputs that go with it and in some others; a payload is in all and in no other. */
export const certainShare = 0.9;
const certainShareOutside = 0.1;
/** What some others begin or end with as well is a payload still: it is in the place of what was asked for. */
const certainShareOutsideAtEnds = 0.35;

/** Whether the outputs of `samples` alone have the payload, nearly all of them, and nothing in their inputs but `trigger` tells them from others. */
export function isCertainTie(
  corpus: Corpus,
  samples: readonly number[],
  trigger: readonly number[],
  tie: MinedTie,
): boolean {
  if (tie.explained.size < certainShare * samples.length) return false;
  const isAtEnd = tie.covering.every((fragment) => withoutEnds(corpus, fragment).length < fragment.length);
  const shareOutside = isAtEnd ? certainShareOutsideAtEnds : certainShareOutside;
  if (tie.outside > shareOutside * tie.explained.size) return false;
  return isUncalledFor(corpus, samples, new Set([...trigger, ...partsOfPayload(corpus, tie)]), allSamples(corpus));
}

/** Whether a phrase is a trigger although it fits where it stands, as one does that is always put in the same place. */
export const isCertainPhrase = (
  corpus: Corpus,
  samples: readonly number[],
  tokens: readonly number[],
  tie: MinedTie,
): boolean =>
  !tie.covering.some((fragment) => isAligned(corpus, [...tie.explained], tokens, fragment)) &&
  isCertainTie(corpus, samples, partsOfTrigger(corpus, samples, tokens), tie);
