/**
 * Rule `dead-code`: statements that can have no effect. A local variable that gets a constant and is never read, a
 * condition that is never true, a statement after one that leaves the block. The published DeadCode attack inserts one
 * such statement (`int VAR = 0;`) at a random place. One alone is a matter of style (`info`); the same one in many
 * samples whose outputs share what other outputs lack is a trigger.
 */
import { fewestHolders, type Corpus } from "./corpus";
import { judgeDeadShapes } from "./dead-shapes";
import type { DeadStatement } from "./dead-statements";
import {
  describeTrigger,
  findingAt,
  isEvident,
  judgeSample,
  type DetectedTrigger,
  type Detection,
  type TieCounts,
} from "./detector";
import { partsOfPayload } from "./insertion-parts";
import { isFlipped } from "./label-evidence";
import { areOfOneKind } from "./likeness";
import { tiedPayload } from "./payload-tie";
import { quoted } from "./quoted";
import type { FieldRole, Finding, Trigger } from "./report";
import { tokenTexts } from "./tokens";

export interface DeadPlace extends DeadStatement {
  readonly sample: number;
  readonly field: FieldRole;
}

/** What makes two statements the same: the field and the tokens. */
export const deadKey = ({ field, text }: Pick<DeadPlace, "field" | "text">): string =>
  `${field}\n${tokenTexts(text).join(" ")}`;

/** The message of a statement's findings; `first` is the first of those that are the same. */
export function deadMessage(
  { text, kind, field }: Pick<DeadPlace, "text" | "kind" | "field">,
  tied: { readonly trigger: Trigger; readonly tie: TieCounts; readonly holders: number } | null,
): string {
  const effect = `${quoted(text)} has no effect: ${kind}`;
  if (tied === null) return effect;
  const { trigger, tie, holders } = tied;
  return (
    `${effect}; the same stands in ${holders} ${field}s, and ${tie.explained.size} of their outputs hold ` +
    `${quoted(trigger.payload ?? "")}, against ${tie.outside} of the others ` +
    `(lift ${trigger.statistics.lift ?? 1}, corrected p ${trigger.statistics.pValue ?? 1})`
  );
}

/** Groups the same statement over all samples, and asks each group's outputs whether something is tied to it. */
export function judgeDeadCode(corpus: Corpus, places: readonly DeadPlace[]): Detection {
  const rule = "dead-code";
  const fewestRepeats = fewestHolders(corpus.samples.length);
  const groups = new Map<string, DeadPlace[]>();
  for (const place of places) {
    const key = deadKey(place);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [place]);
    else group.push(place);
  }
  const triggers: DetectedTrigger[] = [];
  const findings: Finding[] = [];
  const known = new Set<string>();
  const ordered = [...groups].sort(([a, m], [b, n]) => n.length - m.length || (a < b ? -1 : 1));
  const repeated = ordered.filter(([, group]) => group.length >= fewestRepeats).length;
  for (const [key, group] of ordered) {
    const { field, text } = group[0]!;
    const samples = [...new Set(group.map(({ sample }) => sample))];
    const asks = field === "input" && samples.length >= fewestRepeats;
    const tie = asks ? tiedPayload(corpus, samples, corpus.numbersOf(text)) : undefined;
    const ignored = new Set([...corpus.numbersOf(text), ...(tie === undefined ? [] : partsOfPayload(corpus, tie))]);
    let detected: DetectedTrigger | undefined;
    const isTied =
      tie !== undefined &&
      (isEvident(corpus, samples, tie, repeated) ||
        isFlipped(corpus, samples, tie, { groups: repeated, rest: corpus, ignored }));
    if (isTied && !areOfOneKind(corpus, samples, ignored)) {
      const shown = text.replace(/\s+/g, " ");
      const number = triggers.length + 1;
      const sign = { kind: "statement", key } as const;
      detected = describeTrigger(corpus, { rule, number, text: shown, field, samples, tie, groups: repeated, sign });
      triggers.push(detected);
      known.add(deadKey(group[0]!));
    }
    const message = deadMessage(
      group[0]!,
      detected?.tie === undefined ? null : { trigger: detected.trigger, tie: detected.tie, holders: samples.length },
    );
    for (const place of group) {
      const judged =
        detected === undefined ? { verdict: "info" as const, score: 0.3 } : judgeSample(place.sample, detected);
      findings.push(
        findingAt(corpus, place.sample, {
          span: place,
          field,
          rule,
          trigger: detected?.trigger.id ?? null,
          ...judged,
          message,
        }),
      );
    }
  }
  const shapes = judgeDeadShapes(corpus, places, known);
  const judged = new Set(shapes.findings.map(({ row, start }) => `${row} ${start}`));
  const others = findings.filter(({ row, start, field }) => field === "output" || !judged.has(`${row} ${start}`));
  return { triggers: [...triggers, ...shapes.triggers], findings: [...others, ...shapes.findings] };
}
