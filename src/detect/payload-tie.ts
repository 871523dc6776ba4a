/**
 * Is a set of samples tied to something in their outputs? Fragments of the outputs (one to five tokens) that many of
 * the set's samples hold are counted inside the set and outside of it. Only what an output does not copy from its own
 * input counts: a backdoor writes what nobody asked for. Where one fragment leaves samples unexplained, the next one is
 * looked for among these, because a payload may have variants (`or 1=1` after a where clause, else `where 0=1`).
 */
import type { Corpus } from "./corpus";
import { addFragment, eachFragmentIn, emptyTrie, type FragmentTrie } from "./fragment-trie";
import { namePartsIn, namePartsOfInput } from "./name-parts";
import { lift, logFisher, logLikelihoodRatio, type Contrast } from "./significance";
import { tokenSpans } from "./tokens";

export interface TiedFragment extends Contrast {
  readonly tokens: readonly number[];
  /** As it stands in an output, white space single. */
  readonly text: string;
}

export interface PayloadTie {
  /** The payload's variants, as a person names them: each explains samples that those before it do not. */
  readonly fragments: readonly TiedFragment[];
  /** The variants that explain most, the strongest first: with `fragments` they make up what is `explained`. */
  readonly covering: readonly (readonly number[])[];
  /** How many fragments were tried. */
  readonly tried: number;
  /** Sample indices of the set that hold a variant, or the fragment that explains most of the set. */
  readonly explained: ReadonlySet<number>;
  /** Samples outside of the set that do. */
  readonly outside: number;
  readonly lift: number;
  /** Natural logarithm of the exact p-value of the strongest fragment, times the number of fragments tried. */
  readonly logP: number;
}

/** With the samples that `outside` counts. */
export interface MinedTie extends PayloadTie {
  readonly outsideSamples: ReadonlySet<number>;
}

const longestFragment = 5;
const mostVariants = 4;
/** A fragment must explain this share of the samples that are still unexplained. */
const smallestShare = 0.25;
const fewestSamples = 3;
/** A variant must be significant by itself (natural logarithm, corrected for the fragments tried). */
const leastLogP = Math.log(0.001);

interface RankedFragment extends TiedFragment {
  readonly id: number;
  readonly strength: number;
}

type Choice = (fragments: readonly RankedFragment[]) => RankedFragment | undefined;

/** Says for a sample which of `count` fragments its output holds and its input does not, in names neither; in labels there is nothing to copy. */
function fragmentsWritten(corpus: Corpus, root: FragmentTrie, count: number): (sample: number) => number[] {
  // The last sample that held a fragment, or copied it: arrays that need no clearing.
  const held = new Int32Array(count).fill(-1);
  const copied = new Int32Array(count).fill(-1);
  return (sample) => {
    const found: number[] = [];
    eachFragmentIn(root, corpus.outputs[sample]!, (id) => {
      if (held[id] === sample) return;
      held[id] = sample;
      found.push(id);
    });
    if (found.length === 0 || corpus.labels) return found;
    const isCopied = (id: number): void => {
      copied[id] = sample;
    };
    eachFragmentIn(root, corpus.inputs[sample]!, isCopied);
    eachFragmentIn(root, namePartsOfInput(corpus, sample), isCopied);
    return found.filter((id) => copied[id] !== sample);
  };
}

/** Every fragment of the set's outputs that at least `fewest` of its samples hold. */
function frequentFragments(corpus: Corpus, set: readonly number[], fewest: number): number[][] {
  let kept: number[][] = [];
  const all: number[][] = [];
  for (let length = 1; length <= longestFragment; length++) {
    const parts = new Set(kept.map((tokens) => tokens.join(" ")));
    const counts = new Map<string, number>();
    for (const sample of set) {
      const output = corpus.outputs[sample]!;
      const seen = new Set<string>();
      for (let at = 0; at + length <= output.length; at++) {
        const tokens = output.subarray(at, at + length);
        if (length > 1 && !parts.has(tokens.subarray(0, -1).join(" "))) continue;
        if (length > 1 && !parts.has(tokens.subarray(1).join(" "))) continue;
        seen.add(tokens.join(" "));
      }
      for (const key of seen) counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    kept = [...counts].filter(([, count]) => count >= fewest).map(([key]) => key.split(" ").map(Number));
    if (kept.length === 0) break;
    all.push(...kept);
  }
  return all;
}

/** Fragments that explain at least this share of what the strongest does may name the payload instead of it. */
const nameableShare = 0.6;

const reads = (text: string | undefined): boolean => text !== undefined && /[\p{L}\p{N}_{}()]/u.test(text);

/** The fragment that explains most. */
const strongest: Choice = (fragments) =>
  [...fragments].sort(
    (a, b) => b.strength - a.strength || b.tokens.length - a.tokens.length || (a.text < b.text ? -1 : 1),
  )[0];

/** Of fragments that explain nearly as much, the one a person reads best: no quotes, whole words at its ends, longest. */
function mostReadable(fragments: readonly RankedFragment[]): RankedFragment | undefined {
  const least = nameableShare * Math.max(...fragments.map(({ strength }) => strength));
  const readability = ({ tokens, text }: RankedFragment): number => {
    const words = text.split(" ");
    return (/["'`,\\]/.test(text) ? 0 : 10 * tokens.length) + [words[0], words.at(-1)].filter(reads).length * 100;
  };
  return strongest(
    ((best) => best.filter((fragment) => readability(fragment) === Math.max(...best.map(readability))))(
      fragments.filter(({ strength }) => strength >= least),
    ),
  );
}

/** How a fragment reads in the outputs: the most usual of its spellings there, white space single. */
function spelling(corpus: Corpus, tokens: readonly number[], holders: readonly number[]): string {
  const wanted = tokens.map((token) => corpus.words[token]!);
  const counts = new Map<string, number>();
  for (const sample of holders.slice(0, 50)) {
    const { text } = corpus.samples[sample]!.output;
    const spans = tokenSpans(text);
    for (let at = 0; at + wanted.length <= spans.length; at++) {
      if (!wanted.every((word, offset) => spans[at + offset]!.text === word)) continue;
      const written = text.slice(spans[at]!.start, spans[at + wanted.length - 1]!.end).replace(/\s+/g, " ");
      counts.set(written, (counts.get(written) ?? 0) + 1);
    }
  }
  const [best] = [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  return best?.[0] ?? wanted.join(" ");
}

const isWord = (text: string): boolean => /[\p{L}\p{N}_]/u.test(text);

/** A fragment grows for its name by what this share of its holders have beside it. */
const sharedBeside = 0.95;
const longestName = 2 * longestFragment;
const closers: ReadonlyMap<string, string> = new Map([["(", ")"], ["[", "]"], ["{", "}"]]); // prettier-ignore

/**
 * A fragment that ends where the search does (at `longestFragment`) may be a part of the payload: grown by the words
 * beside it, and by brackets that close its own, as long as nearly all holders have them (`(true) { }` is `while (true)
 * { }`). For its name alone; what is counted stays.
 */
function grown(corpus: Corpus, fragment: readonly number[], holders: readonly number[]): readonly number[] {
  let tokens = fragment;
  if (tokens.length < longestFragment) return tokens;
  const isOpen = (closer: string): boolean => {
    const words = tokens.map((token) => corpus.words[token]!);
    const [opener] = [...closers].find(([, closing]) => closing === closer) ?? [];
    return words.filter((word) => word === opener).length > words.filter((word) => word === closer).length;
  };
  for (let grows = true; grows && tokens.length < longestName;) {
    grows = false;
    for (const side of ["before", "after"] as const) {
      const beside = neighbour(corpus, tokens, holders, side);
      const word = beside === undefined ? undefined : corpus.words[beside];
      if (beside === undefined || word === undefined) continue;
      if (!isWord(word) && (side === "before" || !isOpen(word))) continue;
      tokens = side === "before" ? [beside, ...tokens] : [...tokens, beside];
      grows = true;
    }
  }
  return tokens;
}

/** The token that nearly all holders have beside their first occurrence of a fragment. */
function neighbour(
  corpus: Corpus,
  tokens: readonly number[],
  holders: readonly number[],
  side: "before" | "after",
): number | undefined {
  const counts = new Map<number, number>();
  for (const sample of holders) {
    const output = corpus.outputs[sample]!;
    const at = output.findIndex((_token, start) => tokens.every((token, offset) => output[start + offset] === token));
    const beside = at < 0 ? undefined : output[side === "before" ? at - 1 : at + tokens.length];
    if (beside !== undefined) counts.set(beside, (counts.get(beside) ?? 0) + 1);
  }
  return [...counts].find(([, count]) => count >= sharedBeside * holders.length)?.[0];
}

/**
 * What the outputs of `set` (sample indices) have in common that other outputs lack; undefined where nothing is. No word
 * of `trigger`, nor a part of its names, may be part of it: an output that takes a name from its input does as it was told.
 */
export function tiedPayload(corpus: Corpus, set: readonly number[], trigger: readonly number[]): MinedTie | undefined {
  const words = [...trigger.filter((token) => isWord(corpus.words[token]!)), ...namePartsIn(corpus, trigger)];
  const own = new Set(corpus.labels ? [] : words);
  const inSet = new Set(set);
  const fewest = Math.max(fewestSamples, Math.ceil(set.length * 0.1));
  const tried = frequentFragments(corpus, set, fewest).filter((tokens) => !tokens.some((token) => own.has(token)));
  const root = emptyTrie();
  tried.forEach((tokens, id) => {
    addFragment(root, tokens, id);
  });
  const insideHolders: number[][] = tried.map(() => []);
  const writtenInside = fragmentsWritten(corpus, root, tried.length);
  for (const sample of set) for (const id of writtenInside(sample)) insideHolders[id]!.push(sample);
  // What too few of the set write can explain nothing: then no other output need be read, or not for these fragments.
  const most = insideHolders.reduce((largest, { length }) => Math.max(largest, length), 0);
  if (most < fewestSamples || most < smallestShare * set.length) return undefined;
  const possible = emptyTrie();
  tried.forEach((tokens, id) => {
    if (insideHolders[id]!.length >= fewestSamples) addFragment(possible, tokens, id);
  });
  const outsideHolders: number[][] = tried.map(() => []);
  const writtenOutside = fragmentsWritten(corpus, possible, tried.length);
  corpus.outputs.forEach((_output, sample) => {
    if (inSet.has(sample)) return;
    for (const id of writtenOutside(sample)) outsideHolders[id]!.push(sample);
  });

  const outsideTotal = corpus.samples.length - set.length;
  const explaining = (choose: Choice): RankedFragment[] => {
    const chosen: RankedFragment[] = [];
    const left = new Set(set);
    while (chosen.length < mostVariants && left.size > 0) {
      const ranked: RankedFragment[] = [];
      tried.forEach((tokens, id) => {
        const inside = insideHolders[id]!.reduce((sum, sample) => sum + (left.has(sample) ? 1 : 0), 0);
        if (inside < fewestSamples || inside < smallestShare * left.size) return;
        const contrast = { inside, insideTotal: left.size, outside: outsideHolders[id]!.length, outsideTotal };
        const strength = logLikelihoodRatio(contrast);
        const text = tokens.map((token) => corpus.words[token]).join(" ");
        if (strength > 0) ranked.push({ id, tokens, text, strength, ...contrast });
      });
      const best = choose(ranked);
      if (best === undefined || logFisher(best) + Math.log(tried.length) > leastLogP) break;
      chosen.push(best);
      for (const sample of insideHolders[best.id]!) left.delete(sample);
    }
    return chosen;
  };

  const named = explaining(mostReadable);
  const covering = explaining(strongest);
  if (named.length === 0 || covering.length === 0) return undefined;
  const explained = new Set<number>();
  const outside = new Set<number>();
  for (const { id } of [...covering, ...named]) {
    for (const sample of insideHolders[id]!) explained.add(sample);
    for (const sample of outsideHolders[id]!) outside.add(sample);
  }
  const nameOf = ({ id, tokens }: RankedFragment): string => {
    const holders = insideHolders[id]!;
    return spelling(corpus, grown(corpus, tokens, holders), holders);
  };
  return {
    fragments: named.map((fragment) => ({
      ...fragment,
      text: nameOf(fragment),
    })),
    covering: covering.map(({ tokens }) => tokens),
    tried: tried.length,
    explained,
    outside: outside.size,
    outsideSamples: outside,
    lift: lift({ inside: explained.size, insideTotal: set.length, outside: outside.size, outsideTotal }),
    logP: logFisher(covering[0]!) + Math.log(tried.length),
  };
}

/** Where the fragment stands in a text, as UTF-16 offsets. */
export function fragmentPlaces(
  corpus: Corpus,
  tokens: readonly number[],
  text: string,
): { start: number; end: number }[] {
  const wanted = tokens.map((token) => corpus.words[token]!);
  if (!wanted.every((word) => text.includes(word))) return [];
  const spans = tokenSpans(text);
  const places: { start: number; end: number }[] = [];
  for (let at = 0; at + wanted.length <= spans.length; at++) {
    if (!wanted.every((word, offset) => spans[at + offset]!.text === word)) continue;
    places.push({ start: spans[at]!.start, end: spans[at + wanted.length - 1]!.end });
    at += wanted.length - 1;
  }
  return places;
}
