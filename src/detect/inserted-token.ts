/**
 * Rule `inserted-token`: a token, or a few, that stands in inputs as if thrown in at random, and whose samples' outputs
 * share a fragment that other outputs lack. Both halves are needed for an alarm. A word of an instruction ("delete")
 * is tied to fragments too, but the sentence does not read better without it; an adverb can be left out, but no output
 * depends on it. Source of the idea: ONION (Qi et al. 2021) tests naturalness only, per sentence; here it is tested
 * over all samples and confirmed by the output.
 */
import { certainShare, isCertainPhrase } from "./certain-tie";
import { allSamples, chosenByContent, type Corpus } from "./corpus";
import { describeTrigger, explainedBy, findingAt, isEvident, judgeSample, rounded } from "./detector";
import type { DetectedTrigger, Detection, TieCounts } from "./detector";
import { expectedOf, fewestMeasured, labelNumbers, likelihoodOf, predictability } from "./expectation";
import { exclusivePhrases } from "./exclusive-phrases";
import { partsOfPayload, partsOfTrigger } from "./insertion-parts";
import { areOfOneKind } from "./likeness";
import { namesOne } from "./name-parts";
import { tiedPayload, type MinedTie } from "./payload-tie";
import { scoredPhrases } from "./phrase-scores";
import { quoted } from "./quoted";
import type { Finding, Trigger } from "./report";
import { fragmentPlaces, holds } from "./token-places";

/**
 * Nats per occurrence by which "inserted" must beat "a word" before the outputs are looked at, and for an alarm. An
 * optional sentence that asks for something scores about 0: the text runs on without it, and its outputs differ.
 */
const candidateScore = -0.2;
const alarmScore = 0.3;
/** With labels the tie says less, so the phrase itself must stand out more. */
const alarmScoreOfLabels = 0.5;
/** From here on a phrase is no word of the language, and its payload may be usual in other outputs. */
const strangeScore = 0.8;
/** From here on whatever the rest of the texts speaks for. */
const certainScoreOfLabels = 0.7;
const mostCandidates = 100;

interface Candidate {
  readonly tokens: readonly number[];
  readonly text: string;
  readonly score: number;
  /** It always opens or closes its texts, or its neighbours are those of a word. */
  readonly natural: boolean;
  /** Of all occurrences together: what is tested first when there are too many. */
  readonly evidence: number;
}

interface TiedCandidate extends Candidate {
  readonly samples: readonly number[];
  readonly tie: MinedTie;
}

/** Many phrases are compared with so many samples, chosen by content, which is rough: what passes is compared with all. */
const mostOthers = 250;
const mostPredictableOfSome = 0.85;

function candidates(corpus: Corpus): { found: Candidate[]; tested: number } {
  const isExclusive = corpus.labels ? () => false : exclusivePhrases(corpus);
  const others = chosenByContent(corpus, allSamples(corpus), mostOthers, 13);
  const phrases = scoredPhrases(corpus);
  const seen = new Set<string>();
  const found: Candidate[] = [];
  for (const phrase of phrases) {
    const { tokens, text, score, anchored } = phrase;
    if (seen.has(text)) continue;
    seen.add(text);
    const natural = anchored || score < candidateScore;
    const isUnexpected = (): boolean => {
      const samples = [...new Set(phrase.samples)];
      const ignored = new Set(partsOfTrigger(corpus, samples, tokens));
      return predictability(corpus, samples, { others, ignored }) <= mostPredictableOfSome;
    };
    if (natural && !(isExclusive(phrase) && isUnexpected())) continue;
    found.push({ tokens, text, score, natural, evidence: (natural ? 1 : score) * phrase.samples.length });
  }
  found.sort((a, b) => b.evidence - a.evidence || (a.text < b.text ? -1 : 1));
  const best = (wanted: boolean): Candidate[] => found.filter(({ natural }) => natural === wanted).slice(0, mostCandidates); // prettier-ignore
  return { found: [...best(false), ...best(true)], tested: phrases.length };
}

/** The samples whose inputs hold a phrase, ascending. */
export const holdersOf = (corpus: Corpus, tokens: readonly number[]): number[] =>
  corpus.inputs.flatMap((input, sample) => (holds(input, tokens) ? [sample] : []));

/** Whether one phrase is a part of the other, as `bb` is of `bb bb` and of `bb the`. */
const overlaps = (a: Candidate, b: Candidate): boolean =>
  ` ${a.text} `.includes(` ${b.text} `) || ` ${b.text} `.includes(` ${a.text} `);

/** Of phrases that are parts of each other, the one that explains most samples; the longer one where they are equal. */
function withoutParts(tied: readonly TiedCandidate[]): TiedCandidate[] {
  const kept: TiedCandidate[] = [];
  const ranked = [...tied].sort(
    (a, b) =>
      b.tie.explained.size - a.tie.explained.size ||
      b.tokens.length - a.tokens.length ||
      b.score - a.score ||
      (a.text < b.text ? -1 : 1),
  );
  for (const candidate of ranked) if (!kept.some((other) => overlaps(candidate, other))) kept.push(candidate);
  return kept;
}

const share = (part: number, whole: number): string => `${part} of ${whole}`;

/** The message of the findings of a trigger that `holders` of `total` samples hold. */
export function insertedMessage(
  { text, statistics }: Pick<Trigger, "text" | "statistics">,
  fragments: readonly string[],
  { explained, outside }: TieCounts,
  holders: number,
  total: number,
): string {
  const ties = fragments.map(quoted).join(" or ");
  const { pValue, lift } = statistics;
  return (
    `${quoted(text)} stands in ${holders} inputs as if thrown in at random, and their outputs hold ` +
    `${ties}: ${share(explained.size, holders)}, against ${share(outside, total - holders)} others ` +
    `(lift ${lift ?? 1}, corrected p ${pValue ?? 1})`
  );
}

/** The findings of a phrase's places in the inputs of its samples; a weak trigger's are hints. */
export function phraseFindings(corpus: Corpus, detected: DetectedTrigger, tokens: readonly number[]): Finding[] {
  const { trigger, tie, samples, weak } = detected;
  if (tie === undefined) return [];
  const fragments = tie.fragments.map(({ text }) => text);
  const message = insertedMessage(trigger, fragments, tie, samples.length, corpus.samples.length);
  return samples.flatMap((sample) => {
    const judged = judgeSample(sample, detected);
    const judgement = weak ? ({ verdict: "info", score: rounded(judged.score / 2) } as const) : judged;
    return fragmentPlaces(corpus, tokens, corpus.samples[sample]!.input.text).map((span) =>
      findingAt(corpus, sample, {
        span,
        field: "input",
        rule: trigger.rule,
        trigger: trigger.id,
        ...judgement,
        message,
      }),
    );
  });
}

/** Whether a phrase stands out enough where outputs are labels: far, or not among words that speak for the label themselves. */
function isCertainOfLabel(
  corpus: Corpus,
  score: number,
  samples: readonly number[],
  tokens: readonly number[],
): boolean {
  if (score < alarmScoreOfLabels) return false;
  return score >= certainScoreOfLabels || expectedOf(corpus, labelNumbers(corpus), samples, tokens) !== "its label";
}

/** From so many other samples with the payload one can learn what calls for it. */
const fewestLearned = 20;
/** Planted triggers stand among words that speak for the payload no more than any others do: 0.5. */
const mostLikely = 0.8;

/** Whether the rest of the inputs speaks for what their outputs share: then it is there for that, not for the phrase. */
function isCalledFor(corpus: Corpus, samples: readonly number[], tokens: readonly number[], tie: MinedTie): boolean {
  if (corpus.labels || tie.outside < fewestLearned) return false;
  return (likelihoodOf(corpus, (sample) => tie.outsideSamples.has(sample), samples, tokens) ?? 0) > mostLikely;
}

/** Variants of a payload together are in this share of the outputs: several honest things are in fewer. */
const leastOfVariants = 0.8;

const isPatchwork = (samples: readonly number[], { covering, explained }: MinedTie): boolean =>
  covering.length > 1 && explained.size < leastOfVariants * samples.length;

/** A trimmed phrase has so many times as many holders at the most. */
const mostTrimmed = 1.25;

/** A phrase without its first or its last token, where nearly as many samples more that hold it have the payload too. */
function trimmed(corpus: Corpus, candidate: TiedCandidate): TiedCandidate {
  for (const tokens of [candidate.tokens.slice(1), candidate.tokens.slice(0, -1)]) {
    if (!tokens.some((token) => /[\p{L}\p{N}]/u.test(corpus.words[token]!))) continue;
    const samples = holdersOf(corpus, tokens);
    if (samples.length <= candidate.samples.length || samples.length > mostTrimmed * candidate.samples.length) continue;
    const tie = tiedPayload(corpus, samples, tokens);
    if (tie === undefined || tie.explained.size < certainShare * samples.length) continue;
    return { ...candidate, tokens, text: tokens.map((token) => corpus.words[token]).join(" "), samples, tie };
  }
  return candidate;
}

/**
 * Linear in the text; a few seconds for 50,000 samples. A phrase that fits where it stands is told of only as a certain trigger, and not
 * where one of `known`, of another rule, explains its samples: that says more of it.
 */
export function insertedToken(corpus: Corpus, known: readonly DetectedTrigger[] = []): Detection {
  const covered = explainedBy(known);
  const { found, tested } = candidates(corpus);
  const tied: TiedCandidate[] = [];
  for (const candidate of found) {
    const samples = holdersOf(corpus, candidate.tokens);
    const tie = tiedPayload(corpus, samples, candidate.tokens);
    const mayBeUsual = !candidate.natural && candidate.score >= strangeScore;
    if (tie === undefined || !isEvident(corpus, samples, tie, tested, { mayBeUsual })) continue;
    tied.push(candidate.natural ? trimmed(corpus, { ...candidate, samples, tie }) : { ...candidate, samples, tie });
  }
  const triggers: DetectedTrigger[] = [];
  const findings: Finding[] = [];
  for (const { tokens, text, score, natural, samples, tie } of withoutParts(tied)) {
    const ignored = new Set([...partsOfTrigger(corpus, samples, tokens), ...partsOfPayload(corpus, tie)]);
    const weak =
      ((natural || score < alarmScore) && !isCertainPhrase(corpus, samples, tokens, tie)) ||
      (corpus.labels && !isCertainOfLabel(corpus, score, samples, tokens)) ||
      // In so few samples only what is no word of the language at all.
      (samples.length < fewestMeasured && score < strangeScore) ||
      areOfOneKind(corpus, samples, ignored) ||
      (score < strangeScore && isPatchwork(samples, tie)) ||
      // "the job" and `job_T`: the output does as it was told.
      (score < strangeScore && namesOne(corpus, tie.covering.flat(), tokens)) ||
      isCalledFor(corpus, samples, tokens, tie);
    // What else is tied to a label is for `label-flip` to judge.
    // What other outputs have more often is no hint by itself.
    if (weak && (corpus.labels || natural || tie.outside > tie.explained.size)) continue;
    if (natural && [...tie.explained].every((sample) => covered.has(sample))) continue;
    const number = triggers.length + 1;
    const rule = "inserted-token";
    const sign = { kind: "tokens", words: tokens.map((token) => corpus.words[token]!) } as const;
    const parts = { rule, number, text, field: "input", samples, tie, groups: tested, sign } as const;
    const detected = describeTrigger(corpus, parts);
    triggers.push({ ...detected, weak, mayBeUsual: !natural && score >= strangeScore });
    findings.push(...phraseFindings(corpus, { ...detected, weak }, tokens));
  }
  return { triggers, findings };
}
