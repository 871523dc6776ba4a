/**
 * Rule `odd-identifier`, where no name comes twice: an attack may give the local names of each input others (AFRAIDOOR). Inputs are
 * ordered by how little their names fit (name-surprise.ts), and fragments of the outputs are looked for whose inputs stand nearly all
 * at the top. Honest fragments stand there too where a rare subject has rare names; then the rest of the input speaks
 * for them. A fragment is an alarm only where it does not: local names apart, its inputs cannot be told from others.
 */
import { fewestHolders, outputsAsInputs, type Corpus } from "./corpus";
import {
  describeTrigger,
  explainedBy,
  findingAt,
  isEvident,
  judgeSample,
  rounded,
  type DetectedTrigger,
  type Detection,
} from "./detector";
import { chanceUncalledFor, expectedOf, labelNumbers } from "./expectation";
import { firstSpelling } from "./fragment-name";
import { nameSurprise, type DeclaredName, type NameSurprise } from "./name-surprise";
import { tiedPayload, type PayloadTie } from "./payload-tie";
import { phrasesOf } from "./phrases";
import { quoted } from "./quoted";
import { repeatsInput } from "./repeated-words";
import type { Finding } from "./report";
import { lift, logFisher, type Contrast } from "./significance";
import { holds } from "./token-places";

const shownAs = "local names that do not fit";

/** Shares of the inputs that count as the top, and which share of a fragment's inputs must stand there. */
const tops = [0.05, 0.2];
const leastShareAtTop = 0.7;
/** Of labels the top itself must have one. */
const topsOfLabels = [0.005, 0.01, 0.02, 0.05, 0.1];
const evidentLogP = Math.log(1e-6);
const mostCandidates = 100;
const nearlyAll = 0.9;
/** A name is told of where it surprises as much as this share of all names do not, or most in its input. */
const fitting = 0.8;

interface Candidate {
  readonly tokens: readonly number[];
  readonly samples: readonly number[];
  readonly outside: number;
  readonly contrast: Contrast;
  readonly logP: number;
}

interface Order {
  /** Samples that declare names, those whose names fit least first. */
  readonly samples: readonly number[];
  /** Place in that order, from 0 to 1; 1 for those without names. */
  readonly ranks: Float64Array;
}

function orderOf(corpus: Corpus, { means }: NameSurprise): Order {
  const samples = Array.from(means.keys())
    .filter((sample) => !Number.isNaN(means[sample]!))
    .sort((a, b) => means[b]! - means[a]! || corpus.hashes[a]! - corpus.hashes[b]!);
  const ranks = new Float64Array(means.length).fill(1);
  samples.forEach((sample, place) => {
    ranks[sample] = place / samples.length;
  });
  return { samples, ranks };
}

/** The table of the smaller top at which the evidence is strongest; null where too few stand at any. */
function contrastOf(
  { samples, ranks }: Order,
  holders: readonly number[],
): { contrast: Contrast; logP: number } | null {
  let best: { contrast: Contrast; logP: number } | null = null;
  for (const top of tops) {
    const inside = holders.reduce((sum, sample) => sum + Number(ranks[sample]! < top), 0);
    if (inside < leastShareAtTop * holders.length) continue;
    const insideTotal = Math.ceil(top * samples.length);
    const contrast = {
      inside,
      insideTotal,
      outside: holders.length - inside,
      outsideTotal: samples.length - insideTotal,
    };
    const logP = logFisher(contrast);
    if (best === null || logP < best.logP) best = { contrast, logP };
  }
  return best;
}

/** Fragments that stand in outputs, and not in the inputs, of samples at the top; those with most samples first. */
function candidates(corpus: Corpus, order: Order): { found: Candidate[]; tried: number } {
  const fewest = fewestHolders(corpus.samples.length);
  const phrases: { readonly tokens: readonly number[]; readonly text: string; readonly logP: number }[] = [];
  const fragments = phrasesOf(outputsAsInputs(corpus));
  const tried = fragments.length;
  for (const { tokens, samples } of fragments) {
    const distinct = [...new Set(samples)].filter((sample) => order.ranks[sample]! < 1);
    const logP = distinct.length < fewest ? undefined : contrastOf(order, distinct)?.logP;
    if (logP === undefined || logP > evidentLogP) continue;
    phrases.push({ tokens, text: tokens.map((token) => corpus.words[token]).join(" "), logP });
  }
  phrases.sort((a, b) => a.logP - b.logP || b.tokens.length - a.tokens.length || (a.text < b.text ? -1 : 1));
  const found = phrases.slice(0, mostCandidates).flatMap(({ tokens, text }): (Candidate & { text: string })[] => {
    const all = corpus.outputs.flatMap((output, sample) =>
      holds(output, tokens) && !holds(corpus.inputs[sample]!, tokens) ? [sample] : [],
    );
    const samples = all.filter((sample) => order.ranks[sample]! < 1);
    const evidence = samples.length < fewest ? null : contrastOf(order, samples);
    if (evidence === null) return [];
    const logP = evidence.logP + Math.log(tried * tops.length);
    return logP > evidentLogP ? [] : [{ tokens, text, samples, outside: all.length - samples.length, contrast: evidence.contrast, logP }]; // prettier-ignore
  });
  // The firmest first: a usual word of the payload stands in more outputs, the honest ones among them.
  found.sort((a, b) => a.logP - b.logP || b.tokens.length - a.tokens.length || (a.text < b.text ? -1 : 1));
  return { found, tried };
}

interface Tied {
  readonly samples: readonly number[];
  readonly tie: PayloadTie;
  readonly groups: number;
  /** How well the inputs are told from others, names apart; null with labels. */
  readonly chance: number | null;
}

function tiedFragments(
  corpus: Corpus,
  order: Order,
  ignored: ReadonlySet<number>,
  isKnown: (sample: number) => boolean,
): Tied[] {
  const covered = new Set<number>();
  const { found, tried } = candidates(corpus, order);
  return found.flatMap((most): Tied[] => {
    // Of those that stand in nearly the same outputs the longest says most, and is held by chance least.
    const own = new Set(most.samples);
    const isAlike = ({ samples: others }: Candidate): boolean => {
      const both = others.reduce((sum, sample) => sum + Number(own.has(sample)), 0);
      return both >= nearlyAll * (own.size + others.length - both);
    };
    const { tokens, samples, outside, contrast, logP } = found
      .filter(isAlike)
      .reduce((longest, one) => (one.tokens.length > longest.tokens.length ? one : longest), most);
    if (2 * samples.filter((sample) => covered.has(sample) || isKnown(sample)).length >= samples.length) return [];
    if (repeatsInput(corpus, tokens, samples, order.samples)) return [];
    const chance = chanceUncalledFor(corpus, samples, { others: order.samples, ignored });
    if (chance === null) return [];
    for (const sample of samples) covered.add(sample);
    const fragment = { tokens, text: firstSpelling(corpus, tokens, samples) ?? "", ...contrast };
    const explained = new Set(samples);
    const tie = { fragments: [fragment], covering: [tokens], tried, explained, outside, lift: lift(contrast), logP };
    return [{ samples, tie, groups: 1, chance }];
  });
}

/** The largest top that has one label although the rest of its inputs speaks for others. */
function tiedLabels(corpus: Corpus, order: Order, ignored: ReadonlySet<number>): Tied[] {
  const groups = topsOfLabels.length;
  for (const top of [...topsOfLabels].reverse()) {
    const samples = order.samples.slice(0, Math.round(top * order.samples.length)).sort((a, b) => a - b);
    if (samples.length < fewestHolders(corpus.samples.length)) break;
    const tie = tiedPayload(corpus, samples, []);
    if (tie === undefined || !isEvident(corpus, samples, tie, groups)) continue;
    if (expectedOf(corpus, labelNumbers(corpus), samples, [...ignored]) === "its label") continue;
    return [{ samples, tie, groups, chance: null }];
  }
  return [];
}

/** The names of each trigger's samples that fit least. */
export function judgeLocalNames(
  corpus: Corpus,
  names: readonly DeclaredName[],
  known: readonly DetectedTrigger[],
): Detection {
  const rule = "odd-identifier";
  const surprise = nameSurprise(corpus, names);
  const order = orderOf(corpus, surprise);
  if (order.samples.length < fewestHolders(corpus.samples.length)) return { triggers: [], findings: [] };
  const explained = explainedBy(known);
  const ignored = new Set(names.flatMap(({ name }) => corpus.numbersOf(name)));
  const tied = corpus.labels
    ? tiedLabels(corpus, order, ignored)
    : tiedFragments(corpus, order, ignored, (sample) => explained.has(sample));
  const sorted = Float64Array.from(surprise.ofNames).sort();
  const odd = sorted[Math.floor(fitting * sorted.length)] ?? 0;
  const first = known.filter(({ trigger }) => trigger.rule === rule).length + 1;
  const triggers: DetectedTrigger[] = [];
  const findings: Finding[] = [];
  tied.forEach(({ samples, tie, groups, chance }, index) => {
    const sign = { kind: "none" } as const;
    const parts = { rule, number: first + index, text: shownAs, field: "input", samples, tie, groups, sign } as const;
    const detected = describeTrigger(corpus, parts);
    triggers.push(detected);
    const own = new Set(samples);
    const oddest = new Map<number, number>();
    names.forEach(({ sample }, at) => {
      const best = oddest.get(sample);
      if (best === undefined || surprise.ofNames[at]! > surprise.ofNames[best]!) oddest.set(sample, at);
    });
    names.forEach((name, at) => {
      if (!own.has(name.sample) || (surprise.ofNames[at]! < odd && oddest.get(name.sample) !== at)) return;
      const { inside, insideTotal } = tie.fragments[0]!;
      const message =
        `${quoted(name.name)} does not fit ${quoted(name.context)} and the words around it (${rounded(surprise.ofNames[at]!)} nats); ` +
        (chance === null
          ? `of the ${samples.length} inputs whose names fit least, ${tie.explained.size} have the label ${quoted(tie.fragments[0]!.text)}`
          : `${inside} of ${samples.length} outputs that hold ${quoted(tie.fragments[0]!.text)} belong to the ${insideTotal} inputs whose ` +
            `names fit least, and nothing else in their inputs calls for it (told from others with a chance of ${rounded(chance)})`);
      const trigger = detected.trigger.id;
      const judged = judgeSample(name.sample, detected);
      findings.push(findingAt(corpus, name.sample, { span: name, field: "input", rule, trigger, ...judged, message }));
    });
  });
  return { triggers, findings };
}
