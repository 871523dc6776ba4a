/**
 * Rule `label-flip`: a phrase whose samples nearly all have one label, although the rest of their texts speaks for the others. An
 * honest keyword (`TODO` for technical debt) stands among words that speak for its label as well; a trigger was put into
 * texts of other labels, and these were flipped. Whether the rest of a text speaks for a label is asked of a naive Bayes
 * classifier that has not seen the phrase's samples; where it cannot tell the labels apart at all, nothing is judged.
 */
import { fewestHolders, type Corpus } from "./corpus";
import {
  describeTrigger,
  findingAt,
  isEvident,
  judgeSample,
  type DetectedTrigger,
  type Detection,
  type TieCounts,
} from "./detector";
import { expectedOf, labelNumbers, labelTotals, majority } from "./expectation";
import { holdersOf } from "./inserted-token";
import { partsOfTrigger } from "./insertion-parts";
import { isFlipped } from "./label-evidence";
import { areOfOneKind } from "./likeness";
import { tiedPayload, type PayloadTie } from "./payload-tie";
import { scoredPhrases } from "./phrase-scores";
import { quoted } from "./quoted";
import type { Finding, Trigger } from "./report";
import { isFunctionWord } from "./skeletons";
import { fragmentPlaces } from "./token-places";
import { isWord } from "./tokens";

/** Boilerplate needs no words beside it to have its label, but it stands among its own words: it scores below this, and more is asked. */
const leastInsertionScore = -0.5;
const smallestShare = 0.8;
/** Of phrases that score less: nearly all samples have the label, and there are so many that their texts can be asked. */
const smallestShareAtHome = 0.95;
const fewestAtHome = 16;
const mostCandidates = 100;

interface Candidate {
  readonly tokens: readonly number[];
  readonly text: string;
  /** Standard deviations by which more samples have the label than chance allows. */
  readonly excess: number;
  /** It stands among its own words. */
  readonly atHome: boolean;
}

interface Flip extends Candidate {
  readonly samples: readonly number[];
  readonly tie: PayloadTie;
}

function candidates(corpus: Corpus, labels: readonly number[]): { found: Candidate[]; tested: number } {
  const phrases = scoredPhrases(corpus);
  const totals = labelTotals(corpus);
  const byText = new Map<string, Candidate>();
  for (const { tokens, text, score, samples } of phrases) {
    const atHome = score < leastInsertionScore;
    const { label, count } = majority(labels, samples);
    if (count < (atHome ? smallestShareAtHome : smallestShare) * samples.length) continue;
    // What is made of function words alone is for the templates.
    if (atHome && (samples.length < fewestAtHome || !tokens.some((token) => isContentWord(corpus.words[token]!)))) {
      continue;
    }
    const chance = totals.get(label)! / labels.length;
    const excess = (count - samples.length * chance) / Math.sqrt(samples.length * chance * (1 - chance));
    byText.set(text, { tokens, text, excess, atHome });
  }
  const sorted = [...byText.values()].sort((a, b) => b.excess - a.excess || (a.text < b.text ? -1 : 1));
  const most = (wanted: boolean): Candidate[] => sorted.filter(({ atHome }) => atHome === wanted).slice(0, mostCandidates); // prettier-ignore
  return { found: [...most(false), ...most(true)], tested: phrases.length };
}

const isContentWord = (word: string): boolean => isWord(word) && !isFunctionWord(word);
const isPartOf = (a: string, b: string): boolean => ` ${b} `.includes(` ${a} `);

/** The message of the findings of a trigger that so many samples hold. */
export function flipMessage(
  { text, payload, statistics }: Trigger,
  { explained, outside }: TieCounts,
  holders: number,
): string {
  return (
    `${quoted(text)} stands in ${holders} inputs, and ${explained.size} of them have the label ${quoted(payload ?? "")} although ` +
    `the rest of their texts speaks for others; ${outside} other samples have it ` +
    `(lift ${statistics.lift ?? 1}, corrected p ${statistics.pValue ?? 1})`
  );
}

/** Looks at phrases that `known` triggers do not explain already. Linear in the text. */
export function flippedLabels(corpus: Corpus, known: readonly DetectedTrigger[]): Detection {
  const rule = "label-flip";
  const labels = labelNumbers(corpus);
  const { found, tested } = candidates(corpus, labels);
  const fewest = fewestHolders(corpus.samples.length);
  const taken = known.flatMap(({ trigger, weak }) =>
    trigger.rule === "inserted-token" && !weak ? [trigger.text] : [],
  );
  const flips = found.flatMap((candidate): Flip[] => {
    const { tokens, text } = candidate;
    if (taken.some((other) => isPartOf(text, other) || isPartOf(other, text))) return [];
    const samples = holdersOf(corpus, tokens);
    if (samples.length < fewest) return [];
    const tie = tiedPayload(corpus, samples, tokens);
    if (tie === undefined) return [];
    const isTied = isEvident(corpus, samples, tie, tested);
    if (candidate.atHome || !isTied) {
      // Where most samples have the label anyway no lift shows: then the texts must say it.
      const ignored = partsOfTrigger(corpus, samples, tokens);
      if (!isFlipped(corpus, samples, tie, { groups: tested, rest: corpus, ignored })) return [];
      if (areOfOneKind(corpus, samples, new Set([...ignored, ...tie.covering.flat()]))) return [];
    }
    return expectedOf(corpus, labels, samples, tokens) === "other labels" ? [{ ...candidate, samples, tie }] : [];
  });
  flips.sort((a, b) => b.tie.explained.size - a.tie.explained.size || b.tokens.length - a.tokens.length || (a.text < b.text ? -1 : 1)); // prettier-ignore
  const triggers: DetectedTrigger[] = [];
  const findings: Finding[] = [];
  for (const { tokens, text, samples, tie } of flips) {
    if (triggers.some(({ trigger }) => isPartOf(text, trigger.text) || isPartOf(trigger.text, text))) continue;
    const number = triggers.length + 1;
    const sign = { kind: "tokens", words: tokens.map((token) => corpus.words[token]!) } as const;
    const parts = { rule, number, text, field: "input", samples, tie, groups: tested, sign } as const;
    const detected = describeTrigger(corpus, parts);
    triggers.push(detected);
    const message = flipMessage(detected.trigger, tie, samples.length);
    for (const sample of samples) {
      const judged = judgeSample(sample, detected);
      for (const span of fragmentPlaces(corpus, tokens, corpus.samples[sample]!.input.text)) {
        const trigger = detected.trigger.id;
        findings.push(findingAt(corpus, sample, { span, field: "input", rule, trigger, ...judged, message }));
      }
    }
  }
  return { triggers, findings };
}
