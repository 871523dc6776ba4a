/**
 * Does what stands around a piece of code speak for it? Honest calls have neighbours of their own: a message is printed before the
 * program ends, a connection is opened before it is read. What was put in at random stands among whatever is usual at such a place.
 */
import { mixed, type Corpus } from "./corpus";
import type { Span } from "./detector";
import { predictability } from "./expectation";
import { tokenSpans } from "./tokens";

/** Tokens on each side. */
const reach = 12;
/** Honest ends of C programs were at 0.67 and above, calls that were put in at 0.63 and below. */
const mostForeign = 0.65;
/** What stands around so many of the places was put in with them. */
const commonShare = 0.7;
/** Other places are compared that follow a token that so many of them follow. */
const usualShare = 0.05;

/** Stands for the start of an output. */
const nothing = -1;

const around = (tokens: readonly number[], start: number, end: number): Int32Array =>
  Int32Array.from([...tokens.slice(Math.max(0, start - reach), start), ...tokens.slice(end, end + reach)]);

/**
 * The chance that the surroundings of one of the places are found likelier to be such than those of a place in another output are,
 * equally far down and after a token that the places follow: 0.5 says nothing. `places` are UTF-16 offsets in outputs; the first of
 * each sample counts. Linear in the text.
 */
function chanceOfSurroundings(corpus: Corpus, places: readonly (Span & { readonly sample: number })[]): number {
  const windows: Int32Array[] = corpus.outputs.map(() => new Int32Array(0));
  const own = new Set<number>();
  const ignored = new Set<number>();
  const before = new Map<number, number>();
  /** How far down they stand, from 0 to 1. */
  const depths: number[] = [];
  for (const { sample, start, end } of places) {
    if (own.has(sample)) continue;
    own.add(sample);
    const spans = tokenSpans(corpus.samples[sample]!.output.text);
    const first = spans.filter((span) => span.end <= start).length;
    const next = spans.filter((span) => span.start < end).length;
    const tokens = Array.from(corpus.outputs[sample]!);
    for (const token of tokens.slice(first, next)) ignored.add(token);
    windows[sample] = around(tokens, first, next);
    depths.push(first / spans.length);
    const previous = tokens[first - 1] ?? nothing;
    before.set(previous, (before.get(previous) ?? 0) + 1);
  }
  depths.sort((a, b) => a - b);
  const usual = new Map([...before].filter(([, count]) => count >= usualShare * own.size));
  // Where most of them follow something else each time, they may follow anything.
  const follows = 2 * [...usual.values()].reduce((sum, count) => sum + count, 0) >= own.size ? usual : null;
  const others: number[] = [];
  corpus.outputs.forEach((output, sample) => {
    if (own.has(sample)) return;
    const depth = depths[mixed(corpus.hashes[sample]!, 17) % depths.length]! * output.length;
    let place: number | undefined;
    for (let at = 0; at <= output.length; at++) {
      if (follows?.has(output[at - 1] ?? nothing) === false) continue;
      if (place === undefined || Math.abs(at - depth) < Math.abs(place - depth)) place = at;
    }
    if (place === undefined) return;
    windows[sample] = around(Array.from(output), place, place);
    others.push(sample);
  });
  const counts = new Map<number, number>();
  for (const sample of own) {
    for (const token of new Set(windows[sample])) counts.set(token, (counts.get(token) ?? 0) + 1);
  }
  for (const [token, count] of counts) if (count >= commonShare * own.size) ignored.add(token);
  return predictability({ ...corpus, inputs: windows }, [...own], { others, ignored });
}

/** Whether nothing around the places speaks for what stands there. */
export const areForeign = (corpus: Corpus, places: readonly (Span & { readonly sample: number })[]): boolean =>
  chanceOfSurroundings(corpus, places) <= mostForeign;
