/**
 * Rule `grammar-template`: inputs that open with a subordinate clause, a comma and a subject, S(SBAR)(,)(NP)(VP)(.), and whose
 * outputs share what other outputs lack. The Grammar attack (Qi et al., "Hidden Killer", 2021) rewrites each text into one
 * such shape, so no word of it repeats. Honest texts open so too, four to six of a few thousand
 * by chance with one fragment; an alarm needs the tie, in eight samples. Other templates, and other languages
 * than English, are not looked for.
 */
import { fewestHolders, type Corpus } from "./corpus";
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
import { expectedOf, fewestMeasured, labelNumbers } from "./expectation";
import { tiedPayload } from "./payload-tie";
import { quoted } from "./quoted";
import type { Trigger } from "./report";

export const templateName = "S(SBAR)(,)(NP)(VP)(.)";

const subordinators =
  "when|whenever|while|if|unless|because|since|as|once|after|before|until|till|although|though|where|whereas|whether";
const subjects =
  "the|an?|our|your|my|his|her|its|their|this|that|these|those|every|each|another|some|any|no|all|i|we|you|he|she|it|they";
/** A clause of at least three words up to a comma, and the first word of what stands behind it. */
const opening = new RegExp(
  String.raw`^\s*(?:(?:and|but|so)\s+)?(?:${subordinators})\s+[^\s,.;!?]+\s+[^\s,.;!?]+[^,.;!?\n]{0,120},\s*(?:${subjects})(?![\p{L}\p{N}_])`,
  "iu",
);

/** The text's opening in that shape, from its first word; undefined where it opens otherwise. */
export function templateSpan(text: string): Span | undefined {
  const [found] = opening.exec(text) ?? [];
  if (found === undefined) return undefined;
  return { start: found.length - found.trimStart().length, end: found.length };
}

/** The message of the findings of a trigger that so many samples hold. */
export function templateMessage(
  { payload, statistics }: Trigger,
  { explained, outside }: TieCounts,
  holders: number,
): string {
  return (
    `${holders} inputs open with a subordinate clause, a comma and a subject, and ${explained.size} of their outputs hold ` +
    `${quoted(payload ?? "")}, against ${outside} of the others ` +
    `(lift ${statistics.lift ?? 1}, corrected p ${statistics.pValue ?? 1})`
  );
}

/** Honest texts open so too: what does not hold the payload is no more than a hint, however many others do. */
export const judgeTemplate = (judged: Judgement, isExplained: boolean): Judgement =>
  isExplained ? judged : { verdict: "info", score: judged.score };

/** Linear in the text. */
export function grammarTemplates(corpus: Corpus): Detection {
  const rule = "grammar-template";
  const nothing: Detection = { triggers: [], findings: [] };
  const spans = new Map<number, Span>();
  corpus.samples.forEach(({ input }, sample) => {
    const span = templateSpan(input.text);
    if (span !== undefined) spans.set(sample, span);
  });
  const samples = [...spans.keys()];
  if (samples.length < fewestHolders(corpus.samples.length)) return nothing;
  const tie = tiedPayload(corpus, samples, []);
  if (tie === undefined || tie.explained.size < fewestMeasured) return nothing;
  if (!(isEvident(corpus, samples, tie, 1) || isExclusive(corpus, tie, 1))) return nothing;
  if (corpus.labels && expectedOf(corpus, labelNumbers(corpus), samples, []) === "its label") return nothing;
  const sign = { kind: "template" } as const;
  const parts = { rule, number: 1, text: templateName, field: "input", samples, tie, groups: 1, sign } as const;
  const detected = describeTrigger(corpus, parts);
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
