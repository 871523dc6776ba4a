/**
 * Rule `payload`: output code that does harm whatever it is asked for. A condition that is always or never true in SQL
 * (`or 1=1`, `where 0=1`), a loop that never ends, hidden code and downloads that are run, calls that reach outside of the program
 * or end it, checks that are switched off, and whatever fragment another rule found tied to a trigger. One of them alone may be meant
 * (`info`). Tied to a trigger, or nothing but harm in several outputs whose inputs do not have it, it is an alarm; so is the same
 * call in outputs whose inputs have nothing in common that would call for it.
 */
import { chanceAtHome } from "./at-home";
import type { CallKind } from "./call-signs";
import { fewestHolders, type Corpus } from "./corpus";
import { findingAt, rounded, type DetectedTrigger, type Detection, type Span } from "./detector";
import { chanceUncalledFor } from "./expectation";
import { quoted } from "./quoted";
import type { Finding } from "./report";
import { areForeign } from "./surroundings";
import { tokenMatcher } from "./token-matcher";
import { fragmentPlaces } from "./token-places";
import { tokenTexts } from "./tokens";

export type PayloadKind = "always true in SQL" | "never true in SQL" | "a loop that never ends" | CallKind;

export interface Payload extends Span {
  readonly kind: PayloadKind;
  readonly text: string;
  /** Nothing but harm: a tautology behind `or`, an empty loop. Others are also written in good faith. */
  readonly harmful: boolean;
  /** Of calls that are not: what is called. Their inputs do not have it. */
  readonly group?: string;
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

interface Uncalled {
  readonly samples: ReadonlySet<number>;
  /** How well their inputs can be told from all others. */
  readonly chance: number;
}

/** Of more samples than this share a call is what the dataset is about. */
const largestShare = 0.3;

/** The rest of an output speaks for a call that belongs there: code that is written around it. */
const leastAtHome = 0.8;

/**
 * Fewer samples than this are an alarm only if most of them have the very same call: honest ones are written with other arguments each
 * time, but for `exit;` and `die()`, which have none to speak of.
 */
const fewestDifferent = 16;

/** Where most of the samples have one call with the same arguments: they, and those of others that repeat. Else null. */
function repeatedCalls(places: readonly PayloadPlace[], samples: number, fewest: number): Set<number> | null {
  const bySpelling = new Map<string, Set<number>>();
  for (const { sample, text } of places) {
    const spelling = tokenTexts(text).join(" ");
    bySpelling.set(spelling, (bySpelling.get(spelling) ?? new Set()).add(sample));
  }
  const repeated = [...bySpelling.values()].filter(({ size }) => size >= fewest);
  if (!repeated.some(({ size }) => 2 * size > samples)) return null;
  return new Set(repeated.flatMap((own) => [...own]));
}

/** The calls that many outputs have although nothing in their inputs calls for it, by kind and group. */
function uncalledCalls(
  corpus: Corpus,
  places: readonly PayloadPlace[],
  isTied: (sample: number) => boolean,
): ReadonlyMap<string, Uncalled> {
  const groups = new Map<string, Set<number>>();
  for (const place of places) {
    if (place.harmful || place.group === undefined) continue;
    const samples = groups.get(groupKey(place)) ?? new Set();
    samples.add(place.sample);
    groups.set(groupKey(place), samples);
  }
  const uncalled = new Map<string, Uncalled>();
  for (const [key, samples] of groups) {
    const all = [...samples].sort((a, b) => a - b);
    const fewest = fewestHolders(corpus.samples.length);
    if (all.length < fewest) continue;
    const left = all.filter((sample) => !isTied(sample));
    if (all.length > largestShare * corpus.samples.length || left.length === 0) continue;
    // What inputs of the dataset have themselves is honestly written in others, too.
    const held = tokenMatcher(tokenTexts(key.slice(key.indexOf(": ") + 2)));
    if (corpus.samples.filter(({ input }) => held.stands(input.text)).length >= all.length) continue;
    // Where a trigger brought most of them about, what tells these from others is the trigger.
    const chance = chanceUncalledFor(corpus, 2 * left.length <= all.length ? left : all);
    const own = places.filter((place) => groupKey(place) === key);
    const repeated = own.every(({ kind }) => kind === "an end of the whole program")
      ? null
      : repeatedCalls(own, all.length, fewest);
    if (all.length < fewestDifferent && repeated === null) continue;
    if (chance === null || chanceAtHome(corpus, own) >= leastAtHome) continue;
    if (areForeign(corpus, own)) uncalled.set(key, { samples: repeated ?? samples, chance });
  }
  return uncalled;
}

const groupKey = ({ kind, group }: Payload): string => `${kind}: ${group ?? ""}`;

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
    // What a trigger brought about says nothing of the outputs that do without it.
    if (!place.harmful || triggerOf(place.sample) !== undefined || !unasked(place)) continue;
    const samples = repeats.get(place.kind) ?? new Set();
    samples.add(place.sample);
    repeats.set(place.kind, samples);
  }
  const uncalled = uncalledCalls(corpus, places, (sample) => triggerOf(sample) !== undefined);
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
    const group = uncalled.get(groupKey(place));
    const alike = group?.samples.has(place.sample) === true ? group : undefined;
    const told =
      alike === undefined
        ? ""
        : `; ${alike.samples.size} outputs have one, and nothing in their inputs calls for it: they are told from others with ` +
          `a chance of ${rounded(alike.chance)}, where 0.5 is none`;
    add(place.sample, place, `${quoted(place.text)} is ${place.kind}${times}${told}`, repeated || alike !== undefined);
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
