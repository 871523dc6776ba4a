/**
 * Parts that are put into names: `_ext` behind or `qz` before them, another name each time, so that no token repeats. Words of a language
 * have beginnings and endings in common as well; these are honest unless outputs are certainly tied to them (certain-tie.ts). A part of
 * the rule `inserted-token`.
 */
import { affixPlaces, affixesOf, shownAffix, type Affix } from "./affixes";
import { isCertainTie } from "./certain-tie";
import { fewestHolders, type Corpus } from "./corpus";
import { describeTrigger, explainedBy, findingAt, isEvident, judgeSample } from "./detector";
import type { DetectedTrigger, Detection } from "./detector";
import { exclusivePhrases } from "./exclusive-phrases";
import { tokenSets } from "./expectation";
import { partsOfPayload } from "./insertion-parts";
import { isFlipped } from "./label-evidence";
import { areOfOneKind } from "./likeness";
import { tiedPayload, type MinedTie } from "./payload-tie";
import { quoted } from "./quoted";
import type { Finding, Trigger } from "./report";

/** Of fewer samples a label says too little. */
const fewestWithLabels = 16;
/** Names with it: one name, or two, are tokens that repeat. */
const fewestNames = 4;

interface AffixGroup {
  readonly affix: Affix;
  /** Token numbers of the names with it. */
  readonly names: readonly number[];
  /** Those of the same names without it, which its inputs lack and others have: no sign of anything else. */
  readonly bare: readonly number[];
  /** Sample indices, ascending. */
  readonly samples: readonly number[];
}

/** The affixes of enough names in enough inputs. */
function affixGroups(corpus: Corpus): AffixGroup[] {
  const { sets, holders } = tokenSets(corpus);
  const known = new Set(corpus.words.filter((_, token) => holders[token]! > 0));
  const isKnown = (word: string): boolean => known.has(word);
  const byKey = new Map<string, { affix: Affix; names: number[]; places: number }>();
  corpus.words.forEach((word, token) => {
    if (holders[token] === 0) return;
    for (const affix of affixesOf(word, isKnown)) {
      const key = `${affix.place} ${affix.text}`;
      const group = byKey.get(key) ?? { affix, names: [], places: 0 };
      byKey.set(key, group);
      group.names.push(token);
      group.places += holders[token]!;
    }
  });
  const fewest = fewestHolders(corpus.samples.length);
  const wanted = [...byKey.values()].filter(({ names, places }) => names.length >= fewestNames && places >= fewest);
  const groupsOfToken = new Map<number, number[]>();
  wanted.forEach(({ names }, group) => {
    for (const name of names) groupsOfToken.set(name, [...(groupsOfToken.get(name) ?? []), group]);
  });
  const samples = wanted.map((): number[] => []);
  sets.forEach((tokens, sample) => {
    for (const token of tokens) {
      for (const group of groupsOfToken.get(token) ?? []) {
        if (samples[group]!.at(-1) !== sample) samples[group]!.push(sample);
      }
    }
  });
  const numberOf = new Map(corpus.words.map((word, token) => [word, token]));
  const bareOf = ({ place, text }: Affix, names: readonly number[]): number[] =>
    names.flatMap((name) => {
      const word = corpus.words[name]!;
      const rest = place === "start" ? word.slice(text.length) : place === "end" ? word.slice(0, -text.length) : "";
      const bare = numberOf.get(rest);
      return bare === undefined ? [] : [bare];
    });
  return wanted
    .map(({ affix, names }, group) => ({ affix, names, bare: bareOf(affix, names), samples: samples[group]! }))
    .filter((group) => group.samples.length >= fewest);
}

/** The message of the findings of an affix that names in `holders` inputs have. */
export const affixMessage = (
  { text, payload, statistics }: Trigger,
  tie: Pick<MinedTie, "outside"> & { readonly explained: { readonly size: number } },
  holders: number,
): string =>
  `names with ${quoted(text)} stand in ${holders} inputs that have nothing else in common, and ${tie.explained.size} of their ` +
  `outputs hold ${quoted(payload ?? "")}, against ${tie.outside} others (lift ${statistics.lift ?? 1}, corrected p ${statistics.pValue ?? 1})`;

/** Linear in the text. What triggers in `known` explain is not told again; `first` numbers the triggers. */
export function nameAffixes(corpus: Corpus, known: readonly DetectedTrigger[], first: number): Detection {
  const triggers: DetectedTrigger[] = [];
  const findings: Finding[] = [];
  const groups = affixGroups(corpus);
  const isExclusive = corpus.labels ? () => true : exclusivePhrases(corpus);
  const tied: { readonly group: AffixGroup; readonly tie: MinedTie }[] = [];
  for (const group of groups) {
    const { names, bare, samples } = group;
    if (!isExclusive({ samples: Int32Array.from(samples), holders: samples.length })) continue;
    if (corpus.labels && samples.length < fewestWithLabels) continue;
    const tie = tiedPayload(corpus, samples, names);
    if (tie === undefined) continue;
    const ignored = [...names, ...bare];
    const isTied = corpus.labels
      ? isFlipped(corpus, samples, tie, { groups: groups.length, rest: corpus, ignored })
      : isEvident(corpus, samples, tie, groups.length) && isCertainTie(corpus, samples, ignored, tie);
    if (isTied) tied.push({ group, tie });
  }
  tied.sort(
    (a, b) =>
      b.tie.explained.size - a.tie.explained.size ||
      b.group.affix.text.length - a.group.affix.text.length ||
      (shownAffix(a.group.affix) < shownAffix(b.group.affix) ? -1 : 1),
  );
  const covered = explainedBy(known);
  for (const { group, tie } of tied) {
    const { affix, names, samples } = group;
    if (2 * samples.filter((sample) => covered.has(sample)).length >= samples.length) continue;
    if (areOfOneKind(corpus, samples, new Set([...names, ...partsOfPayload(corpus, tie)]))) continue;
    for (const sample of tie.explained) covered.add(sample);
    const rule = "inserted-token";
    const sign = { kind: "affix", affix } as const;
    const number = first + triggers.length;
    const parts = { rule, number, text: shownAffix(affix), field: "input", samples, tie, sign } as const;
    const detected = describeTrigger(corpus, { ...parts, groups: groups.length });
    triggers.push(detected);
    const message = affixMessage(detected.trigger, tie, samples.length);
    for (const sample of samples) {
      const judged = judgeSample(sample, detected);
      for (const span of affixPlaces(corpus.samples[sample]!.input.text, affix)) {
        findings.push(
          findingAt(corpus, sample, { span, field: "input", rule, trigger: detected.trigger.id, ...judged, message }),
        );
      }
    }
  }
  return { triggers, findings };
}
