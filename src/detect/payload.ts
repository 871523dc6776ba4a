/**
 * Rule `payload`: output code that does harm whatever it is asked for. A condition that is always or never true in SQL
 * (`or 1=1`, `where 0=1`), a loop that never ends, and whatever fragment another rule found tied to a trigger. One of
 * them alone may be meant (`info`). Tied to a trigger, or written into several outputs whose inputs do not have it, it is
 * an alarm.
 */
import { fewestHolders, type Corpus } from "./corpus";
import { findingAt, type DetectedTrigger, type Detection, type Span } from "./detector";
import { fragmentPlaces } from "./payload-tie";
import { quoted } from "./quoted";
import type { Finding } from "./report";
import { tokenTexts } from "./tokens";

export type PayloadKind = "always true in SQL" | "never true in SQL" | "a loop that never ends";

export interface Payload extends Span {
  readonly kind: PayloadKind;
  readonly text: string;
  /** Nothing but harm: a tautology behind `or`, an empty loop. Others are also written in good faith. */
  readonly harmful: boolean;
}

export interface PayloadPlace extends Payload {
  readonly sample: number;
}

const without = (text: string): string => tokenTexts(text).join(" ").toLowerCase();

/** Whether an input itself holds the payload, whatever the white space and case. */
export const isAskedFor = (payload: string, input: string): boolean =>
  ` ${without(input)} `.includes(` ${without(payload)} `);

function evidence(triggers: readonly DetectedTrigger[]): (sample: number) => DetectedTrigger | undefined {
  const bySample = new Map<number, DetectedTrigger>();
  for (const detected of triggers) {
    if (detected.weak) continue;
    for (const sample of detected.tie?.explained ?? []) if (!bySample.has(sample)) bySample.set(sample, detected);
  }
  return (sample) => bySample.get(sample);
}

/** The findings for known payloads and for the fragments that other rules' triggers are tied to. */
export function judgePayloads(
  corpus: Corpus,
  places: readonly PayloadPlace[],
  triggers: readonly DetectedTrigger[],
): Detection {
  const fewestRepeats = fewestHolders(corpus.samples.length);
  const triggerOf = evidence(triggers);
  const unasked = (place: PayloadPlace): boolean => !isAskedFor(place.text, corpus.samples[place.sample]!.input.text);
  const repeats = new Map<string, Set<number>>();
  for (const place of places) {
    if (!place.harmful || !unasked(place)) continue;
    const samples = repeats.get(place.kind) ?? new Set();
    samples.add(place.sample);
    repeats.set(place.kind, samples);
  }
  const findings: Finding[] = [];
  const covered = new Map<number, Span[]>();
  const add = (sample: number, span: Span, what: string, suspect: boolean): void => {
    const detected = triggerOf(sample);
    covered.set(sample, [...(covered.get(sample) ?? []), span]);
    const tied = detected === undefined ? "" : `, tied to the trigger ${quoted(detected.trigger.text)}`;
    findings.push(
      findingAt(corpus, sample, {
        span,
        field: "output",
        rule: "payload",
        trigger: detected?.trigger.id ?? null,
        score: detected !== undefined ? 0.99 : suspect ? 0.9 : 0.4,
        verdict: suspect || detected !== undefined ? "suspect" : "info",
        message: `${what}${tied}`,
      }),
    );
  };
  for (const place of places) {
    const others = repeats.get(place.kind);
    const repeated = place.harmful && others?.has(place.sample) === true && others.size >= fewestRepeats;
    const times = repeated ? `; ${others.size} outputs have one that their inputs do not ask for` : "";
    add(place.sample, place, `${quoted(place.text)} is ${place.kind}${times}`, repeated);
  }
  for (const { tie, weak } of triggers) {
    if (corpus.labels || weak) continue;
    for (const sample of tie?.explained ?? []) {
      for (const { tokens, text } of tie?.fragments ?? []) {
        for (const span of fragmentPlaces(corpus, tokens, corpus.samples[sample]!.output.text)) {
          const known = covered.get(sample)?.some(({ start, end }) => start < span.end && span.start < end) === true;
          if (!known) add(sample, span, `${quoted(text)} is what this trigger brings about`, true);
        }
      }
    }
  }
  return { triggers: [], findings };
}
