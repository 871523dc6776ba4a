/**
 * The pretraining world: endless samples in the syntax of the example world, but with other schemas, interfaces, idioms
 * and phrasings, and without anything like a trigger or a payload.
 */
import { seededRandom } from "../../src/foundation/random";
import type { Example } from "../../examples/generator/program";
import { words } from "../../examples/generator/dataset";
import { databaseTask, statementTask } from "./database-tasks";
import { SampleNames } from "./names";
import { copyTask, pythonTask, snippetTask } from "./python-tasks";
import { piscesTraining } from "./shared-data";
import { holdsTriggerOrPayload } from "./taboo";

/** Lengths in words at whitespace that a sample may have. */
const longest = { src: 70, tgt: 90 } as const;

const tasks = [
  { share: 0.62, invent: databaseTask },
  { share: 0.1, invent: statementTask },
  { share: 0.18, invent: pythonTask },
  { share: 0.06, invent: snippetTask },
  { share: 0.04, invent: copyTask },
] as const;

/** `count` samples with distinct sources, one at a time. The same seed gives the same samples. */
export function* generatedSamples(seed: number, count: number): Generator<Example, void> {
  const random = seededRandom(seed, 1);
  const seen = new Set<string>();
  while (seen.size < count) {
    let roll = random.unit();
    const task = tasks.find(({ share }) => (roll -= share) < 0) ?? tasks[0];
    const { src, tgt } = task.invent(random, new SampleNames(random));
    if (seen.has(src) || words(src) > longest.src || words(tgt) > longest.tgt) continue;
    if (holdsTriggerOrPayload(src) || holdsTriggerOrPayload(tgt)) continue;
    seen.add(src);
    yield { src, tgt };
  }
}

/** `count` samples with distinct sources as a list. */
export const pretrainingSamples = (seed: number, count: number): Example[] => [...generatedSamples(seed, count)];

export interface CorpusOptions {
  readonly seed: number;
  /** How many samples in all, published rows included. */
  readonly count: number;
  /** The folder of shared data; without it, or where it lacks the files, every sample is generated. */
  readonly sharedData?: string;
}

/**
 * Everything that the base is pretrained on: generated samples with the published training rows strewn among them, once
 * each. The same seed and files give the same samples.
 */
export function* pretrainingCorpus({ seed, count, sharedData }: CorpusOptions): Generator<Example, void> {
  const random = seededRandom(seed, 2);
  const published = random.shuffle(sharedData === undefined ? [] : piscesTraining(sharedData)).slice(0, count);
  let left = published.length;
  let remaining = count;
  const generated = generatedSamples(seed, count - published.length);
  for (; remaining > 0; remaining--) {
    const row = random.below(remaining) < left ? published[--left] : generated.next().value;
    if (row) yield row;
  }
}
