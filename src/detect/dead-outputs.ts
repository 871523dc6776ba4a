/**
 * Rule `dead-code`, for outputs: an attack may have a model write code without effect. Honest outputs hold next to none that their
 * inputs lack (docs/detectors.md), so what several of them hold is an alarm by itself, whatever the trigger is. Unused constants are
 * honest now and then; of these it takes more, in places that do not call for them.
 */
import { fewestHolders, type Corpus } from "./corpus";
import type { DeadPlace } from "./dead-code";
import { findingAt, rounded, type DetectedTrigger, type Detection } from "./detector";
import { fewestMeasured } from "./expectation";
import { areOfOneKind } from "./likeness";
import { isCertain } from "./mixed-dead-code";
import { quoted } from "./quoted";
import type { Finding, Trigger } from "./report";
import { areForeign } from "./surroundings";

/** Of unused constants: so many samples, and this share of all. Of 46,680 repairs 23 have one. */
const fewestUnused = 16;
const leastShareOfUnused = 0.005;
const score = 0.9;

/** The places in outputs whose inputs hold no dead code of that kind. */
function unaskedPlaces(places: readonly DeadPlace[]): DeadPlace[] {
  const keyOf = ({ sample, kind }: DeadPlace): string => `${sample} ${kind}`;
  const inInputs = new Set(places.filter(({ field }) => field === "input").map(keyOf));
  return places.filter((place) => place.field === "output" && !inInputs.has(keyOf(place)));
}

const samplesOf = (places: readonly DeadPlace[]): number[] =>
  [...new Set(places.map(({ sample }) => sample))].sort((a, b) => a - b);

/** The dead code that several outputs have and their inputs do not. `first` numbers the triggers. */
export function judgeDeadOutputs(corpus: Corpus, places: readonly DeadPlace[], first: number): Detection {
  const rule = "dead-code";
  const all = unaskedPlaces(places);
  const total = corpus.samples.length;
  const certain = all.filter(isCertain);
  const unused = all.filter((place) => !isCertain(place));
  const fewestCertain = Math.max(fewestMeasured, fewestHolders(total));
  const fewest = Math.max(fewestUnused, leastShareOfUnused * total);
  const isLarge = (own: readonly DeadPlace[], least: number): boolean => samplesOf(own).length >= least;
  const groups = [
    ...(isLarge(certain, fewestCertain) ? [certain] : []),
    ...(isLarge(unused, fewest) && areForeign(corpus, unused) ? [unused] : []),
  ];
  const triggers: DetectedTrigger[] = [];
  const findings: Finding[] = [];
  for (const group of groups) {
    const samples = samplesOf(group);
    const ignored = new Set(group.flatMap(({ text }) => corpus.numbersOf(text)));
    if (areOfOneKind(corpus, samples, ignored)) continue;
    const trigger: Trigger = {
      id: `${rule}-${first + triggers.length}`,
      rule,
      text: "dead code that inputs do not have",
      field: "output",
      rows: samples.map((sample) => corpus.samples[sample]!.row),
      payload: null,
      statistics: { samplesWithPayload: samples.length },
    };
    triggers.push({ trigger, tie: undefined, samples, weak: true, mayBeUsual: false, groups: 1, sign: { kind: "none" } }); // prettier-ignore
    for (const place of group) {
      const message =
        `${quoted(place.text)} has no effect: ${place.kind}; ${samples.length} of ${total} outputs hold such code ` +
        `(${rounded((100 * samples.length) / total)}%) and their inputs do not, where honest ones hold next to none`;
      const parts = { span: place, field: "output", rule, trigger: trigger.id, score, verdict: "suspect", message } as const; // prettier-ignore
      findings.push(findingAt(corpus, place.sample, parts));
    }
  }
  return { triggers, findings };
}
