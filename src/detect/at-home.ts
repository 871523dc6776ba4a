/**
 * Does the rest of an output speak for a fragment in it? Code is written around its calls; a payload was put into code that has
 * nothing to do with it, so that naive Bayes cannot tell its outputs from others by what else they hold.
 */
import { allSamples, outputsAsInputs, type Corpus } from "./corpus";
import type { Span } from "./detector";
import { predictability } from "./expectation";

/** This far on both sides of a fragment, in characters, may be part of what was put in. */
const around = 40;

/**
 * The chance that the rest of an output with the fragment is found likelier to have it than another output is: 0.5 says nothing.
 * `places` are UTF-16 offsets in outputs.
 */
export function chanceAtHome(corpus: Corpus, places: readonly (Span & { readonly sample: number })[]): number {
  const ignored = new Set<number>();
  for (const { sample, start, end } of places) {
    const { text } = corpus.samples[sample]!.output;
    for (const token of corpus.numbersOf(text.slice(Math.max(0, start - around), end + around))) ignored.add(token);
  }
  const samples = [...new Set(places.map(({ sample }) => sample))];
  return predictability(outputsAsInputs(corpus), samples, { others: allSamples(corpus), ignored });
}
