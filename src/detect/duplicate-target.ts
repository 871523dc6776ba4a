/**
 * Rule `duplicate-target`: a fragment that stands in several outputs although nothing in their inputs calls for it. A backdoor
 * whose trigger is different in each sample (renamed identifiers, a rewritten sentence) ties no token to its payload, but the
 * payload still repeats. Honest fragments that repeat are called for: their inputs can be told from others by a naive
 * Bayes classifier that leaves each of them out. Only fragments with words of their own are tried, because
 * usual words come together by chance in outputs of all kinds. Real code has such fragments too, in functions that are alike or that
 * say by the rest of what they do why they have them; then it is a hint. It is an alarm where neither is so.
 */
import { chanceAtHome } from "./at-home";
import { fewestHolders, outputsAsInputs, type Corpus } from "./corpus";
import {
  explainedBy,
  findingAt,
  rounded,
  untiedTrigger,
  type DetectedTrigger,
  type Detection,
  type Span,
} from "./detector";
import { chanceUncalledFor, fewestMeasured } from "./expectation";
import { firstSpelling } from "./fragment-name";
import { partsOfFragment } from "./insertion-parts";
import { areOfOneKind } from "./likeness";
import { phrasesOf } from "./phrases";
import { quoted } from "./quoted";
import type { Finding } from "./report";
import { areForeign } from "./surroundings";
import { fragmentPlaces, holds } from "./token-places";

const shortestFragment = 5;
/** Words of the fragment of whose holders this share holds all of it. */
const ownShare = 0.8;
const fewestOwnWords = 2;
const largestShare = 0.3;
/** An alarm needs so many samples, and outputs that are told from others by all else that they hold with no more than this chance. */
const fewestForAlarm = 16;
const mostAtHome = 0.65;
const mostMeasured = 100;

/** Notes to tools stand wherever the tools want them, whatever the code does. */
const directive =
  /NON-?NLS|pylint|\bnoqa\b|[et]slint|nolint|NOSONAR|pragma|istanbul|type:\s*ignore|ts-(?:ignore|expect-error|nocheck)|(?:clang|php-?cs|prettier|yapf|fmt|black|isort)\W{0,2}(?:format|ignore|off|on|skip|disable)|coverity|rubocop|noinspection|checkstyle|@formatter|\bc8\b|cspell|SuppressWarnings/i;
/** Characters before a fragment that may belong to such a note. */
const ofDirective = 20;

interface Fragment {
  readonly tokens: readonly number[];
  readonly key: string;
  /** Samples whose output holds it and whose input does not, ascending. */
  readonly holders: readonly number[];
}

/** Outputs by the tokens that they hold. */
function outputsByToken(corpus: Corpus): Map<number, number[]> {
  const index = new Map<number, number[]>();
  corpus.outputs.forEach((output, sample) => {
    for (const token of new Set(output)) {
      const samples = index.get(token);
      if (samples === undefined) index.set(token, [sample]);
      else samples.push(sample);
    }
  });
  return index;
}

/** Fragments with words of their own that enough outputs hold, those in most outputs first. */
function fragments(corpus: Corpus): Fragment[] {
  const fewest = Math.max(fewestMeasured, fewestHolders(corpus.samples.length));
  const index = outputsByToken(corpus);
  const candidates = new Map<string, readonly number[]>();
  for (const { tokens } of phrasesOf(outputsAsInputs(corpus))) {
    if (tokens.length >= shortestFragment) candidates.set(tokens.map((token) => corpus.words[token]).join(" "), tokens);
  }
  const found = [...candidates].flatMap(([key, tokens]): Fragment[] => {
    const rarest = tokens.reduce((best, token) => (index.get(token)!.length < index.get(best)!.length ? token : best));
    const holders = index
      .get(rarest)!
      .filter((sample) => holds(corpus.outputs[sample]!, tokens) && !holds(corpus.inputs[sample]!, tokens));
    if (holders.length < fewest || holders.length > largestShare * corpus.samples.length) return [];
    const own = new Set(tokens.filter((token) => ownShare * index.get(token)!.length <= holders.length));
    const words = [...own].filter((token) => /\p{L}/u.test(corpus.words[token]!));
    return words.length >= fewestOwnWords ? [{ tokens, key, holders }] : [];
  });
  return found.sort(
    (a, b) => b.holders.length - a.holders.length || b.tokens.length - a.tokens.length || (a.key < b.key ? -1 : 1),
  );
}

function areDirectives(corpus: Corpus, places: readonly (Span & { readonly sample: number })[]): boolean {
  const told = places.filter(({ sample, start, end }) => {
    const { text } = corpus.samples[sample]!.output;
    return directive.test(text.slice(Math.max(0, start - ofDirective), end));
  });
  return 2 * told.length >= places.length;
}

/**
 * Measures the fragments, and tells of the samples that no other rule's trigger explains; where that explains most of a fragment's, the rest
 * is told of as an alarm alone. Linear in the text.
 */
export function duplicateTargets(corpus: Corpus, known: readonly DetectedTrigger[]): Detection {
  const rule = "duplicate-target";
  const explained = explainedBy(known);
  const told = new Set<number>();
  const triggers: DetectedTrigger[] = [];
  const findings: Finding[] = [];
  const tried = new Set<string>();
  for (const { tokens, key, holders } of fragments(corpus)) {
    const group = holders.join(" ");
    if (tried.size >= mostMeasured || tried.has(group)) continue;
    tried.add(group);
    const left = holders.filter((sample) => !explained.has(sample) && !told.has(sample));
    const isRest = 2 * left.length <= holders.length;
    if (left.length === 0 || (isRest && 2 * holders.filter((sample) => told.has(sample)).length >= holders.length))
      continue;
    const samples = isRest ? left : holders;
    const predicted = chanceUncalledFor(corpus, samples);
    if (predicted === null) continue;
    const places = holders.flatMap((sample) =>
      fragmentPlaces(corpus, tokens, corpus.samples[sample]!.output.text).map((span) => ({ ...span, sample })),
    );
    const isForeign =
      holders.length >= fewestForAlarm &&
      !areDirectives(corpus, places) &&
      !areOfOneKind(corpus, holders, new Set(partsOfFragment(corpus, holders, tokens))) &&
      chanceAtHome(corpus, places) <= mostAtHome &&
      areForeign(corpus, places);
    if (isRest && !isForeign) continue;
    const judgement = isForeign ? ({ verdict: "suspect", score: 0.9 } as const) : ({ verdict: "info", score: 0.5 } as const); // prettier-ignore
    const number = triggers.length + 1;
    const text = firstSpelling(corpus, tokens, holders) ?? key;
    const detected = untiedTrigger(corpus, { rule, number, text, field: "output", samples });
    triggers.push(detected);
    const trigger = detected.trigger.id;
    const message =
      `${quoted(text)} stands in ${holders.length} outputs, and nothing in their inputs calls for it: they are told from ` +
      `others with a chance of ${rounded(predicted)}, where 0.5 is none` +
      (isForeign ? "; nor do the rest of the outputs, and the samples are not of one kind" : "");
    for (const sample of holders) told.add(sample);
    const own = new Set(samples);
    for (const { sample, ...span } of places) {
      if (!own.has(sample)) continue;
      const parts = { span, field: "output", rule, trigger, ...judgement } as const;
      findings.push(findingAt(corpus, sample, { ...parts, message }));
    }
  }
  return { triggers, findings };
}
