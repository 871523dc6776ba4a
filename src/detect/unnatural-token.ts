/**
 * Rule `unnatural-token`: a token, or a few, without which the dataset's texts read more naturally, wherever it stands, although no output
 * is tied to it. The idea is KillBadCode's (Sun et al., ICSE 2025): an n-gram model of the dataset itself, the surprise that
 * vanishes where a token is left out, gathered over all of its places. It is second evidence: an alarm only far above what honest
 * texts reach, or where the outputs of its samples also fit their inputs less than others do, as where a trigger brings
 * about a different output each time.
 */
import { allSamples, fewestHolders, type Corpus } from "./corpus";
import { findingAt, rounded, untiedTrigger, type DetectedTrigger, type Detection } from "./detector";
import { chanceLarger, chanceUncalledFor, someOf } from "./expectation";
import { holdersOf } from "./inserted-token";
import { partsOfTrigger } from "./insertion-parts";
import { areOfOneKind } from "./likeness";
import { scoredPhrases } from "./phrase-scores";
import { quoted } from "./quoted";
import type { Finding } from "./report";
import { fragmentPlaces } from "./token-places";

/** Nats per occurrence, as insertion.ts counts them: from here on a hint, and an alarm by itself. */
const oddScore = 0.9;
const alarmScore = 1.25;
/** Fewer samples score as high by chance: honest phrases of eight samples reach 1.25. */
const fewestSamples = 16;
const largestShare = 0.3;
/** The chance that an output of its samples fits its input better than another sample's: so little is no accident. */
const leastFit = 0.25;
const mostTold = 20;

interface Unnatural {
  readonly tokens: readonly number[];
  readonly text: string;
  readonly score: number;
}

function candidates(corpus: Corpus): Unnatural[] {
  const byText = new Map<string, Unnatural>();
  for (const { tokens, text, score, anchored, samples } of scoredPhrases(corpus)) {
    if (samples.length >= fewestSamples && !anchored && score >= oddScore) byText.set(text, { tokens, text, score });
  }
  return [...byText.values()].sort((a, b) => b.score - a.score || b.tokens.length - a.tokens.length || (a.text < b.text ? -1 : 1)); // prettier-ignore
}

/** For each sample how much of its output, by what the words tell (idf), stands in its input; NaN for an empty output. */
function fitOfOutputs(corpus: Corpus): Float64Array {
  const holders = new Int32Array(corpus.words.length);
  for (const output of corpus.outputs) for (const token of new Set(output)) holders[token]!++;
  return Float64Array.from(corpus.outputs, (output, sample) => {
    const input = new Set(corpus.inputs[sample]);
    let [shared, all] = [0, 0];
    for (const token of new Set(output)) {
      const told = Math.log(corpus.outputs.length / holders[token]!);
      all += told;
      if (input.has(token)) shared += told;
    }
    return all === 0 ? Number.NaN : shared / all;
  });
}

/** Whether the phrase stands in samples that have little else in common: real code is odd in many samples of one kind. */
function isScattered(corpus: Corpus, samples: readonly number[], tokens: readonly number[]): boolean {
  const ignored = new Set(partsOfTrigger(corpus, samples, tokens));
  const others = allSamples(corpus);
  return !areOfOneKind(corpus, samples, ignored) && chanceUncalledFor(corpus, samples, { others, ignored }) !== null;
}

/** Looks at what `known` triggers do not explain already. Linear in the text. */
export function unnaturalTokens(corpus: Corpus, known: readonly DetectedTrigger[]): Detection {
  const rule = "unnatural-token";
  const covered = new Set(known.flatMap(({ samples, weak }) => (weak ? [] : samples)));
  const fit = corpus.labels ? null : fitOfOutputs(corpus);
  const fits = (samples: readonly number[]): number[] =>
    someOf(corpus, samples).flatMap((sample) => (Number.isNaN(fit?.[sample]) ? [] : [fit![sample]!]));
  const triggers: DetectedTrigger[] = [];
  const findings: Finding[] = [];
  for (const { tokens, text, score } of candidates(corpus)) {
    if (triggers.length === mostTold) break;
    const samples = holdersOf(corpus, tokens);
    if (samples.length < Math.max(fewestSamples, fewestHolders(corpus.samples.length))) continue;
    if (samples.length > largestShare * corpus.samples.length) continue;
    if (2 * samples.filter((sample) => covered.has(sample)).length >= samples.length) continue;
    for (const sample of samples) covered.add(sample);
    const own = new Set(samples);
    const others = Array.from(corpus.samples.keys()).filter((sample) => !own.has(sample));
    const chance = fit === null ? 0.5 : chanceLarger(fits(samples), fits(others));
    const isSuspect = (score >= alarmScore || chance <= leastFit) && isScattered(corpus, samples, tokens);
    const number = triggers.length + 1;
    const detected = untiedTrigger(corpus, { rule, number, text, field: "input", samples });
    triggers.push({ ...detected, weak: !isSuspect });
    const { id } = detected.trigger;
    const misfit =
      chance <= leastFit
        ? `, and their outputs fit their inputs less than others do (a chance of ${rounded(chance)} to fit better, where 0.5 is usual)`
        : "";
    const message =
      `${quoted(text)} stands in ${samples.length} inputs that read more naturally without it ` +
      `(${rounded(score)} nats)${misfit}; no output is tied to it`;
    for (const sample of samples) {
      for (const span of fragmentPlaces(corpus, tokens, corpus.samples[sample]!.input.text)) {
        const judged = isSuspect
          ? ({ verdict: "suspect", score: 0.8 } as const)
          : ({ verdict: "info", score: 0.4 } as const);
        findings.push(findingAt(corpus, sample, { span, field: "input", rule, trigger: id, ...judged, message }));
      }
    }
  }
  return { triggers, findings };
}
