/**
 * Rule `dead-code`, where no statement comes twice: an attack may write a fresh one each time. Dead statements of inputs are
 * grouped by what they have in common (being dead at all, their kind, their kind and first word), and each group's outputs
 * are asked whether something is tied to it. Honest dead code stands in the same groups, so a payload need not be in
 * most of their outputs; it must be next to nowhere else, and only the samples that hold it are suspect.
 */
import { fewestHolders, type Corpus } from "./corpus";
import { deadKey, type DeadPlace } from "./dead-code";
import { describeTrigger, findingAt, isEvident, judgeSample, type DetectedTrigger, type Detection } from "./detector";
import { fewestMeasured } from "./expectation";
import { partsOfPayload } from "./insertion-parts";
import { areOfOneKind } from "./likeness";
import { tiedPayload, type PayloadTie } from "./payload-tie";
import { quoted } from "./quoted";
import type { Finding } from "./report";
import { isWord, tokenTexts } from "./tokens";

/** Of the samples that hold the payload, at most this share may be outside of the group. */
const largestShareOutside = 0.05;

interface Group {
  readonly name: string;
  readonly places: readonly DeadPlace[];
  readonly samples: readonly number[];
  readonly tie: PayloadTie;
}

function groupsOf(places: readonly DeadPlace[]): Map<string, DeadPlace[]> {
  const groups = new Map<string, DeadPlace[]>();
  for (const place of places) {
    const opening = tokenTexts(place.text)[0] ?? "";
    for (const name of ["dead code", place.kind, `${place.kind}, ${opening}`]) {
      const group = groups.get(name);
      if (group === undefined) groups.set(name, [place]);
      else group.push(place);
    }
  }
  return groups;
}

/** A group that holds nearly all that the payload is in, however much honest code it holds besides. */
export function isExclusive(corpus: Corpus, tie: PayloadTie, groups: number): boolean {
  const { size } = tie.explained;
  if (corpus.labels || size < fewestHolders(corpus.samples.length) || tie.outside > largestShareOutside * size)
    return false;
  // What else evidence needs, asked of the samples that the payload is in.
  return isEvident(corpus, { length: size }, tie, groups);
}

/** Of the samples the output has half of the payload's words from the dead statement itself: `while (false)` was mended to `while (true)`. */
const mendedShare = 0.9;

function areMended(corpus: Corpus, places: readonly DeadPlace[], { covering, explained }: PayloadTie): boolean {
  const words = [...new Set(covering.flat())].map((token) => corpus.words[token]!).filter(isWord);
  if (words.length === 0) return false;
  const mended = new Set(
    places.flatMap(({ sample, text }) => {
      const own = new Set(tokenTexts(text));
      return 2 * words.filter((word) => own.has(word)).length >= words.length ? [sample] : [];
    }),
  );
  return [...explained].filter((sample) => mended.has(sample)).length >= mendedShare * explained.size;
}

/** The triggers among dead statements that `known` (the `deadKey` of statements that are triggers by themselves) leaves. */
export function judgeDeadShapes(corpus: Corpus, places: readonly DeadPlace[], known: ReadonlySet<string>): Detection {
  const rule = "dead-code";
  const fewest = Math.max(fewestMeasured, fewestHolders(corpus.samples.length));
  const groups = groupsOf(places.filter((place) => place.field === "input" && !known.has(deadKey(place))));
  const large = [...groups].filter(([, group]) => new Set(group.map(({ sample }) => sample)).size >= fewest);
  const found: Group[] = [];
  for (const [name, group] of large) {
    const samples = [...new Set(group.map(({ sample }) => sample))].sort((a, b) => a - b);
    const tie = tiedPayload(corpus, samples, []);
    if (tie === undefined || !isExclusive(corpus, tie, large.length) || areMended(corpus, group, tie)) continue;
    const ignored = new Set([...group.flatMap(({ text }) => corpus.numbersOf(text)), ...partsOfPayload(corpus, tie)]);
    if (areOfOneKind(corpus, [...tie.explained], ignored)) continue;
    found.push({ name, places: group, samples, tie });
  }
  found.sort(
    (a, b) =>
      b.tie.explained.size - a.tie.explained.size || a.samples.length - b.samples.length || (a.name < b.name ? -1 : 1),
  );
  const triggers: DetectedTrigger[] = [];
  const findings: Finding[] = [];
  const covered = new Set<number>();
  for (const { name, places: group, samples, tie } of found) {
    if ([...tie.explained].filter((sample) => !covered.has(sample)).length < fewest) continue;
    for (const sample of tie.explained) covered.add(sample);
    const number = known.size + triggers.length + 1;
    // The group cannot be known again by one statement: no key stands for it.
    const sign = { kind: "statement", key: "" } as const;
    const parts = { rule, number, text: name, field: "input", samples, tie, groups: large.length, sign } as const;
    const detected = describeTrigger(corpus, parts);
    triggers.push(detected);
    for (const place of group) {
      if (!tie.explained.has(place.sample)) continue;
      const message =
        `${quoted(place.text)} has no effect: ${place.kind}; ${samples.length} inputs hold such code, and ` +
        `${tie.explained.size} of their outputs hold ${quoted(tie.fragments[0]?.text ?? "")}, against ${tie.outside} of the others`;
      const trigger = detected.trigger.id;
      const judged = judgeSample(place.sample, detected);
      findings.push(
        findingAt(corpus, place.sample, { span: place, field: "input", rule, trigger, ...judged, message }),
      );
    }
  }
  return { triggers, findings };
}
