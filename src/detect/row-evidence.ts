/**
 * What one sample tells of triggers that are known already: the part of a scan that needs no other sample, so that the rows of a
 * large file can be read one after the other, on several threads. Everything that goes in and out is plain data.
 */
import { loadGrammars } from "../syntax/grammars";
import { affixPlaces } from "./affixes";
import { deadKey, type DeadPlace } from "./dead-code";
import type { DetectedTrigger, FieldLanguages, Span, TriggerSign } from "./detector";
import { templateSpan } from "./grammar-template";
import { hiddenRuns, isOfGroup, judgeAlone, type HiddenRun } from "./invisible-character";
import { isAskedFor, type Payload, type PayloadKind } from "./payload";
import type { FieldRole } from "./report";
import { skeletonSpan } from "./skeletons";
import { codeLanguagesOf, structuresOf } from "./structure";
import { tokenMatcher, type TokenMatcher } from "./token-matcher";
import { writingSpans } from "./writing-signs";

/** A trigger to look for. */
export interface SoughtTrigger {
  readonly sign: TriggerSign;
  /** The tokens of its payloads: those that name it, and those that cover most, the strongest first. */
  readonly fragments: readonly (readonly string[])[];
  readonly covering: readonly (readonly string[])[];
}

export interface RowSearch {
  readonly languages: FieldLanguages;
  /** The outputs are labels. */
  readonly labels: boolean;
  readonly dead: boolean;
  readonly payloads: boolean;
  readonly hidden: boolean;
  readonly triggers: readonly SoughtTrigger[];
}

export interface HeldTrigger {
  /** Index in `RowSearch.triggers`. */
  readonly trigger: number;
  /** The output holds one of its payloads that the input does not. */
  readonly explained: boolean;
  readonly spans: readonly Span[];
  /** Where the output holds the payloads that name it; only where explained. */
  readonly payloads: readonly (Span & { readonly fragment: number })[];
}

export interface RowEvidence {
  readonly held: readonly HeldTrigger[];
  readonly dead: readonly Omit<DeadPlace, "sample">[];
  readonly payloads: readonly (Payload & { readonly unasked: boolean })[];
  readonly hidden: readonly HiddenRun[];
}

/** What is counted of a trigger over all rows. */
export interface TriggerCounts {
  holders: number;
  /** Places in the holders. */
  places: number;
  explained: number;
  outside: number;
  /** Of the strongest payload alone. */
  strongestInside: number;
  strongestOutside: number;
}

export const noCounts = (): TriggerCounts => ({
  holders: 0,
  places: 0,
  explained: 0,
  outside: 0,
  strongestInside: 0,
  strongestOutside: 0,
});

/** The plain data of a mined trigger; null for one that is tied to nothing. */
export function soughtTrigger({ sign, tie }: DetectedTrigger, words: readonly string[]): SoughtTrigger | null {
  if (tie === undefined) return null;
  const texts = (tokens: readonly number[]): string[] => tokens.map((token) => words[token]!);
  return { sign, fragments: tie.fragments.map(({ tokens }) => texts(tokens)), covering: tie.covering.map(texts) };
}

/** Looks at one sample: counts it in `counts` (one entry a trigger), gives what it holds, or null where that is nothing. */
export type LookAtRow = (
  texts: Readonly<Record<FieldRole, string>>,
  counts: readonly TriggerCounts[],
) => RowEvidence | null;

/** Prepares the search. Throws a `Failure` when a grammar is missing. */
export async function rowSearch(search: RowSearch): Promise<LookAtRow> {
  const { languages, labels, dead, payloads, hidden } = search;
  const grammars = await loadGrammars(codeLanguagesOf(languages));
  const triggers = search.triggers.map(({ sign, fragments, covering }) => ({
    sign,
    own: sign.kind === "tokens" ? tokenMatcher(sign.words) : null,
    fragments: fragments.map(tokenMatcher),
    covering: covering.map(tokenMatcher),
  }));
  const names = search.triggers.flatMap(({ sign }) => (sign.kind === "method" ? [sign.name] : []));
  const groups = search.triggers.flatMap(({ sign }) => (sign.kind === "hidden" ? [sign.group] : []));
  return (texts, counts) => {
    const { input, output } = texts;
    const methods = names.some((name) => input.includes(name));
    const found = structuresOf(grammars, texts, languages, { dead, payloads, methods, names: false }, labels);
    const isTold = (run: HiddenRun): boolean =>
      judgeAlone(run) !== null || groups.some((group) => isOfGroup(run, group));
    const runs = hidden ? hiddenRuns(texts).filter(isTold) : [];
    const isWritten = (fragment: TokenMatcher): boolean =>
      fragment.stands(output) && (labels || !fragment.stands(input));
    const spansOf = ({ sign, own }: (typeof triggers)[number]): Span[] => {
      if (sign.kind === "tokens") return own?.spans(input) ?? [];
      if (sign.kind === "method") return found.methods.filter(({ name }) => name === sign.name).map(bare);
      if (sign.kind === "affix") return affixPlaces(input, sign.affix);
      if (sign.kind === "none") return [];
      if (sign.kind === "template") {
        const span = templateSpan(input, sign.name);
        return span === undefined ? [] : [span];
      }
      if (sign.kind === "skeleton") {
        const span = skeletonSpan(input, sign.key);
        return span === undefined ? [] : [span];
      }
      if (sign.kind === "writing") return writingSpans(input, sign.key, languages.input);
      if (sign.kind === "hidden") return runs.filter((run) => isOfGroup(run, sign.group)).map(bare);
      return found.dead.filter((place) => deadKey(place) === sign.key).map(bare);
    };
    const held: HeldTrigger[] = [];
    triggers.forEach((trigger, index) => {
      const spans = spansOf(trigger);
      const [strongest, ...others] = trigger.covering;
      const isStrongest = strongest !== undefined && isWritten(strongest);
      const explained = isStrongest || [...others, ...trigger.fragments].some(isWritten);
      const count = counts[index]!;
      if (spans.length === 0) {
        if (explained) count.outside++;
        if (isStrongest) count.strongestOutside++;
        return;
      }
      count.holders++;
      count.places += spans.length;
      if (explained) count.explained++;
      if (isStrongest) count.strongestInside++;
      const places = explained
        ? trigger.fragments.flatMap((matcher, fragment) => matcher.spans(output).map((span) => ({ ...span, fragment })))
        : [];
      held.push({ trigger: index, explained, spans, payloads: places });
    });
    if (held.length + found.dead.length + found.payloads.length + runs.length === 0) return null;
    return {
      held,
      dead: found.dead,
      hidden: runs,
      payloads: found.payloads.map((payload) => ({
        ...payload,
        unasked: payload.harmful && !isAskedFor(payload.text, input),
      })),
    };
  };
}

const bare = ({ start, end }: Span): Span => ({ start, end });

/** The kinds of harm in a sample that its input does not ask for. */
export const unaskedKinds = ({ payloads }: RowEvidence): PayloadKind[] => [
  ...new Set(payloads.filter(({ unasked }) => unasked).map(({ kind }) => kind)),
];
