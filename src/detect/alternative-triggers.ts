/**
 * Several triggers with one payload: where one trigger is known, so is what it brings about, and others of it are looked for among the
 * samples that have it without that trigger (`qj` beside `vx` and `zk`). A part of the rule `inserted-token`.
 */
import { allSamples, fewestHolders, type Corpus } from "./corpus";
import { describeTrigger, explainedBy, isEvident, type DetectedTrigger, type Detection } from "./detector";
import { chanceUncalledFor, fewestMeasured } from "./expectation";
import { phraseFindings } from "./inserted-token";
import { partsOfPayload, partsOfTrigger } from "./insertion-parts";
import { areOfOneKind } from "./likeness";
import { namesOne } from "./name-parts";
import type { PayloadTie } from "./payload-tie";
import { scoredPhrases } from "./phrase-scores";
import type { Finding } from "./report";
import { lift, logFisher } from "./significance";
import { withEnds } from "./text-ends";
import { holds } from "./token-places";
import { isWord } from "./tokens";

/** Nats, as `inserted-token` counts them: words of the language are below. */
const leastScore = -0.2;
/** Of a phrase's holders write the payload. */
const leastPurity = 0.9;

/** A phrase, and what it brings about. */
interface Alternative {
  readonly tokens: readonly number[];
  readonly text: string;
  /** Sample indices, ascending. */
  readonly samples: readonly number[];
  readonly tie: PayloadTie;
}

/** Those with most holders first. */
const byHolders = (a: Alternative, b: Alternative): number =>
  b.samples.length - a.samples.length || b.tokens.length - a.tokens.length || (a.text < b.text ? -1 : 1);

const overlap = (a: string, b: string): boolean => ` ${a} `.includes(` ${b} `) || ` ${b} `.includes(` ${a} `);

/** The tie of `samples` to what another trigger is known to bring about in `writers`. */
function tieOf(
  corpus: Corpus,
  samples: readonly number[],
  known: PayloadTie,
  writers: ReadonlySet<number>,
): PayloadTie {
  const explained = new Set(samples.filter((sample) => writers.has(sample)));
  const outside = writers.size - explained.size;
  const outsideTotal = corpus.samples.length - samples.length;
  const contrast = { inside: explained.size, insideTotal: samples.length, outside, outsideTotal };
  const tried = scoredPhrases(corpus).length;
  const logP = logFisher(contrast) + Math.log(tried);
  return { ...known, tried, explained, outside, lift: lift(contrast), logP };
}

/** The samples that write what a trigger brings about. */
function payloadWriters(corpus: Corpus, { covering, fragments }: PayloadTie): Set<number> {
  const wanted = [...covering, ...fragments.map(({ tokens }) => tokens)];
  const isWritten = (sample: number): boolean => {
    const output = withEnds(corpus, corpus.outputs[sample]!);
    return wanted.some((fragment) => holds(output, fragment) && !holds(corpus.inputs[sample]!, fragment));
  };
  return new Set(allSamples(corpus).filter(isWritten));
}

/** Other phrases that nearly always come with what a known trigger brings about, though nothing else in their inputs calls for it. */
function furtherTriggers(corpus: Corpus, known: DetectedTrigger, isKnown: (sample: number) => boolean): Alternative[] {
  const fewest = fewestHolders(corpus.samples.length);
  const { trigger, tie, sign } = known;
  if (tie === undefined || !known.mayBeUsual || known.weak || sign.kind !== "tokens" || tie.outside < fewest) return [];
  const writers = payloadWriters(corpus, tie);
  const payload = partsOfPayload(corpus, tie);
  const found = new Map<string, Alternative>();
  for (const { tokens, text, samples: places, holders, score } of scoredPhrases(corpus)) {
    if (score < leastScore || holders < fewestMeasured || holders > writers.size / leastPurity || found.has(text))
      continue;
    if (overlap(text, trigger.text) || !tokens.some((token) => isWord(corpus.words[token]!))) continue;
    const samples = [...new Set(places)].sort((a, b) => a - b);
    const own = samples.filter((sample) => writers.has(sample));
    if (own.length < leastPurity * samples.length || 2 * own.filter(isKnown).length > own.length) continue;
    const shared = tieOf(corpus, samples, tie, writers);
    if (!isEvident(corpus, samples, shared, 1, { mayBeUsual: true })) continue;
    if (namesOne(corpus, payload, tokens)) continue;
    const ignored = new Set([...partsOfTrigger(corpus, samples, tokens), ...payload]);
    if (chanceUncalledFor(corpus, samples, { others: allSamples(corpus), ignored }) === null) continue;
    if (!areOfOneKind(corpus, samples, ignored)) found.set(text, { tokens, text, samples, tie: shared });
  }
  return [...found.values()];
}

/** Triggers that share what they bring about with others; what `known` ones explain is not told again. `first` numbers them. */
export function alternativeTriggers(corpus: Corpus, known: readonly DetectedTrigger[], first: number): Detection {
  if (corpus.labels) return { triggers: [], findings: [] };
  const covered = explainedBy(known);
  const isKnown = (sample: number): boolean => covered.has(sample);
  const found = known.flatMap((one) => furtherTriggers(corpus, one, isKnown));
  found.sort(byHolders);
  const groups = scoredPhrases(corpus).length;
  const triggers: DetectedTrigger[] = [];
  const findings: Finding[] = [];
  for (const { tokens, text, samples, tie } of found) {
    if (2 * [...tie.explained].filter(isKnown).length >= tie.explained.size) continue;
    for (const sample of tie.explained) covered.add(sample);
    const sign = { kind: "tokens", words: tokens.map((token) => corpus.words[token]!) } as const;
    const parts = { rule: "inserted-token", number: first + triggers.length, text, field: "input", samples, tie, groups, sign } as const; // prettier-ignore
    const detected = { ...describeTrigger(corpus, parts), mayBeUsual: true };
    triggers.push(detected);
    findings.push(...phraseFindings(corpus, detected, tokens));
  }
  return { triggers, findings };
}
