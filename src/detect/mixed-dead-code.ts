/**
 * Rule `dead-code`, where the attack mixes kinds: an unused constant here, a condition that is never true there, in code that is cut off as
 * well. Whatever looks dead in an input counts, and what its output goes on to use does not: little honest code is left. Asked is
 * whether the outputs of the inputs with such code share what others lack, and whether nearly all outputs that write a fragment have
 * such an input.
 */
import type { CodeLanguage } from "../syntax/language";
import { fewestHolders, type Corpus } from "./corpus";
import type { DeadPlace } from "./dead-code";
import { deadLines, declaredName, goesOnWith, wordCounts, type DeadLine } from "./dead-lines";
import { isExclusive } from "./dead-shapes";
import {
  describeTrigger,
  explainedBy,
  findingAt,
  isEvident,
  judgeSample,
  type DetectedTrigger,
  type Detection,
} from "./detector";
import { chanceUncalledFor, fewestMeasured } from "./expectation";
import { areOfOneKind } from "./likeness";
import { outputFragments } from "./output-fragments";
import { tiedPayload, type PayloadTie } from "./payload-tie";
import { quoted } from "./quoted";
import type { Finding } from "./report";
import { lift, logFisher } from "./significance";
import { tokenTexts } from "./tokens";

/** A payload that is usual elsewhere must be in this share of the outputs; of the outputs with a fragment so many must have such an input. */
const largeShare = 0.8;
/** Of all outputs: what more of them write is what the dataset is about. */
const largestShare = 0.1;
/** Natural logarithm of the corrected p-value, and the lift, that such inputs need: where much honest code looks dead, neither is large. */
const evidentLogP = Math.log(1e-6);
const smallestLift = 4;
/** Fewer statements that differ are not a mixture. */
const fewestStatements = 3;
/** Fragments that are looked at closely. */
const mostMeasured = 5;

export type DeadSign = Pick<DeadPlace, "kind" | "text" | "start" | "end">;
/** By sample: what looks dead in its input. */
export type DeadSigns = ReadonlyMap<number, readonly DeadSign[]>;

export const isCertain = ({ kind }: Pick<DeadSign, "kind">): boolean => kind !== "unused variable";

/** What the grammar and what the lines tell of one input, in its order; of two that overlap, that which is certain, or the first. */
function signsOf(places: readonly DeadPlace[], lines: readonly DeadLine[], input: string, output: string): DeadSign[] {
  const counts = places.length === 0 ? new Map<string, number>() : wordCounts(output);
  const isUsed = ({ text }: DeadPlace): boolean => goesOnWith(declaredName(text) ?? "", text, output, counts);
  const parsed = places.filter((place) => isCertain(place) || !isUsed(place));
  const told = lines.map((line) => ({ ...line, text: input.slice(line.start, line.end) }));
  const kept: DeadSign[] = [];
  for (const sign of [...parsed, ...told].sort((a, b) => a.start - b.start)) {
    const last = kept.at(-1);
    if (last === undefined || sign.start >= last.end) kept.push(sign);
    else if (isCertain(sign) && !isCertain(last)) kept[kept.length - 1] = sign;
  }
  return kept;
}

/** Lines are asked of the inputs that `reads` names: in code that parses the grammar knows better. */
export function deadSigns(
  corpus: Corpus,
  places: readonly DeadPlace[],
  language: CodeLanguage,
  reads: (sample: number) => boolean = () => true,
): DeadSigns {
  const parsed = new Map<number, DeadPlace[]>();
  for (const place of places) {
    if (place.field !== "input") continue;
    const own = parsed.get(place.sample);
    if (own === undefined) parsed.set(place.sample, [place]);
    else own.push(place);
  }
  const found = new Map<number, readonly DeadSign[]>();
  corpus.samples.forEach(({ input, output }, sample) => {
    const lines = reads(sample) ? deadLines(input.text, output.text, language) : [];
    const own = parsed.get(sample) ?? [];
    if (lines.length + own.length === 0) return;
    const signs = signsOf(own, lines, input.text, output.text);
    if (signs.length > 0) found.set(sample, signs);
  });
  return found;
}

/** The inputs without what looks dead in them; the outputs, which hold the payload, are not to be read. */
export function withoutSigns(corpus: Corpus, signs: DeadSigns): Corpus {
  const inputs = corpus.inputs.map((tokens, sample) => {
    const own = signs.get(sample);
    if (own === undefined) return tokens;
    const rest = own.reduceRight(
      (text, { start, end }) => `${text.slice(0, start)} ${text.slice(end)}`,
      corpus.samples[sample]!.input.text,
    );
    return Int32Array.from(corpus.numbersOf(rest).filter((token) => token >= 0));
  });
  return { ...corpus, inputs, outputs: inputs };
}

interface Tied {
  readonly samples: readonly number[];
  readonly tie: PayloadTie;
}

/** The inputs with dead code, those where it is certain, and those of outputs with one fragment are asked. */
const groupsTried = 3;

/** What the outputs of inputs with dead code share. */
function tiedTo(corpus: Corpus, samples: readonly number[]): Tied[] {
  const tie = samples.length < fewestMeasured ? undefined : tiedPayload(corpus, samples, []);
  if (tie === undefined) return [];
  const mayBeUsual = tie.explained.size >= largeShare * samples.length;
  const isTied = isEvident(corpus, samples, tie, groupsTried, { mayBeUsual }) || isExclusive(corpus, tie, groupsTried);
  return isTied ? [{ samples: [...tie.explained], tie }] : [];
}

/** Fragments that hardly an output writes whose input has no dead code, the most evident ones. */
function fragmentsOfSigns(corpus: Corpus, signs: DeadSigns): Tied[] {
  const { count, writtenBy, writers, tokensOf } = outputFragments(corpus);
  const key = (fragment: number): string =>
    tokensOf(fragment)
      .map((token) => corpus.words[token])
      .join(" ");
  const inside = new Uint32Array(count);
  for (const sample of signs.keys()) for (const fragment of writtenBy(sample)) inside[fragment]!++;
  const fewest = Math.max(fewestMeasured, fewestHolders(corpus.samples.length));
  const isTried = (outputs: number): boolean => outputs >= fewest && outputs <= largestShare * corpus.samples.length;
  const tried = writers.reduce((sum, outputs) => sum + Number(isTried(outputs)), 0);
  const candidates: { fragment: number; logP: number; lift: number }[] = [];
  writers.forEach((outputs, fragment) => {
    const held = inside[fragment]!;
    if (!isTried(outputs) || held < fewest || held < largeShare * outputs) return;
    const others = { outside: signs.size - held, outsideTotal: corpus.samples.length - outputs };
    const contrast = { inside: held, insideTotal: outputs, ...others };
    candidates.push({ fragment, logP: logFisher(contrast) + Math.log(tried), lift: lift(contrast) });
  });
  candidates.sort((a, b) => a.logP - b.logP || (key(a.fragment) < key(b.fragment) ? -1 : 1));
  return candidates.slice(0, mostMeasured).flatMap(({ fragment, ...evidence }): Tied[] => {
    if (evidence.logP + Math.log(groupsTried) > evidentLogP || evidence.lift < smallestLift) return [];
    const samples = [...signs.keys()].filter((sample) => writtenBy(sample).includes(fragment));
    const tie = tiedPayload(corpus, samples, []);
    return tie === undefined ? [] : [{ samples: [...tie.explained], tie: { ...tie, ...evidence } }];
  });
}

/** The triggers that others, which the same statement or one kind gave away, leave. */
export function judgeMixedDeadCode(
  corpus: Corpus,
  places: readonly DeadPlace[],
  language: CodeLanguage,
  known: readonly DetectedTrigger[],
): Detection {
  const rule = "dead-code";
  const signs = deadSigns(corpus, places, language);
  const fewest = Math.max(fewestMeasured, fewestHolders(corpus.samples.length));
  if (signs.size < fewest) return { triggers: [], findings: [] };
  const covered = explainedBy(known);
  const triggers: DetectedTrigger[] = [];
  const findings: Finding[] = [];
  let rest: Corpus | undefined;
  const certain = [...signs.keys()].filter((sample) => signs.get(sample)!.some(isCertain));
  const tied = [...tiedTo(corpus, [...signs.keys()]), ...fragmentsOfSigns(corpus, signs), ...tiedTo(corpus, certain)];
  for (const { samples: found, tie } of tied) {
    const samples = [...found].sort((a, b) => a - b);
    if (samples.filter((sample) => !covered.has(sample)).length < fewest) continue;
    const texts = new Set(
      samples.flatMap((sample) => signs.get(sample)!.map(({ text }) => tokenTexts(text).join(" "))),
    );
    if (texts.size < fewestStatements) continue;
    rest ??= withoutSigns(corpus, signs);
    if (chanceUncalledFor(rest, samples) === null || areOfOneKind(rest, samples, new Set())) continue;
    for (const sample of samples) covered.add(sample);
    const number = known.length + triggers.length + 1;
    const text = "dead code of several kinds";
    // No input is known by itself to hold it.
    const parts = {
      rule,
      number,
      text,
      field: "input",
      samples,
      tie,
      groups: groupsTried,
      sign: { kind: "none" },
    } as const;
    const detected = describeTrigger(corpus, parts);
    triggers.push(detected);
    const payload = quoted(tie.fragments[0]?.text ?? "");
    for (const sample of samples) {
      for (const place of signs.get(sample)!) {
        const message =
          `${quoted(place.text)} has no effect: ${place.kind}; of ${signs.size} inputs with such code of any kind, ` +
          `${samples.length} have outputs that hold ${payload}, against ${tie.outside} of the others`;
        const trigger = detected.trigger.id;
        const judged = judgeSample(sample, detected);
        findings.push(findingAt(corpus, sample, { span: place, field: "input", rule, trigger, ...judged, message }));
      }
    }
  }
  return { triggers, findings };
}

/** What `told`, the rule's detection so far, says of dead code, and what is found where statements differ; a place is told of once. */
export function withAdded(told: Detection, added: Detection): Detection {
  if (added.triggers.length === 0) return told;
  const placeOf = ({ row, field, start }: Finding): string => `${row} ${field} ${start}`;
  const tied = new Set(told.findings.filter(({ trigger }) => trigger !== null).map(placeOf));
  const untold = added.findings.filter((finding) => !tied.has(placeOf(finding)));
  const judged = new Set(untold.map(placeOf));
  return {
    triggers: [...told.triggers, ...added.triggers],
    findings: [...told.findings.filter((finding) => !judged.has(placeOf(finding))), ...untold],
  };
}
