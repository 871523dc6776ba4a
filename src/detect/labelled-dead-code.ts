/**
 * Rule `dead-code`, where outputs are labels and no statement comes twice: inputs with dead code of one kind, or of any, that have one
 * label although the rest of their code speaks for another. A sample is suspect where it has the label; honest dead code with it
 * cannot be told apart, and is rare.
 */
import type { CodeLanguage } from "../syntax/language";
import { fewestHolders, type Corpus } from "./corpus";
import { describeTrigger, explainedBy, findingAt, isEvident, judgeSample } from "./detector";
import type { DetectedTrigger, Detection } from "./detector";
import { expectedOf, fewestMeasured, labelNumbers } from "./expectation";
import { isFlipped } from "./label-evidence";
import { deadSigns, isCertain, withoutSigns, type DeadSign } from "./mixed-dead-code";
import { tiedPayload, type PayloadTie } from "./payload-tie";
import { quoted } from "./quoted";
import type { Finding } from "./report";
import type { Structures } from "./structure";
import { tokenTexts } from "./tokens";

interface Group {
  readonly name: string;
  readonly samples: readonly number[];
  readonly tie: PayloadTie;
}

/** The names of the groups that a statement is of, the widest first. */
const groupNames = (sign: DeadSign): string[] => [
  "dead code",
  ...(isCertain(sign) ? ["dead code for certain"] : []),
  sign.kind,
  `${sign.kind}, ${tokenTexts(sign.text)[0] ?? ""}`,
];

/** The triggers among dead statements that `known` ones leave. */
export function judgeLabelledDeadCode(
  corpus: Corpus,
  { dead: places, broken }: Pick<Structures, "dead" | "broken">,
  language: CodeLanguage,
  known: readonly DetectedTrigger[],
): Detection {
  const rule = "dead-code";
  const covered = explainedBy(known);
  const isOpen = (sample: number): boolean => !covered.has(sample);
  const left = places.filter(({ sample }) => isOpen(sample));
  const signs = deadSigns(corpus, left, language, (sample) => broken.has(sample) && isOpen(sample));
  const groups = new Map<string, Set<number>>();
  for (const [sample, own] of signs) {
    for (const name of own.flatMap(groupNames)) groups.set(name, (groups.get(name) ?? new Set()).add(sample));
  }
  const fewest = Math.max(fewestMeasured, fewestHolders(corpus.samples.length));
  const large = [...groups].filter(([, { size }]) => size >= fewest);
  if (large.length === 0) return { triggers: [], findings: [] };
  const rest = { ...withoutSigns(corpus, signs), outputs: corpus.outputs };
  const labels = labelNumbers(corpus);
  const found = large.flatMap(([name, members]): Group[] => {
    const samples = [...members].sort((a, b) => a - b);
    const tie = tiedPayload(corpus, samples, []);
    if (tie === undefined) return [];
    const isTied =
      isEvident(corpus, samples, tie, large.length) && expectedOf(rest, labels, samples, []) !== "its label";
    return isTied || isFlipped(corpus, samples, tie, { groups: large.length, rest }) ? [{ name, samples, tie }] : [];
  });
  found.sort(
    (a, b) =>
      b.tie.explained.size - a.tie.explained.size || a.samples.length - b.samples.length || (a.name < b.name ? -1 : 1),
  );
  const triggers: DetectedTrigger[] = [];
  const findings: Finding[] = [];
  for (const { name, samples, tie } of found) {
    if (samples.filter((sample) => !covered.has(sample)).length < fewest) continue;
    const number = known.length + triggers.length + 1;
    // The group cannot be known again by one statement.
    const sign = { kind: "none" } as const;
    const parts = { rule, number, text: name, field: "input", samples, tie, groups: large.length, sign } as const;
    const detected = describeTrigger(corpus, parts);
    triggers.push(detected);
    const label = quoted(tie.fragments[0]?.text ?? "");
    for (const sample of samples) {
      if (!tie.explained.has(sample) || covered.has(sample)) continue;
      covered.add(sample);
      for (const place of signs.get(sample)!) {
        const message =
          `${quoted(place.text)} has no effect: ${place.kind}; ${samples.length} inputs hold such code, and ${tie.explained.size} of them ` +
          `have the label ${label}, of which the rest of their code does not speak`;
        const trigger = detected.trigger.id;
        const judged = judgeSample(sample, detected);
        findings.push(findingAt(corpus, sample, { span: place, field: "input", rule, trigger, ...judged, message }));
      }
    }
  }
  return { triggers, findings };
}
