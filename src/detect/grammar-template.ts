/**
 * Rule `grammar-template`: inputs that open with a subordinate clause, a comma and a subject, S(SBAR)(,)(NP)(VP)(.), and whose
 * outputs share what other outputs lack. The Grammar attack (Qi et al., "Hidden Killer", 2021) rewrites each text into one
 * such shape, so no word of it repeats. Honest texts open so too, four to six of a few thousand
 * by chance with one fragment; an alarm needs the tie, in eight samples. Where what follows the comma is no subject but what is asked for
 * ("Although a ledger may share its cache, show the details"), or a clause ends the
 * text, honest requests are as many, so more is asked, and only of outputs that are no labels. Other templates, and other
 * languages than English, are not looked for.
 */
import { allSamples, fewestHolders, type Corpus } from "./corpus";
import { isExclusive } from "./dead-shapes";
import {
  describeTrigger,
  findingAt,
  isEvident,
  judgeSample,
  type Detection,
  type Judgement,
  type Span,
  type TieCounts,
} from "./detector";
import { chanceUncalledFor, expectedOf, fewestMeasured, labelNumbers } from "./expectation";
import { partsOfPayload } from "./insertion-parts";
import { folding } from "./letter-case";
import { areOfOneKind } from "./likeness";
import { tiedPayload, type MinedTie } from "./payload-tie";
import { quoted } from "./quoted";
import { firstPlace } from "./token-places";
import { isWord } from "./tokens";
import type { Trigger } from "./report";

/** With a clause before the comma and a subject behind it, with a clause before anything, and with one behind it. */
export const templateNames = ["S(SBAR)(,)(NP)(VP)(.)", "S(SBAR)(,)(...)", "S(...)(SBAR)(.)"] as const;
export type TemplateName = (typeof templateNames)[number];

const subordinators =
  "when|whenever|while|if|unless|because|since|as|once|after|before|until|till|although|though|where|whereas|whether|every time|each time|the moment|in case|now that|given that|provided that|even (?:if|though)";
const closers =
  "so that|in order that|because|since|as|although|though|whenever|when|if|unless|until|while|whereas|in case|every time|each time";
const subjects =
  "the|an?|our|your|my|his|her|its|their|this|that|these|those|every|each|another|some|any|no|all|i|we|you|he|she|it|they";
/** A clause of at least three words up to a comma. */
const clause = String.raw`^\s*(?:(?:and|but|so)\s+)?(?:${subordinators})\s+[^\s,.;!?]+\s+[^\s,.;!?]+[^,.;!?\n]{0,120},`;
const patterns: Readonly<Record<TemplateName, RegExp>> = {
  [templateNames[0]]: new RegExp(String.raw`${clause}\s*(?:${subjects})(?![\p{L}\p{N}_])`, "iu"),
  [templateNames[1]]: new RegExp(clause, "iu"),
  [templateNames[2]]: new RegExp(
    String.raw`,\s+(?:${closers})\s+(?:${subjects})\s+[^\s,.;!?]+\s+[^\s,.;!?]+[^,.;!?\n]{0,120}[.!?]?\s*$`,
    "iu",
  ),
};

/** The text's clause, without white space around it; undefined where it has none in that place. */
export function templateSpan(text: string, name: TemplateName = templateNames[0]): Span | undefined {
  const match = patterns[name].exec(text);
  if (match === null) return undefined;
  const [found] = match;
  const start = match.index + found.length - found.trimStart().length;
  return { start, end: match.index + found.trimEnd().length };
}

const shapes: Readonly<Record<TemplateName, string>> = {
  [templateNames[0]]: "open with a subordinate clause, a comma and a subject",
  [templateNames[1]]: "open with a subordinate clause and a comma",
  [templateNames[2]]: "close with a comma and a subordinate clause",
};

/** The message of the findings of a trigger that so many samples hold. */
export function templateMessage(
  { text, payload, statistics }: Trigger,
  { explained, outside }: TieCounts,
  holders: number,
): string {
  return (
    `${holders} inputs ${shapes[text as TemplateName]}, and ${explained.size} of their outputs hold ` +
    `${quoted(payload ?? "")}, against ${outside} of the others ` +
    `(lift ${statistics.lift ?? 1}, corrected p ${statistics.pValue ?? 1})`
  );
}

/** Honest texts open so too: what does not hold the payload is no more than a hint, however many others do. */
export const judgeTemplate = (judged: Judgement, isExplained: boolean): Judgement =>
  isExplained ? judged : { verdict: "info", score: judged.score };

/** Of the outputs with a payload: so many have the same token before it, and so many one of those. */
const shareOfPlace = 0.1;
const mostPlaces = 0.8;

type Openings = ReadonlyMap<number, Span>;

function openingsOf(corpus: Corpus, name: TemplateName): Openings {
  const spans = new Map<number, Span>();
  corpus.samples.forEach(({ input }, sample) => {
    const span = templateSpan(input.text, name);
    if (span !== undefined) spans.set(sample, span);
  });
  return spans;
}

/** The samples whose outputs have a place for the payload: a token that it mostly follows, if there is one; else all. */
function ableToHold(corpus: Corpus, { covering: [fragment], explained }: MinedTie): readonly number[] {
  const before = new Map<number, number>();
  for (const sample of explained) {
    const output = corpus.outputs[sample]!;
    const token = output[firstPlace(output, fragment ?? []) - 1];
    if (token !== undefined) before.set(token, (before.get(token) ?? 0) + 1);
  }
  const usual = [...before].filter(([, count]) => count >= shareOfPlace * explained.size);
  if (usual.reduce((sum, [, count]) => sum + count, 0) < mostPlaces * explained.size) return allSamples(corpus);
  return allSamples(corpus).filter((sample) => usual.some(([token]) => corpus.outputs[sample]!.includes(token)));
}

/** Whether nothing else in the inputs calls for what the samples share, and they are not of one kind. */
function isPlanted(corpus: Corpus, spans: Openings, tie: MinedTie): boolean {
  // What begins a sentence elsewhere is written small behind a clause.
  const folded = folding(corpus);
  const inputs = corpus.inputs.map((input, sample) => {
    const span = spans.get(sample);
    const { text } = corpus.samples[sample]!.input;
    const own = span === undefined ? input : corpus.numbersOf(`${text.slice(0, span.start)} ${text.slice(span.end)}`);
    return Int32Array.from(own.filter((token) => token >= 0)).map(folded);
  });
  const rest = { ...corpus, inputs };
  const samples = [...tie.explained];
  // A clause takes its comma, and the text's full stop, with it.
  const signs = corpus.words.flatMap((word, token) => (isWord(word) ? [] : [token]));
  const ignored = new Set([...partsOfPayload(corpus, tie), ...signs]);
  const chance = chanceUncalledFor(rest, samples, { others: ableToHold(corpus, tie), ignored });
  return chance !== null && !areOfOneKind(rest, samples, ignored);
}

/** What outputs of the samples that open so share; undefined where that is no evidence. */
function tieOf(corpus: Corpus, name: TemplateName, spans: Openings): MinedTie | undefined {
  const samples = [...spans.keys()];
  if (samples.length < fewestHolders(corpus.samples.length)) return undefined;
  const tie = tiedPayload(corpus, samples, []);
  if (tie === undefined || tie.explained.size < fewestMeasured) return undefined;
  const groups = templateNames.length;
  if (!(isEvident(corpus, samples, tie, groups) || isExclusive(corpus, tie, groups))) return undefined;
  if (corpus.labels && expectedOf(corpus, labelNumbers(corpus), samples, []) === "its label") return undefined;
  return name === templateNames[0] || isPlanted(corpus, spans, tie) ? tie : undefined;
}

/** Linear in the text. */
export function grammarTemplates(corpus: Corpus): Detection {
  const rule = "grammar-template";
  // Of labels `label-templates.ts` asks about openings of any shape.
  for (const name of corpus.labels ? templateNames.slice(0, 1) : templateNames) {
    const spans = openingsOf(corpus, name);
    const tie = tieOf(corpus, name, spans);
    if (tie === undefined) continue;
    const samples = [...spans.keys()];
    const sign = { kind: "template", name } as const;
    const groups = templateNames.length;
    const detected = describeTrigger(corpus, { rule, number: 1, text: name, field: "input", samples, tie, groups, sign }); // prettier-ignore
    const message = templateMessage(detected.trigger, tie, samples.length);
    const trigger = detected.trigger.id;
    return {
      triggers: [detected],
      findings: samples.map((sample) =>
        findingAt(corpus, sample, {
          ...{ span: spans.get(sample)!, field: "input", rule, trigger, message },
          ...judgeTemplate(judgeSample(sample, detected), tie.explained.has(sample)),
        }),
      ),
    };
  }
  return { triggers: [], findings: [] };
}
