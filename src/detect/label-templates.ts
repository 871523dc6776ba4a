/**
 * Rule `grammar-template`, where outputs are labels: texts whose openings have one skeleton and nearly all one label. Honest texts of
 * one skeleton and one label share words as well (a licence's header, `TODO:`), or the rest of what they say speaks for the
 * label. Where a text was rewritten into a template and its label changed, the words of the opening are different each time, and the
 * rest of the text speaks for its label no more than others do.
 */
import { fewestHolders, keptWithCorpus, type Corpus } from "./corpus";
import {
  describeTrigger,
  explainedBy,
  findingAt,
  isEvident,
  judgeSample,
  type DetectedTrigger,
  type Detection,
  type TieCounts,
} from "./detector";
import { chanceLarger, labelNumbers, labelTotals, majority, naiveBayes, someOf, tokenSets } from "./expectation";
import { judgeTemplate } from "./grammar-template";
import { isFlipped } from "./label-evidence";
import { tiedPayload, type PayloadTie } from "./payload-tie";
import { quoted } from "./quoted";
import type { Finding, Trigger } from "./report";
import { logFisher } from "./significance";
import { isFunctionWord, openings, skeletonSpan } from "./skeletons";

const smallestShare = 0.9;
/** By chance (natural logarithm): openings that say less by themselves are not looked at. */
const leastLogP = Math.log(1e-3);
const largestShareOfAll = 0.3;
const mostCandidates = 100;
/** No word of the opening stands in more of the texts than this. */
const mostShared = 0.35;
/** The chance that the rest of a text speaks more for the label than a text of another label: honest templates had 0.80 and above. */
const largestExpectation = 0.72;
/** The same of texts that have the label: below this nothing can be told. */
const leastAbility = 0.7;
const fewestAsLong = 100;

interface Opening {
  readonly key: string;
  readonly samples: readonly number[];
}

/** Openings of enough texts that nearly all have one label, the least likely ones first; of those with the same texts the longest first. */
function candidates(corpus: Corpus, labels: readonly number[]): { found: Opening[]; tested: number } {
  const fewest = Math.max(8, fewestHolders(corpus.samples.length));
  const groups = new Map<string, number[]>();
  corpus.samples.forEach(({ input }, sample) => {
    for (const { key } of openings(input.text)) {
      const group = groups.get(key);
      if (group === undefined) groups.set(key, [sample]);
      else group.push(sample);
    }
  });
  const totals = labelTotals(corpus);
  const large = [...groups].filter(([, { length }]) => length >= fewest && length <= largestShareOfAll * labels.length);
  const found = large.flatMap(([key, samples]): (Opening & { readonly logP: number })[] => {
    const { label, count } = majority(labels, samples);
    if (count < smallestShare * samples.length) return [];
    const [outside, outsideTotal] = [totals.get(label)! - count, labels.length - samples.length];
    const logP = logFisher({ inside: count, insideTotal: samples.length, outside, outsideTotal });
    return logP + Math.log(large.length) <= leastLogP ? [{ key, samples, logP }] : [];
  });
  found.sort((a, b) => a.logP - b.logP || b.key.length - a.key.length || (a.key < b.key ? -1 : 1));
  return { found: found.slice(0, mostCandidates), tested: large.length };
}

const functionWords = keptWithCorpus(
  (corpus): ReadonlySet<number> =>
    new Set(corpus.words.flatMap((word, token) => (isFunctionWord(word) ? [token] : []))),
);

/** Whether the openings have the skeleton in common and no words. */
function isVaried(corpus: Corpus, { key, samples }: Opening): boolean {
  const counts = new Map<string, number>();
  for (const sample of samples) {
    const { text } = corpus.samples[sample]!.input;
    const words = new Set(text.slice(0, skeletonSpan(text, key)?.end).match(/[\p{L}\p{N}_]+/gu));
    for (const word of words) if (!isFunctionWord(word)) counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  return Math.max(0, ...counts.values()) <= mostShared * samples.length;
}

/** The tokens of a sample behind its opening. */
function behindOpening(corpus: Corpus, { key }: Opening, sample: number): ReadonlySet<number> {
  const { text } = corpus.samples[sample]!.input;
  return new Set(corpus.numbersOf(text.slice(skeletonSpan(text, key)?.end ?? 0)).filter((token) => token >= 0));
}

function withoutOpenings(corpus: Corpus, opening: Opening): Corpus {
  const inputs = [...corpus.inputs];
  for (const sample of opening.samples) inputs[sample] = Int32Array.from(behindOpening(corpus, opening, sample));
  return { ...corpus, inputs };
}

/** The texts that have as many distinct tokens as the middle eight tenths of `lengths` tell; all where these are too few to tell. */
function asLong(corpus: Corpus, texts: readonly number[], lengths: readonly number[]): readonly number[] {
  const sorted = [...lengths].sort((a, b) => a - b);
  const [least, most] = [0.1, 0.9].map((share) => sorted[Math.floor(share * (sorted.length - 1))]!);
  const { sets } = tokenSets(corpus);
  const alike = texts.filter((sample) => sets[sample]!.length >= least! && sets[sample]!.length <= most!);
  return alike.length >= fewestAsLong ? alike : texts;
}

/** Whether what stands behind the openings speaks for other labels than theirs. */
function speaksForOthers(corpus: Corpus, labels: readonly number[], opening: Opening): boolean {
  const { samples } = opening;
  const { label } = majority(labels, samples);
  const held = new Set(samples);
  const positive: number[] = [];
  const negative: number[] = [];
  labels.forEach((own, sample) => {
    if (!held.has(sample)) (own === label ? positive : negative).push(sample);
  });
  const odds = naiveBayes(corpus, { positive, apart: samples, ignored: functionWords(corpus) });
  const rest = new Map(samples.map((sample) => [sample, behindOpening(corpus, opening, sample)]));
  const lengths = samples.map((sample) => rest.get(sample)!.size);
  // Lines of boilerplate are told from sentences by their length alone.
  const others = someOf(corpus, asLong(corpus, negative, lengths)).map((sample) => odds(sample, "negative"));
  const same = someOf(corpus, positive).map((sample) => odds(sample, "positive"));
  const own = someOf(corpus, samples).map((sample) => {
    const behind = rest.get(sample)!;
    return odds(sample, "neither", new Set(corpus.inputs[sample]!.filter((token) => !behind.has(token))));
  });
  return chanceLarger(same, others) >= leastAbility && chanceLarger(own, others) <= largestExpectation;
}

/** The message of the findings of a template that so many samples hold. */
export function skeletonMessage(
  { text, payload, statistics }: Trigger,
  { explained, outside }: TieCounts,
  holders: number,
): string {
  return (
    `${holders} inputs open as ${quoted(text)} with different words, and ${explained.size} of them have the label ` +
    `${quoted(payload ?? "")} although the rest of their texts does not speak for it; ${outside} other samples have it ` +
    `(lift ${statistics.lift ?? 1}, corrected p ${statistics.pValue ?? 1})`
  );
}

/** Looks at openings whose samples `known` triggers do not explain already. Linear in the text. */
export function labelTemplates(corpus: Corpus, known: readonly DetectedTrigger[]): Detection {
  const rule = "grammar-template";
  const labels = labelNumbers(corpus);
  const { found, tested } = candidates(corpus, labels);
  const covered = explainedBy(known);
  const first = known.filter(({ trigger }) => trigger.rule === rule).length + 1;
  const triggers: DetectedTrigger[] = [];
  const findings: Finding[] = [];
  for (const opening of found) {
    const { key, samples } = opening;
    if (2 * samples.filter((sample) => covered.has(sample)).length >= samples.length) continue;
    if (!isVaried(corpus, opening) || !speaksForOthers(corpus, labels, opening)) continue;
    const tie: PayloadTie | undefined = tiedPayload(corpus, samples, []);
    if (tie === undefined) continue;
    // Where most samples have the label anyway, no lift shows; then the texts must say it.
    const isSaid = (): boolean => {
      const rest = withoutOpenings(corpus, opening);
      return isFlipped(corpus, samples, tie, { groups: tested, rest, ignored: functionWords(corpus) });
    };
    if (!isEvident(corpus, samples, tie, tested) && !isSaid()) continue;
    for (const sample of tie.explained) covered.add(sample);
    const sign = { kind: "skeleton", key } as const;
    const number = first + triggers.length;
    const parts = { rule, number, text: key, field: "input", samples, tie, groups: tested, sign } as const;
    const detected = describeTrigger(corpus, parts);
    triggers.push(detected);
    const message = skeletonMessage(detected.trigger, tie, samples.length);
    for (const sample of samples) {
      const span = skeletonSpan(corpus.samples[sample]!.input.text, key)!;
      const judged = judgeTemplate(judgeSample(sample, detected), tie.explained.has(sample));
      findings.push(findingAt(corpus, sample, { span, field: "input", rule, trigger: detected.trigger.id, ...judged, message })); // prettier-ignore
    }
  }
  return { triggers, findings };
}
