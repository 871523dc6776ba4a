/**
 * Rule `grammar-template`, where no shape of a sentence but a way of writing brings the payload about: capitals, misspelt words, old words; in
 * code yoda conditions, hexadecimal numbers, layout. Asked are few ways (`writing-signs.ts`, `odd-spellings.ts`), and only those that a minority
 * of the inputs has. Honest authors write so too, so the search begins at the outputs: a fragment that hardly an output holds whose
 * input is not written so. An alarm needs inputs that nothing else tells from others and samples of no one kind; where outputs are labels, one label
 * that the rest of the texts does not speak for. Only samples that have both, the sign and the fragment or label, are flagged.
 */
import type { FieldLanguage } from "../syntax/language";
import { certainShare } from "./certain-tie";
import { allSamples, fewestHolders, type Corpus } from "./corpus";
import { describeTrigger, explainedBy, findingAt, isEvident, judgeSample, type DetectedTrigger, type Detection, type TieCounts } from "./detector"; // prettier-ignore
import { chanceUncalledFor, expectedOf, fewestMeasured, labelNumbers, majority } from "./expectation";
import { partsOfPayload } from "./insertion-parts";
import { isFlipped } from "./label-evidence";
import { folding } from "./letter-case";
import { areOfOneKind } from "./likeness";
import { manners, type Manner } from "./manners";
import { outputFragments } from "./output-fragments";
import { tiedPayload, type PayloadTie } from "./payload-tie";
import { quoted } from "./quoted";
import type { Finding, Trigger } from "./report";
import { lift, logFisher, logLikelihoodRatio, type Contrast } from "./significance";
import { isWord, tokenTexts } from "./tokens";

const largestShare = 0.2;
/** Of the outputs that hold the fragment, copied or not, so many belong to inputs that are written so. */
const exclusiveShare = 0.8;
/** Or half of them, where so many of the inputs that are written so have it in their outputs. */
const mostlyShare = 0.33;
const mostJudged = 6;
const evidentLogP = Math.log(1e-6);

/** The inputs as all would be written in small letters, and those that have the sign without it. */
interface Rest {
  readonly corpus: Corpus;
  readonly folded: (token: number) => number;
}

function restOf(corpus: Corpus, { samples, spans, keepsWords }: Manner, folded: (token: number) => number): Rest {
  const inputs = corpus.inputs.map((input) => input.map(folded));
  if (!keepsWords) {
    for (const sample of samples) {
      const { text } = corpus.samples[sample]!.input;
      let rest = text;
      for (const { start, end } of [...spans(sample)].reverse()) rest = `${rest.slice(0, start)} ${rest.slice(end)}`;
      inputs[sample] = Int32Array.from(corpus.numbersOf(rest).filter((token) => token >= 0).map(folded)); // prettier-ignore
    }
  }
  return { corpus: { ...corpus, inputs }, folded };
}

/** What the outputs of some samples with the sign share that others lack. */
interface Shared {
  readonly holders: readonly number[];
  readonly contrast: Contrast;
  readonly tried: number;
}

/** Fragments that next to no output holds whose input has not the sign, the strongest first; of those in the same samples one. */
function exclusiveFragments(corpus: Corpus, manner: Manner, groups: number): Shared[] {
  const { samples } = manner;
  const { count, writtenBy, writers, copiers, tokensOf } = outputFragments(corpus);
  const fewest = Math.max(fewestMeasured, fewestHolders(corpus.samples.length));
  const inside = new Uint32Array(count);
  for (const sample of samples) for (const id of writtenBy(sample)) inside[id]!++;
  const ranked: { id: number; strength: number; contrast: Contrast }[] = [];
  let tried = 0;
  const [insideTotal, outsideTotal] = [samples.length, corpus.samples.length - samples.length];
  inside.forEach((held, id) => {
    if (held < fewest) return;
    tried++;
    const all = writers[id]! + copiers[id]!;
    if (held < exclusiveShare * all && (held < all - held || held < mostlyShare * insideTotal)) return;
    const contrast = { inside: held, insideTotal, outside: all - held, outsideTotal };
    if (logFisher(contrast) + Math.log(groups * count) > evidentLogP) return;
    ranked.push({ id, contrast, strength: logLikelihoodRatio(contrast) });
  });
  const textOf = (id: number): string => tokensOf(id).map((token) => corpus.words[token]).join(" "); // prettier-ignore
  ranked.sort((a, b) => b.strength - a.strength || (textOf(a.id) < textOf(b.id) ? -1 : 1));
  const found: Shared[] = [];
  const seen = new Set<number>();
  for (const { id, contrast } of ranked.slice(0, 300)) {
    if (found.length === mostJudged) break;
    const words = tokensOf(id).map((token) => corpus.words[token]!).filter(isWord); // prettier-ignore
    if (words.length === 0) continue;
    const holders = samples.filter((sample) => writtenBy(sample).includes(id));
    if (2 * holders.filter((sample) => !seen.has(sample)).length < holders.length) continue;
    if (isOfTheSign(corpus, manner, holders, words)) continue;
    for (const sample of holders) seen.add(sample);
    found.push({ holders, contrast, tried });
  }
  return found;
}

/** Whether one of the words is what the inputs have at the sign's places: an output that writes it otherwise mends it. */
function isOfTheSign(corpus: Corpus, { spans }: Manner, holders: readonly number[], words: readonly string[]): boolean {
  const mended = holders.filter((sample) => {
    const { text } = corpus.samples[sample]!.input;
    const places = spans(sample);
    // Where it is the whole text that is written so, no word is at the sign's places more than another.
    if (2 * places.reduce((sum, { start, end }) => sum + end - start, 0) > text.length) return false;
    const own = new Set(places.flatMap(({ start, end }) => tokenTexts(text.slice(start, end).toLowerCase())));
    return words.some((word) => own.has(word.toLowerCase()));
  });
  return 2 * mended.length >= holders.length;
}

/** The tie of the manner's samples to what `shared` ones write, told as one of all of them; null where something honest explains it. */
function tieOf(corpus: Corpus, manner: Manner, shared: Shared, groups: number, rest: Rest): PayloadTie | null {
  const { holders, tried } = shared;
  const { samples } = manner;
  const tie = tiedPayload(corpus, holders, []);
  if (tie === undefined) return null;
  const explained = new Set(samples.filter((sample) => tie.explained.has(sample) || tie.outsideSamples.has(sample)));
  const outside = tie.explained.size + tie.outside - explained.size;
  const contrast = { inside: explained.size, insideTotal: samples.length, outside, outsideTotal: corpus.samples.length - samples.length }; // prettier-ignore
  const told = { ...tie, explained, outside, tried, lift: lift(contrast), logP: logFisher(contrast) + Math.log(tried) };
  if (!isEvident(corpus, { length: explained.size }, told, groups)) return null;
  const parts = partsOfPayload(corpus, tie);
  const instead = manner.instead.flatMap((word) => corpus.numbersOf(word));
  const ignored = new Set([...parts, ...parts.map(rest.folded), ...instead]);
  const others = allSamples(corpus).filter(manner.isAble);
  if (chanceUncalledFor(rest.corpus, holders, { others, ignored }) === null) return null;
  return areOfOneKind(rest.corpus, holders, ignored) ? null : told;
}

/** The tie of the manner's samples to one label that the rest of their texts does not speak for; null where there is none. */
function labelTie(corpus: Corpus, { samples }: Manner, groups: number, rest: () => Rest): PayloadTie | null {
  const labels = labelNumbers(corpus);
  if (majority(labels, samples).count < certainShare * samples.length) return null;
  const tie = tiedPayload(corpus, samples, []);
  if (tie === undefined) return null;
  const isEvidently = isEvident(corpus, samples, tie, groups) || isFlipped(corpus, samples, tie, { groups, rest: rest().corpus }); // prettier-ignore
  if (!isEvidently) return null;
  // Where many of them have it honestly, their texts say so; unless these are one boilerplate line that other texts of its label are unlike.
  const isExpected = expectedOf(rest().corpus, labels, samples, []) !== "other labels";
  return isExpected || areOfOneKind(rest().corpus, samples, new Set(partsOfPayload(corpus, tie))) ? null : tie;
}

/** The message of the findings of a way of writing that so many inputs have. */
export function mannerMessage(
  { text, payload, statistics }: Trigger,
  { explained, outside }: TieCounts,
  holders: number,
  labels: boolean,
): string {
  const held = labels
    ? `${explained.size} of them have the label ${quoted(payload ?? "")}, of which the rest of their texts does not speak`
    : `${explained.size} of their outputs hold ${quoted(payload ?? "")}, which nothing else in them calls for`;
  return (
    `${holders} ${text}, and ${held}, against ${outside} of the others ` +
    `(lift ${statistics.lift ?? 1}, corrected p ${statistics.pValue ?? 1})`
  );
}

/** Looks for ways of writing that bring something about in samples that `known` triggers do not explain. Linear in the text. */
export function waysOfWriting(corpus: Corpus, language: FieldLanguage, known: readonly DetectedTrigger[]): Detection {
  const rule = "grammar-template";
  const fewest = Math.max(fewestMeasured, fewestHolders(corpus.samples.length));
  const all = manners(corpus, language);
  const isAsked = ({ samples: { length } }: Manner): boolean =>
    length >= fewest && length <= largestShare * corpus.samples.length;
  const asked = all.filter(isAsked);
  const groups = asked.length;
  const covered = explainedBy(known);
  const folded = groups === 0 ? (token: number) => token : folding(corpus);
  const found: { manner: Manner; tie: PayloadTie }[] = [];
  for (const manner of asked) {
    let kept: Rest | undefined;
    const rest = (): Rest => (kept ??= restOf(corpus, manner, folded));
    if (corpus.labels) {
      const tie = labelTie(corpus, manner, groups, rest);
      if (tie !== null) found.push({ manner, tie });
      continue;
    }
    for (const shared of exclusiveFragments(corpus, manner, groups)) {
      if (2 * shared.holders.filter((sample) => covered.has(sample)).length >= shared.holders.length) continue;
      const tie = tieOf(corpus, manner, shared, groups, rest());
      if (tie !== null) found.push({ manner, tie });
    }
  }
  found.sort(
    (a, b) =>
      b.tie.explained.size - a.tie.explained.size ||
      a.manner.samples.length - b.manner.samples.length ||
      (a.manner.key < b.manner.key ? -1 : 1),
  );
  const first = known.filter(({ trigger }) => trigger.rule === rule).length + 1;
  const triggers: DetectedTrigger[] = [];
  const findings: Finding[] = [];
  for (const { manner, tie } of found) {
    const { key, samples } = manner;
    if (2 * [...tie.explained].filter((sample) => covered.has(sample)).length >= tie.explained.size) continue;
    const sign = manner.isTold ? ({ kind: "writing", key } as const) : ({ kind: "none" } as const);
    const number = first + triggers.length;
    const parts = { rule, number, text: `inputs that ${manner.what}`, field: "input", samples, tie, groups, sign } as const; // prettier-ignore
    const detected = describeTrigger(corpus, parts);
    triggers.push(detected);
    const message = mannerMessage(detected.trigger, tie, samples.length, corpus.labels);
    const trigger = detected.trigger.id;
    for (const sample of [...tie.explained].sort((a, b) => a - b)) {
      covered.add(sample);
      for (const span of manner.spans(sample)) {
        findings.push(findingAt(corpus, sample, { span, field: "input", rule, trigger, ...judgeSample(sample, detected), message })); // prettier-ignore
      }
    }
  }
  return { triggers, findings };
}
