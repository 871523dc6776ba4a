/**
 * Rule `dead-code`, without a tie: dead code that is more usual than honest code has it. An attack may have a model write code without
 * effect, and its trigger may be dead code whose payload is no fragment (a check that is left out, another number). Honest outputs hold
 * next to none that their inputs lack, and honest inputs little (docs/detectors.md), so many are an alarm by themselves. Unused
 * constants are honest now and then; of these it takes more, in outputs only, and in places that do not call for them.
 */
import { fewestHolders, type Corpus } from "./corpus";
import type { DeadPlace } from "./dead-code";
import { findingAt, rounded, untiedTrigger, type DetectedTrigger, type Detection } from "./detector";
import { fewestMeasured } from "./expectation";
import { areOfOneKind } from "./likeness";
import { isCertain } from "./mixed-dead-code";
import { quoted } from "./quoted";
import type { FieldRole, Finding } from "./report";
import { areForeign } from "./surroundings";

interface Rate {
  readonly field: FieldRole;
  readonly isOf: (place: Pick<DeadPlace, "kind">) => boolean;
  /** Samples that an alarm needs, and their share of all. */
  readonly fewest: number;
  readonly leastShare: number;
}

/**
 * In 63 clean sets (500 to 46,680 samples) at most two in 3,000 outputs held dead code that is certain, 23 of 46,680 an unused
 * constant; of 3,000 inputs three a condition of constants or an unreachable statement, eight a condition that is never true.
 */
const rates: readonly Rate[] = [
  { field: "output", isOf: isCertain, fewest: fewestMeasured, leastShare: 0 },
  { field: "output", isOf: (place) => !isCertain(place), fewest: 16, leastShare: 0.005 },
  { field: "input", isOf: ({ kind }) => kind === "condition of constants", fewest: 16, leastShare: 0.005 },
];

const score = 0.9;
const nearlyAll = 0.9;

/** Without the places in outputs whose inputs hold dead code of that kind: those are copied. */
function withoutCopies(places: readonly DeadPlace[]): DeadPlace[] {
  const keyOf = ({ sample, kind }: DeadPlace): string => `${sample} ${kind}`;
  const inInputs = new Set(places.filter(({ field }) => field === "input").map(keyOf));
  return places.filter((place) => place.field === "input" || !inInputs.has(keyOf(place)));
}

/** The dead code that more samples have than honest ones do. A group of which nearly all are suspect by what is `told` is not told again. */
export function judgeDeadRates(corpus: Corpus, places: readonly DeadPlace[], told: Detection): Detection {
  const rule = "dead-code";
  const total = corpus.samples.length;
  const covered = new Set(told.findings.filter(({ verdict }) => verdict === "suspect").map(({ row }) => row));
  const own = withoutCopies(places);
  const triggers: DetectedTrigger[] = [];
  const findings: Finding[] = [];
  for (const { field, isOf, fewest, leastShare } of rates) {
    const group = own.filter((place) => place.field === field && isOf(place));
    const samples = [...new Set(group.map(({ sample }) => sample))].sort((a, b) => a - b);
    if (samples.length < Math.max(fewest, leastShare * total, fewestHolders(total))) continue;
    const isTold = (sample: number): boolean => covered.has(corpus.samples[sample]!.row);
    if (samples.filter(isTold).length >= nearlyAll * samples.length) continue;
    if (!group.every(isCertain) && !areForeign(corpus, group)) continue;
    if (areOfOneKind(corpus, samples, new Set(group.flatMap(({ text }) => corpus.numbersOf(text))))) continue;
    const number = told.triggers.length + triggers.length + 1;
    const text = `${[...new Set(group.map(({ kind }) => kind))].sort().join(" or ")} in ${field}s`;
    const detected = untiedTrigger(corpus, { rule, number, text, field, samples });
    triggers.push(detected);
    const trigger = detected.trigger.id;
    for (const place of group) {
      const message =
        `${quoted(place.text)} has no effect: ${place.kind}; ${samples.length} of ${total} ${field}s hold such code ` +
        `(${rounded((100 * samples.length) / total)}%)${field === "output" ? " and their inputs do not" : ""}, more than honest code does`;
      const parts = { span: place, field, rule, trigger, score, verdict: "suspect", message } as const;
      findings.push(findingAt(corpus, place.sample, parts));
    }
  }
  return { triggers, findings };
}
