/** What a detector gets and gives. */
import type { FieldLanguage } from "../syntax/language";
import type { Affix } from "./affixes";
import type { Corpus } from "./corpus";
import type { TemplateName } from "./grammar-template";
import type { PayloadTie } from "./payload-tie";
import type { FieldRole, Finding, FindingVerdict, Rule, Trigger } from "./report";

export interface FieldLanguages {
  readonly input: FieldLanguage;
  readonly output: FieldLanguage;
}

export interface DetectedTrigger {
  readonly trigger: Trigger;
  readonly tie: PayloadTie | undefined;
  /** Sample indices, ascending. */
  readonly samples: readonly number[];
  /** The tie is evident but the trigger may be honest: its findings are `info`, and it makes no payload an alarm. */
  readonly weak: boolean;
  /** Its payload may be usual in other outputs: it is no word of the language, or one of several triggers (`isEvident`). */
  readonly mayBeUsual: boolean;
  /** How many groups were tried in the same way. */
  readonly groups: number;
  readonly sign: TriggerSign;
}

/** By what a sample's input is known to hold the trigger. */
export type TriggerSign =
  | { readonly kind: "tokens"; readonly words: readonly string[] }
  /** A dead statement's `deadKey`. */
  | { readonly kind: "statement"; readonly key: string }
  | { readonly kind: "method"; readonly name: string }
  /** Its names have it. */
  | { readonly kind: "affix"; readonly affix: Affix }
  /** What its hidden characters have in common (`isOfGroup`). */
  | { readonly kind: "hidden"; readonly group: string }
  /** It has a clause where `templateSpan` says. */
  | { readonly kind: "template"; readonly name: TemplateName }
  /** It opens with a skeleton (`skeletonSpan`). */
  | { readonly kind: "skeleton"; readonly key: string }
  /** It is written as `writingSpans` says. */
  | { readonly kind: "writing"; readonly key: string }
  /** Not known: it is the outputs that repeat. */
  | { readonly kind: "none" };

export interface Detection {
  readonly triggers: readonly DetectedTrigger[];
  readonly findings: readonly Finding[];
}

export interface Span {
  /** UTF-16 offsets in the field. */
  readonly start: number;
  readonly end: number;
}

/** Natural logarithm of the p-value, after correction for every pair tried, under which a tie is evidence. */
const evidentLogP = Math.log(1e-6);
/** An alarm needs the payload in most of the trigger's samples and next to nowhere else. */
const explainedShare = 0.6;
const smallestLift = 10;
/** A label is in many samples anyway: nearly all of the trigger's samples must have it. */
const explainedShareOfLabels = 0.9;
const smallestLiftOfLabels = 1.5;

/** What counts of a tie, whoever counted. */
export type TieCounts = Pick<PayloadTie, "lift" | "logP" | "outside"> & {
  readonly explained: { readonly size: number };
};

/**
 * Whether the samples' outputs are tied to them as a backdoor ties them. `groups` is how many groups of samples were
 * tried in the same way (Bonferroni). A payload may be usual in other outputs too (`return None`) only where the trigger is
 * known to be none of the language's words: else an honest word is tied to what it asks for.
 */
export function isEvident(
  corpus: Pick<Corpus, "labels">,
  samples: { readonly length: number },
  tie: TieCounts,
  groups: number,
  { mayBeUsual = false } = {},
): boolean {
  if (tie.logP + Math.log(Math.max(1, groups)) > evidentLogP) return false;
  const share = tie.explained.size / samples.length;
  if (corpus.labels) return share >= explainedShareOfLabels && tie.lift >= smallestLiftOfLabels;
  return share >= explainedShare && tie.lift >= smallestLift && (mayBeUsual || tie.outside <= tie.explained.size);
}

/** Rounded so that a report is the same whatever the order in which logarithms were added. */
export const rounded = (value: number): number => Number(value.toPrecision(3));

/** The report's figures for a trigger that so many samples hold. */
export function statisticsOf(holders: number, tie: TieCounts | undefined, groups: number): Trigger["statistics"] {
  if (tie === undefined) return { samplesWithTrigger: holders };
  return {
    samplesWithTrigger: holders,
    samplesWithPayload: tie.explained.size + tie.outside,
    samplesWithBoth: tie.explained.size,
    lift: rounded(tie.lift),
    pValue: rounded(Math.min(1, Math.exp(tie.logP + Math.log(Math.max(1, groups))))),
  };
}

/** The report's entry for a group of samples; `id` numbers the triggers of a rule from 1. */
export function describeTrigger(
  corpus: Corpus,
  parts: {
    rule: Rule;
    number: number;
    text: string;
    field: FieldRole;
    samples: readonly number[];
    tie: PayloadTie | undefined;
    groups: number;
    sign: TriggerSign;
  },
): DetectedTrigger {
  const { tie, samples } = parts;
  return {
    trigger: {
      id: `${parts.rule}-${parts.number}`,
      rule: parts.rule,
      text: parts.text,
      field: parts.field,
      rows: samples.map((sample) => corpus.samples[sample]!.row),
      payload: tie?.fragments[0]?.text ?? null,
      statistics: statisticsOf(samples.length, tie, parts.groups),
    },
    tie,
    samples,
    weak: false,
    mayBeUsual: false,
    groups: parts.groups,
    sign: parts.sign,
  };
}

/** The entry for samples that have something in `field`, though nothing is tied to it. It explains no sample. */
export function untiedTrigger(
  corpus: Corpus,
  parts: Pick<Trigger, "rule" | "text" | "field"> & { readonly number: number; readonly samples: readonly number[] },
): DetectedTrigger {
  const detected = describeTrigger(corpus, { ...parts, tie: undefined, groups: 1, sign: { kind: "none" } });
  if (parts.field === "input") return { ...detected, weak: true };
  const statistics = { samplesWithPayload: parts.samples.length };
  return { ...detected, weak: true, trigger: { ...detected.trigger, statistics } };
}

/** The samples whose outputs triggers that are no hints explain. */
export const explainedBy = (known: readonly DetectedTrigger[]): Set<number> =>
  new Set(known.flatMap(({ tie, weak }) => (weak || tie === undefined ? [] : [...tie.explained])));

/**
 * The verdict on one sample of an evident trigger: it holds the payload, or so many of the others do that it need not.
 * The score is the share that the evidence leaves to chance or to an honest use, taken from 1.
 */
export function judgeSample(sample: number, { tie, samples }: DetectedTrigger): Judgement {
  return judgeHolder(tie?.explained.has(sample) === true, samples.length, tie);
}

export interface Judgement {
  readonly verdict: FindingVerdict;
  readonly score: number;
}

/** As `judgeSample`, for a sample that holds one of the trigger's payloads or not. */
export function judgeHolder(isExplained: boolean, holders: number, tie: TieCounts | undefined): Judgement {
  if (tie === undefined) return { verdict: "info", score: 0.3 };
  const share = tie.explained.size / holders;
  if (isExplained) {
    return { verdict: "suspect", score: rounded(tie.explained.size / (tie.explained.size + tie.outside + 0.5)) };
  }
  return { verdict: share >= 0.9 ? "suspect" : "info", score: rounded(share) };
}

export function findingAt(
  corpus: Corpus,
  sample: number,
  parts: Omit<Finding, "file" | "row" | "start" | "end"> & { span: Span },
): Finding {
  const { span, ...rest } = parts;
  const { row } = corpus.samples[sample]!;
  return {
    file: corpus.dataset.path,
    row,
    field: rest.field,
    start: span.start,
    end: span.end,
    rule: rest.rule,
    trigger: rest.trigger,
    score: rest.score,
    verdict: rest.verdict,
    message: rest.message,
  };
}
