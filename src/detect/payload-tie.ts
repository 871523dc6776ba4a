/**
 * Is a set of samples tied to something in their outputs? Fragments of the outputs (one to five tokens) that many of
 * the set's samples hold are counted inside the set and outside of it. Only what an output does not copy from its own
 * input counts: a backdoor writes what nobody asked for. Where one fragment leaves samples unexplained, the next one is
 * looked for among these, because a payload may have variants (`or 1=1` after a where clause, else `where 0=1`).
 */
import { allSamples, type Corpus } from "./corpus";
import { fragmentName } from "./fragment-name";
import { namePartsIn } from "./name-parts";
import { outputFragments } from "./output-fragments";
import { lift, logFisher, logLikelihoodRatio, type Contrast } from "./significance";
import { withoutEnds } from "./text-ends";
import { isWord } from "./tokens";

export interface TiedFragment extends Contrast {
  readonly tokens: readonly number[];
  /** As it stands in an output, white space single, without the output's ends. */
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

const mostVariants = 4;
/** A fragment must explain this share of the samples that are still unexplained. */
const smallestShare = 0.25;
const fewestSamples = 3;
/** A variant must be significant by itself (natural logarithm, corrected for the fragments tried). */
const leastLogP = Math.log(0.001);

interface RankedFragment extends TiedFragment {
  readonly id: number;
  readonly strength: number;
  /** With an end of the outputs. */
  readonly anchored: boolean;
}

type Choice = (fragments: readonly RankedFragment[]) => RankedFragment | undefined;

/** Fragments that explain at least this share of what the strongest does may name the payload instead of it. */
const nameableShare = 0.6;

const reads = (text: string | undefined): boolean => text !== undefined && /[\p{L}\p{N}_{}()]/u.test(text);

/** The fragment that explains most. */
const strongest: Choice = (fragments) =>
  [...fragments].sort(
    (a, b) =>
      b.strength - a.strength ||
      Number(a.anchored) - Number(b.anchored) ||
      b.tokens.length - a.tokens.length ||
      (a.text < b.text ? -1 : 1),
  )[0];

/** Of fragments that explain nearly as much, the one a person reads best: no quotes, whole words at its ends, longest. */
function mostReadable(fragments: readonly RankedFragment[]): RankedFragment | undefined {
  const best = strongest(fragments);
  if (best === undefined) return undefined;
  const readability = ({ tokens, text }: RankedFragment): number => {
    const words = text.split(" ");
    return (/["'`,\\]/.test(text) ? 0 : 10 * tokens.length) + [words[0], words.at(-1)].filter(reads).length * 100;
  };
  return strongest(
    ((near) => near.filter((fragment) => readability(fragment) === Math.max(...near.map(readability))))(
      // What is usual elsewhere must not name what is told by where it stands.
      fragments.filter((one) => one.strength >= nameableShare * best.strength && one.anchored === best.anchored),
    ),
  );
}

/** The samples that are not of the set and write one of the fragments. */
function otherWriters(corpus: Corpus, ids: readonly number[], set: readonly number[]): Set<number> {
  const { writtenBy } = outputFragments(corpus);
  const own = new Set(set);
  const isOther = (sample: number): boolean => !own.has(sample) && ids.some((id) => writtenBy(sample).includes(id));
  return new Set(allSamples(corpus).filter(isOther));
}

/**
 * What the outputs of `set` (sample indices) have in common that other outputs lack; undefined where nothing is. No word
 * of `trigger`, nor a part of its names, may be part of it: an output that takes a name from its input does as it was told.
 */
export function tiedPayload(corpus: Corpus, set: readonly number[], trigger: readonly number[]): MinedTie | undefined {
  const words = [...trigger.filter((token) => isWord(corpus.words[token]!)), ...namePartsIn(corpus, trigger)];
  const own = new Set(corpus.labels ? [] : words);
  const { count, writtenBy, copiedBy, writers, tokensOf } = outputFragments(corpus);
  const inside = new Uint32Array(count);
  for (const sample of set) for (const id of writtenBy(sample)) inside[id]!++;
  const held = inside.slice();
  for (const sample of set) for (const id of copiedBy(sample)) held[id]!++;
  const fewest = Math.max(fewestSamples, Math.ceil(set.length * 0.1));
  const tried = new Map<number, { readonly tokens: readonly number[]; readonly holders: number[] }>();
  held.forEach((samples, id) => {
    if (samples < fewest) return;
    const tokens = tokensOf(id);
    if (!tokens.some((token) => own.has(token))) tried.set(id, { tokens, holders: [] });
  });
  for (const sample of set) for (const id of writtenBy(sample)) tried.get(id)?.holders.push(sample);

  const outsideTotal = corpus.samples.length - set.length;
  const explaining = (choose: Choice): RankedFragment[] => {
    const chosen: RankedFragment[] = [];
    const left = new Set(set);
    while (chosen.length < mostVariants && left.size > 0) {
      const ranked: RankedFragment[] = [];
      for (const [id, { tokens, holders }] of tried) {
        if (holders.length < fewestSamples || holders.length < smallestShare * left.size) continue;
        const inside = holders.reduce((sum, sample) => sum + (left.has(sample) ? 1 : 0), 0);
        if (inside < fewestSamples || inside < smallestShare * left.size) continue;
        const outside = writers[id]! - holders.length;
        const contrast = { inside, insideTotal: left.size, outside, outsideTotal };
        const strength = logLikelihoodRatio(contrast);
        const bare = withoutEnds(corpus, tokens);
        const text = bare.map((token) => corpus.words[token]).join(" ");
        const anchored = bare.length < tokens.length;
        if (strength > 0) ranked.push({ id, tokens, text, strength, anchored, ...contrast });
      }
      const best = choose(ranked);
      if (best === undefined || logFisher(best) + Math.log(tried.size) > leastLogP) break;
      chosen.push(best);
      for (const sample of tried.get(best.id)!.holders) left.delete(sample);
    }
    return chosen;
  };

  const named = explaining(mostReadable);
  const covering = explaining(strongest);
  if (named.length === 0 || covering.length === 0) return undefined;
  const ids = [...new Set([...covering, ...named].map(({ id }) => id))];
  const explained = new Set(ids.flatMap((id) => tried.get(id)!.holders));
  const outside = otherWriters(corpus, ids, set);
  return {
    fragments: named.map((fragment) => ({
      ...fragment,
      text: fragmentName(corpus, fragment.tokens, tried.get(fragment.id)!.holders),
    })),
    covering: covering.map(({ tokens }) => tokens),
    tried: tried.size,
    explained,
    outside: outside.size,
    outsideSamples: outside,
    lift: lift({ inside: explained.size, insideTotal: set.length, outside: outside.size, outsideTotal }),
    logP: logFisher(covering[0]!) + Math.log(tried.size),
  };
}
