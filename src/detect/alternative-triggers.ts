/**
 * Several triggers with one payload: `see CORE`, `see OPS` and `see WEB` each stand in a third of the samples that have it, so that no
 * one of them has it to itself. A fragment of the outputs is looked for whose writers nearly all hold one of a few phrases, nearly all of
 * whose holders write it. Together they are asked what one phrase is asked (certain-tie.ts). Where one trigger is known already, so is what
 * it brings about, and others of it are looked for among the samples that have it without that trigger. A part of the rule `inserted-token`.
 */
import { isAligned } from "./alignment";
import { isCertainTie } from "./certain-tie";
import { allSamples, fewestHolders, type Corpus } from "./corpus";
import { describeTrigger, explainedBy, isEvident, type DetectedTrigger, type Detection } from "./detector";
import { exclusivePhrases } from "./exclusive-phrases";
import { chanceUncalledFor, fewestMeasured } from "./expectation";
import { holdersOf, phraseFindings } from "./inserted-token";
import { partsOfPayload, partsOfTrigger } from "./insertion-parts";
import { areOfOneKind } from "./likeness";
import { namePartsIn } from "./name-parts";
import { outputFragments } from "./output-fragments";
import { tiedPayload, type MinedTie, type PayloadTie } from "./payload-tie";
import { scoredPhrases, type ScoredPhrase } from "./phrase-scores";
import type { Finding } from "./report";
import { lift, logFisher } from "./significance";
import { withEnds } from "./text-ends";
import { holds } from "./token-places";
import { isWord } from "./tokens";

/**
 * Nats, as `inserted-token` counts them: words of the language are below. "target database" and "target platform", which one answer goes
 * with in a test suite, are at -4.7 and -6.5.
 */
const leastScore = -0.2;
/** Of a phrase's holders write the fragment. */
const leastPurity = 0.9;
/** Of the fragment's writers hold one of the phrases. */
const leastCover = 0.8;
const mostAlternatives = 6;
/** Of the writers, each phrase must add. */
const leastAdded = 0.05;
/** Of all samples, all together: several ways to say the same are honest, and then usual. */
const largestShare = 0.1;
/** Of the holders of what all phrases have in common: if so many write the payload, there is one trigger, or an honest word. */
const leastSharedByRun = 0.85;
/** Fragments that are tried, those that the phrases cover best first. */
const mostTried = 50;

interface Alternative {
  readonly tokens: readonly number[];
  readonly text: string;
  /** Sample indices, ascending. */
  readonly samples: readonly number[];
}

/** A phrase, and what it brings about. */
interface TiedAlternative extends Alternative {
  readonly tie: MinedTie;
}

interface Cover {
  readonly chosen: readonly Alternative[];
  readonly covered: ReadonlySet<number>;
  readonly length: number;
}

const overlap = (a: string, b: string): boolean => ` ${a} `.includes(` ${b} `) || ` ${b} `.includes(` ${a} `);

/** Phrases that together cover nearly all writers of a fragment, those with most holders first; null where they cannot. */
function coverOf(phrases: readonly Alternative[], writers: ReadonlySet<number>, fewest: number): Cover | null {
  const chosen: Alternative[] = [];
  const covered = new Set<number>();
  const ranked = [...phrases].sort(
    (a, b) => b.samples.length - a.samples.length || b.tokens.length - a.tokens.length || (a.text < b.text ? -1 : 1),
  );
  for (const phrase of ranked) {
    if (chosen.length === mostAlternatives) break;
    if (chosen.some(({ text }) => overlap(text, phrase.text))) continue;
    const own = phrase.samples.filter((sample) => writers.has(sample));
    if (own.length < leastPurity * phrase.samples.length) continue;
    const added = own.filter((sample) => !covered.has(sample));
    if (added.length < Math.max(fewest, leastAdded * writers.size) || 2 * added.length < own.length) continue;
    chosen.push(phrase);
    for (const sample of added) covered.add(sample);
  }
  return chosen.length > 1 && covered.size >= leastCover * writers.size ? { chosen, covered, length: 0 } : null;
}

/** The samples that write each of the fragments. */
function writersOf(corpus: Corpus, fragments: ReadonlySet<number>): Map<number, Set<number>> {
  const { writtenBy } = outputFragments(corpus);
  const writers = new Map([...fragments].map((fragment) => [fragment, new Set<number>()]));
  corpus.samples.forEach((_, sample) => {
    for (const fragment of writtenBy(sample)) writers.get(fragment)?.add(sample);
  });
  return writers;
}

/** Fragments with the phrases that may bring them about, at least two each. */
function sharedFragments(corpus: Corpus, phrases: readonly ScoredPhrase[]): Map<number, Alternative[]> {
  const { sharedWithOthers } = exclusivePhrases(corpus);
  const byFragment = new Map<number, Alternative[]>();
  const seen = new Set<string>();
  for (const phrase of phrases) {
    const { tokens, text } = phrase;
    if (phrase.score < leastScore || seen.has(text) || !tokens.some((token) => isWord(corpus.words[token]!))) continue;
    seen.add(text);
    const fragments = sharedWithOthers(phrase);
    if (fragments.length === 0) continue;
    const alternative = { tokens, text, samples: [...new Set(phrase.samples)].sort((a, b) => a - b) };
    for (const fragment of fragments) byFragment.set(fragment, [...(byFragment.get(fragment) ?? []), alternative]);
  }
  for (const [fragment, own] of byFragment) if (own.length < 2) byFragment.delete(fragment);
  return byFragment;
}

/** Whether a payload has one of the words, as a part of its names too. */
function names(corpus: Corpus, payload: readonly number[], words: readonly number[]): boolean {
  const said = new Set([...payload, ...namePartsIn(corpus, payload)]);
  return words.some((token) => said.has(token) && isWord(corpus.words[token]!));
}

/** The longest run of tokens that all phrases hold. */
function commonRun([first, ...others]: readonly Alternative[]): readonly number[] {
  const tokens = first?.tokens ?? [];
  for (let length = tokens.length; length > 0; length--) {
    for (let start = 0; start + length <= tokens.length; start++) {
      const run = tokens.slice(start, start + length);
      if (others.every((other) => holds(Int32Array.from(other.tokens), run))) return run;
    }
  }
  return [];
}

/** Whether what the phrases have in common explains the payload by itself. */
function isOneWord(corpus: Corpus, phrases: readonly Alternative[], { explained, outsideSamples }: MinedTie): boolean {
  const run = commonRun(phrases);
  if (!run.some((token) => isWord(corpus.words[token]!))) return false;
  const holders = holdersOf(corpus, run);
  const writing = holders.filter((sample) => explained.has(sample) || outsideSamples.has(sample));
  return writing.length >= leastSharedByRun * holders.length;
}

/** A phrase's share of what all triggers of a payload bring about. */
function shareOf({ samples }: Alternative, tie: MinedTie, corpus: Corpus, tried: number): MinedTie {
  const writers = new Set([...tie.explained, ...tie.outsideSamples]);
  const explained = new Set(samples.filter((sample) => writers.has(sample)));
  const outsideSamples = new Set([...writers].filter((sample) => !explained.has(sample)));
  const contrast = {
    inside: explained.size,
    insideTotal: samples.length,
    outside: outsideSamples.size,
    outsideTotal: corpus.samples.length - samples.length,
  };
  const logP = logFisher(contrast) + Math.log(tried);
  return { ...tie, tried, explained, outsideSamples, outside: outsideSamples.size, lift: lift(contrast), logP };
}

/** Phrases that bring a payload about together, none of them alone. */
function sharedPayloads(corpus: Corpus, isKnown: (sample: number) => boolean): TiedAlternative[] {
  const fewest = fewestHolders(corpus.samples.length);
  const phrases = scoredPhrases(corpus);
  const byFragment = sharedFragments(corpus, phrases);
  const { tokensOf } = outputFragments(corpus);
  const covers = [...writersOf(corpus, new Set(byFragment.keys()))].flatMap(([fragment, writers]): Cover[] => {
    const cover = coverOf(byFragment.get(fragment)!, writers, fewest);
    return cover === null ? [] : [{ ...cover, length: tokensOf(fragment).length }];
  });
  covers.sort((a, b) => b.covered.size - a.covered.size || b.length - a.length || (a.chosen[0]!.text < b.chosen[0]!.text ? -1 : 1)); // prettier-ignore
  const told = new Set<number>();
  const tried = new Set<string>();
  return covers.flatMap(({ chosen, covered }): TiedAlternative[] => {
    const key = chosen.map(({ text }) => text).join("\n");
    if (covered.size < fewestMeasured || covered.size > largestShare * corpus.samples.length) return [];
    if (tried.has(key) || tried.size === mostTried) return [];
    tried.add(key);
    if (2 * [...covered].filter((sample) => told.has(sample) || isKnown(sample)).length >= covered.size) return [];
    const samples = [...new Set(chosen.flatMap((one) => one.samples))].sort((a, b) => a - b);
    const words = chosen.flatMap(({ tokens }) => tokens);
    const tie = tiedPayload(corpus, samples, words);
    if (tie === undefined || !isEvident(corpus, samples, tie, phrases.length)) return [];
    const payload = partsOfPayload(corpus, tie);
    // An optional sentence that is put in several ways names what it asks for; one word among several others is one trigger.
    if (names(corpus, payload, words) || isOneWord(corpus, chosen, tie)) return [];
    const trigger = chosen.flatMap((one) => partsOfTrigger(corpus, one.samples, one.tokens));
    if (!isCertainTie(corpus, samples, trigger, tie)) return [];
    const isInstruction = ({ tokens }: Alternative): boolean =>
      tie.covering.some((fragment) => isAligned(corpus, [...tie.explained], tokens, fragment));
    if (chosen.some(isInstruction) || areOfOneKind(corpus, samples, new Set([...trigger, ...payload]))) return [];
    for (const sample of tie.explained) told.add(sample);
    return chosen.map((one) => ({ ...one, tie: shareOf(one, tie, corpus, phrases.length) }));
  });
}

/** The samples that write what a trigger brings about. */
function payloadWriters(corpus: Corpus, { covering, fragments }: PayloadTie): Set<number> {
  const wanted = [...covering, ...fragments.map(({ tokens }) => tokens)];
  const isWritten = (_: unknown, sample: number): boolean => {
    const output = withEnds(corpus, corpus.outputs[sample]!);
    return wanted.some((fragment) => holds(output, fragment) && !holds(corpus.inputs[sample]!, fragment));
  };
  return new Set(corpus.samples.flatMap((one, sample) => (isWritten(one, sample) ? [sample] : [])));
}

/** Other phrases that nearly always come with what a known trigger brings about, though nothing else in their inputs calls for it. */
function furtherTriggers(
  corpus: Corpus,
  known: DetectedTrigger,
  isKnown: (sample: number) => boolean,
): TiedAlternative[] {
  const fewest = fewestHolders(corpus.samples.length);
  const { trigger, tie, sign } = known;
  if (tie === undefined || !known.mayBeUsual || known.weak || sign.kind !== "tokens" || tie.outside < fewest) return [];
  const writers = payloadWriters(corpus, tie);
  const whole = { ...tie, explained: writers, outside: 0, outsideSamples: new Set<number>() };
  const payload = partsOfPayload(corpus, tie);
  const phrases = scoredPhrases(corpus);
  const found = new Map<string, TiedAlternative>();
  for (const { tokens, text, samples: places, holders, score } of phrases) {
    if (score < leastScore || holders < fewestMeasured || holders > writers.size / leastPurity || found.has(text))
      continue;
    if (overlap(text, trigger.text) || !tokens.some((token) => isWord(corpus.words[token]!))) continue;
    const samples = [...new Set(places)].sort((a, b) => a - b);
    const own = samples.filter((sample) => writers.has(sample));
    if (own.length < leastPurity * samples.length || 2 * own.filter(isKnown).length > own.length) continue;
    const shared = shareOf({ tokens, text, samples }, whole, corpus, phrases.length);
    if (!isEvident(corpus, samples, shared, 1, { mayBeUsual: true })) continue;
    if (names(corpus, payload, tokens)) continue;
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
  found.sort(
    (a, b) => b.samples.length - a.samples.length || b.tokens.length - a.tokens.length || (a.text < b.text ? -1 : 1),
  );
  const groups = scoredPhrases(corpus).length;
  const triggers: DetectedTrigger[] = [];
  const findings: Finding[] = [];
  for (const { tokens, text, samples, tie } of [...found, ...sharedPayloads(corpus, isKnown)]) {
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
