/**
 * Rule `odd-identifier`: one method name in many inputs whose methods have nothing in common. Methods that share an
 * honest name look alike (every `toString` returns a string and takes nothing); a name that was put in place of others
 * (the FuncName attack's `foo`) stands over methods as they come. For each name, the shape of its methods is explained
 * once by the shapes of all methods, once by those of its own others; the difference is the mean in nats, as in
 * insertion.ts. An alarm also needs outputs that are tied to the name.
 */
import { allSamples, fewestHolders, type Corpus } from "./corpus";
import type { MethodName } from "./declared-methods";
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
import { repeatsInput } from "./repeated-words";
import type { Finding, Trigger } from "./report";
import { withoutEnds } from "./text-ends";
import { holds } from "./token-places";

export interface NamedMethod extends MethodName {
  readonly sample: number;
}

/** Names that the language or its test tools give to methods that have nothing else in common. */
const conventional = new Set(
  ["main", "Main", "init", "__init__", "__construct", "constructor", "run", "test", "setUp", "SetUp", "tearDown", "TearDown"], // prettier-ignore
);
/** Nats per method: honest names score well below (docs/detectors.md has the distribution). */
const oddScore = -0.2;
const smoothings = [1, 4, 16, 64, 256];

function countsOf(values: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
}

/** How much better "any method" explains the shapes than "methods of this name": nats per method, summed over the parts. */
function strangeness(
  methods: readonly NamedMethod[],
  background: readonly ReadonlyMap<string, number>[],
  all: number,
): number {
  let sum = 0;
  background.forEach((common, part) => {
    const own = countsOf(methods.map(({ shape }) => shape[part]!));
    const probability = (value: string): number => (common.get(value)! + 0.5) / (all + 0.5 * common.size);
    let anyMethod = 0;
    for (const [value, count] of own) anyMethod += count * Math.log(probability(value));
    const ofThisName = Math.max(
      ...smoothings.map((smoothing) => {
        let log = 0;
        for (const [value, count] of own) {
          log += count * Math.log((count - 1 + smoothing * probability(value)) / (methods.length - 1 + smoothing));
        }
        return log;
      }),
    );
    sum += anyMethod - ofThisName;
  });
  return sum / methods.length;
}

/** The message of the findings of a name that so many methods have. */
export function identifierMessage({ text, payload, statistics }: Trigger, methods: number, tie: TieCounts): string {
  return (
    `${quoted(text)} names ${methods} methods that are alike in nothing else, and ${tie.explained.size} of their ` +
    `outputs hold ${quoted(payload ?? "")}, against ${tie.outside} of the others ` +
    `(lift ${statistics.lift ?? 1}, corrected p ${statistics.pValue ?? 1})`
  );
}

/** The name and what is made of it where a method is spoken of: `read`, "Read", "Reads". */
function spokenOf(name: string): string {
  const parts = name.match(/[\p{Lu}]?[\p{Ll}\p{N}]+|\p{Lu}+/gu) ?? [];
  return [name, ...parts]
    .flatMap((part) => [part, part.toLowerCase(), `${part[0]!.toUpperCase()}${part.slice(1)}`])
    .flatMap((part) => [part, `${part}s`])
    .join(" ");
}

const writersOf = (corpus: Corpus, fragment: readonly number[], samples: Iterable<number>): number[] => {
  const inside = withoutEnds(corpus, fragment);
  return [...samples].filter((sample) => holds(corpus.outputs[sample]!, inside));
};

/** Groups the methods of all inputs by name. */
export function judgeIdentifiers(corpus: Corpus, methods: readonly NamedMethod[]): Detection {
  const rule = "odd-identifier";
  const fewest = fewestHolders(corpus.samples.length);
  const byName = new Map<string, NamedMethod[]>();
  for (const method of methods) {
    const group = byName.get(method.name);
    if (group === undefined) byName.set(method.name, [method]);
    else group.push(method);
  }
  const background = [0, 1, 2, 3].map((part) => countsOf(methods.map(({ shape }) => shape[part]!)));
  const repeated = [...byName]
    .filter(([name, group]) => group.length >= fewest && !conventional.has(name))
    .sort(([a, m], [b, n]) => n.length - m.length || (a < b ? -1 : 1));
  const triggers: DetectedTrigger[] = [];
  const findings: Finding[] = [];
  for (const [name, group] of repeated) {
    if (strangeness(group, background, methods.length) < oddScore) continue;
    const samples = [...new Set(group.map(({ sample }) => sample))];
    const tie = tiedPayload(corpus, samples, corpus.numbersOf(spokenOf(name)));
    if (tie === undefined) continue;
    const ignored = new Set([...corpus.numbersOf(name), ...partsOfPayload(corpus, tie)]);
    const isTied =
      isEvident(corpus, samples, tie, repeated.length) ||
      isFlipped(corpus, samples, tie, { groups: repeated.length, rest: corpus, ignored });
    if (!isTied || areOfOneKind(corpus, samples, ignored)) continue;
    const speaks = (fragment: readonly number[]): boolean =>
      repeatsInput(corpus, fragment, writersOf(corpus, fragment, tie.explained), allSamples(corpus));
    if (!corpus.labels && tie.covering.every(speaks)) continue;
    const number = triggers.length + 1;
    const sign = { kind: "method", name } as const;
    const parts = { rule, number, text: name, field: "input", samples, tie, groups: repeated.length, sign } as const;
    const detected = describeTrigger(corpus, parts);
    triggers.push(detected);
    const message = identifierMessage(detected.trigger, group.length, tie);
    for (const method of group) {
      const judged = judgeSample(method.sample, detected);
      const trigger = detected.trigger.id;
      findings.push(
        findingAt(corpus, method.sample, { span: method, field: "input", rule, trigger, ...judged, message }),
      );
    }
  }
  return { triggers, findings };
}
