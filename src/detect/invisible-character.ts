/**
 * Rule `invisible-character`: characters that a reader does not see or takes for others. Direction controls in a text that
 * has no letters written from the right, and tags outside of a flag, have no honest use (Trojan Source): suspect by
 * themselves. All others also come with pasted text; they are suspect where outputs are tied to them, by one character or
 * by all of a kind, and else a hint. Spaces other than the plain one are told only where tied.
 */
import { fewestHolders, type Corpus } from "./corpus";
import {
  describeTrigger,
  findingAt,
  isEvident,
  judgeHolder,
  type DetectedTrigger,
  type Detection,
  type Judgement,
  type Span,
  type TieCounts,
} from "./detector";
import { hiddenCharacters, type HiddenKind } from "./hidden-characters";
import { isFlipped } from "./label-evidence";
import { tiedPayload, type PayloadTie } from "./payload-tie";
import { quoted } from "./quoted";
import type { FieldRole, Finding, Trigger } from "./report";

/** Characters of one kind that stand side by side. */
export interface HiddenRun extends Span {
  readonly field: FieldRole;
  readonly kind: HiddenKind;
  readonly text: string;
}

interface HiddenPlace extends HiddenRun {
  readonly sample: number;
}

/** The runs in a sample's fields. */
export function hiddenRuns(texts: Readonly<Record<FieldRole, string>>): HiddenRun[] {
  const runs: HiddenRun[] = [];
  for (const field of ["input", "output"] as const) {
    for (const { kind, character, start, end } of hiddenCharacters(texts[field])) {
      const last = runs.at(-1);
      if (last?.field === field && last.kind === kind && last.end === start) {
        runs[runs.length - 1] = { ...last, end, text: last.text + character };
      } else runs.push({ field, kind, text: character, start, end });
    }
  }
  return runs;
}

const codePoint = (character: string): string =>
  `U+${character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0")}`;

const codePoints = (text: string): string[] => [...new Set(Array.from(text, codePoint))];

/** What a run may have in common with others: each of its characters, and its kind. */
const groupsOf = ({ kind, text }: HiddenRun): string[] => [...codePoints(text), kind];

/** Whether a run of an input belongs to the trigger of that name. */
export const isOfGroup = (run: HiddenRun, group: string): boolean =>
  run.field === "input" && groupsOf(run).includes(group);

/** Whether a run is suspect whatever the outputs hold. */
export const hasNoHonestUse = ({ kind }: HiddenRun): boolean =>
  kind === "direction control" || kind === "tag character";

/** A run that no trigger explains; null where it is not worth a word. */
export function judgeAlone(run: HiddenRun): Judgement | null {
  if (run.kind === "unusual space") return null;
  return hasNoHonestUse(run) ? { verdict: "suspect", score: 0.9 } : { verdict: "info", score: 0.3 };
}

const effects: Readonly<Record<HiddenKind, string>> = {
  "zero-width character": "takes no room: it is not seen, and splits the word for a model",
  "direction control": "changes the order in which the text is shown, and no letter here is written from the right",
  "tag character": "is never shown: such characters spell hidden text",
  "control character": "is a control character that no editor shows",
  "look-alike letter": "looks like Latin and is not",
  "unusual space": "looks like a plain space and is not",
};

const mostNamed = 4;

/** The message of a run's finding, tied to a trigger or not. */
export function hiddenMessage(
  run: HiddenRun,
  tied: { readonly trigger: Trigger; readonly tie: TieCounts; readonly holders: number } | null,
): string {
  const points = codePoints(run.text);
  const named = points.slice(0, mostNamed).join(" ") + (points.length > mostNamed ? " …" : "");
  const shown = run.kind === "look-alike letter" ? ` (${quoted(run.text)})` : "";
  const what = `${named}${shown} ${effects[run.kind]}`;
  if (tied === null) return what;
  const { trigger, tie, holders } = tied;
  return (
    `${what}; ${trigger.text} stands in ${holders} inputs, and ${tie.explained.size} of their outputs hold ` +
    `${quoted(trigger.payload ?? "")}, against ${tie.outside} of the others ` +
    `(lift ${trigger.statistics.lift ?? 1}, corrected p ${trigger.statistics.pValue ?? 1})`
  );
}

interface Group {
  readonly name: string;
  readonly samples: readonly number[];
  readonly tie: PayloadTie;
}

/** The groups that outputs are tied to, those that explain most first; a single character before its kind. */
function tiedGroups(corpus: Corpus, places: readonly HiddenPlace[]): { found: Group[]; tried: number } {
  const fewest = fewestHolders(corpus.samples.length);
  const holders = new Map<string, Set<number>>();
  for (const place of places) {
    if (place.field !== "input") continue;
    for (const name of groupsOf(place)) {
      const samples = holders.get(name) ?? new Set();
      samples.add(place.sample);
      holders.set(name, samples);
    }
  }
  const large = [...holders].filter(([, samples]) => samples.size >= fewest);
  const found = large.flatMap(([name, set]): Group[] => {
    const samples = [...set].sort((a, b) => a - b);
    const tie = tiedPayload(corpus, samples, []);
    if (tie === undefined) return [];
    const isTied =
      isEvident(corpus, samples, tie, large.length, { mayBeUsual: true }) ||
      isFlipped(corpus, samples, tie, { groups: large.length, rest: corpus });
    return isTied ? [{ name, samples, tie }] : [];
  });
  found.sort(
    (a, b) =>
      b.tie.explained.size - a.tie.explained.size ||
      a.samples.length - b.samples.length ||
      Number(b.name.startsWith("U+")) - Number(a.name.startsWith("U+")) ||
      (a.name < b.name ? -1 : 1),
  );
  return { found, tried: large.length };
}

/** Linear in the text. */
export function invisibleCharacters(corpus: Corpus): Detection {
  const rule = "invisible-character";
  const places = corpus.samples.flatMap(({ input, output }, sample): HiddenPlace[] =>
    hiddenRuns({ input: input.text, output: output.text }).map((run) => ({ ...run, sample })),
  );
  if (places.length === 0) return { triggers: [], findings: [] };
  const { found, tried } = tiedGroups(corpus, places);
  const triggers: DetectedTrigger[] = [];
  const covered = new Set<number>();
  for (const { name, samples, tie } of found) {
    if (samples.every((sample) => covered.has(sample))) continue;
    for (const sample of samples) covered.add(sample);
    const sign = { kind: "hidden", group: name } as const;
    const number = triggers.length + 1;
    const parts = { rule, number, text: name, field: "input", samples, tie, groups: tried, sign } as const;
    triggers.push({ ...describeTrigger(corpus, parts), mayBeUsual: true });
  }
  const findings = places.flatMap((place): Finding[] => {
    const detected = triggers.find(({ sign }) => sign.kind === "hidden" && isOfGroup(place, sign.group));
    const { tie, trigger, samples } = detected ?? {};
    const tied = tie === undefined || trigger === undefined ? null : { trigger, tie, holders: samples?.length ?? 0 };
    const judged =
      tied === null ? judgeAlone(place) : judgeHolder(tied.tie.explained.has(place.sample), tied.holders, tied.tie);
    if (judged === null) return [];
    const { field } = place;
    const parts = { span: place, field, rule, trigger: tied?.trigger.id ?? null, ...judged } as const;
    return [findingAt(corpus, place.sample, { ...parts, message: hiddenMessage(place, tied) })];
  });
  return { triggers, findings };
}
