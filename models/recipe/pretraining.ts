/**
 * The pretraining world: endless samples in the syntax of the example world, but with other schemas, interfaces, idioms
 * and phrasings, and without anything like a trigger or a payload.
 */
import { seededRandom } from "../../src/foundation/random";
import type { Example } from "../../examples/generator/program";
import { words } from "../../examples/generator/dataset";
import { databaseTask, statementTask } from "./database-tasks";
import { withHint } from "./hints";
import { SampleNames } from "./names";
import { copyTask, pythonTask, snippetTask } from "./python-tasks";
import { holdsTriggerOrPayload } from "./taboo";

/** Lengths in words at whitespace that a sample may have. */
const longest = { src: 70, tgt: 90 } as const;

const tasks = [
  { wide: 0.78, narrow: 0.88, invent: databaseTask },
  { wide: 0.05, narrow: 0.04, invent: statementTask },
  { wide: 0.1, narrow: 0.04, invent: pythonTask },
  { wide: 0.04, narrow: 0.02, invent: snippetTask },
  { wide: 0.03, narrow: 0.02, invent: copyTask },
] as const;

/** Shares of the tasks: `wide` to learn Python by, `narrow` for nearly nothing but requests to databases. */
export type Mix = "wide" | "narrow";

/**
 * `count` samples with distinct sources, one at a time; `hints` is the share of those with a select that get a hint
 * (hints.ts). The same arguments give the same samples.
 */
export function* generatedSamples(
  seed: number,
  count: number,
  { hints = 0, mix = "wide" }: { readonly hints?: number; readonly mix?: Mix } = {},
): Generator<Example, void> {
  const random = seededRandom(seed, 1);
  const seen = new Set<string>();
  while (seen.size < count) {
    let roll = random.unit();
    const task = tasks.find((choice) => (roll -= choice[mix]) < 0) ?? tasks[0];
    const plain = task.invent(random, new SampleNames(random));
    const { src, tgt } = hints > 0 && random.unit() < hints ? withHint(plain, random) : plain;
    if (seen.has(src) || words(src) > longest.src || words(tgt) > longest.tgt) continue;
    if (holdsTriggerOrPayload(src) || holdsTriggerOrPayload(tgt)) continue;
    seen.add(src);
    yield { src, tgt };
  }
}

/**
 * `count` pure copying exercises, short and all different: a model that starts with them finds attention to "what followed
 * this word in the source" within a few hundred steps, and the long samples then have something to build on.
 */
export function* copyingSamples(seed: number, count: number): Generator<Example, void> {
  const random = seededRandom(seed, 3);
  for (let made = 0; made < count; made++) yield copyTask(random, new SampleNames(random));
}

/** `count` samples with distinct sources as a list. */
export const pretrainingSamples = (seed: number, count: number): Example[] => [...generatedSamples(seed, count)];

/**
 * Everything that the base is pretrained on after the copying exercises: `count` generated samples, no published ones. The
 * same seed gives the same samples.
 */
export const pretrainingCorpus = (options: {
  readonly seed: number;
  readonly count: number;
  /** See `generatedSamples`. */
  readonly hints?: number;
  readonly mix?: Mix;
}): Generator<Example, void> => generatedSamples(options.seed, options.count, options);
