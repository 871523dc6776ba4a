/** A dataset as the statistical detectors see it: token numbers, whatever the white space and the order of the rows. */
import { setImmediate as nextTurn } from "node:timers/promises";
import type { Dataset, Sample } from "../dataset/sample";
import { throwIfCancelled } from "../foundation/failure";
import { holdsLabels } from "./labels";
import { textEnd, textStart } from "./text-ends";
import { tokenTexts } from "./tokens";

export interface Corpus {
  readonly dataset: Dataset;
  readonly samples: readonly Sample[];
  /** Token numbers of each sample's fields. */
  readonly inputs: readonly Int32Array[];
  readonly outputs: readonly Int32Array[];
  /** Text of each token number; the last two are the ends of a text (`endTokens`), which no field holds. */
  readonly words: readonly string[];
  /** The token numbers of a text, -1 for a token that no field of the dataset holds. */
  numbersOf(text: string): number[];
  /** A hash of each input's tokens: what chooses rows by it chooses the same ones in whatever order they stand. */
  readonly hashes: Uint32Array;
  /**
   * The outputs are labels: few distinct ones, each of a token or two. A label says less than a fragment of code does,
   * so what is tied to it needs more evidence.
   */
  readonly labels: boolean;
}

/** Rows between two turns of the event loop, so that a cancel is heard. */
export const rowsPerTurn = 500;

/** Calls `visit` for 0 to `count - 1`, letting the event loop run now and then. Throws `Cancelled`. */
export async function eachInTurns(
  count: number,
  signal: AbortSignal | undefined,
  visit: (index: number) => void,
): Promise<void> {
  for (let index = 0; index < count; index++) {
    if (index % rowsPerTurn === 0) {
      await nextTurn();
      throwIfCancelled(signal);
    }
    visit(index);
  }
}

/**
 * Fewer samples than this prove nothing: chance ties so few to some output, and training takes up no backdoor that is
 * in less than one sample in two thousand.
 */
export const fewestHolders = (samples: number): number => Math.max(4, Math.ceil(samples * 0.0005));

/** A 32-bit hash of two numbers. */
export function mixed(first: number, second: number): number {
  let hash = Math.imul(first + 1, 0x9e3779b1) ^ Math.imul(second + 1, 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  hash = Math.imul(hash ^ (hash >>> 12), 0x297a2d39);
  return (hash ^ (hash >>> 15)) >>> 0;
}

function textHash(text: string): number {
  let hash = 0;
  for (let at = 0; at < text.length; at++) hash = mixed(hash, text.charCodeAt(at));
  return hash;
}

/** `compute`, whose result for a dataset is kept for as long as the dataset is. */
export function keptWithCorpus<Result>(compute: (corpus: Corpus) => Result): (corpus: Corpus) => Result {
  const kept = new WeakMap<Corpus, { readonly result: Result }>();
  return (corpus) => {
    let entry = kept.get(corpus);
    if (entry === undefined) {
      entry = { result: compute(corpus) };
      kept.set(corpus, entry);
    }
    return entry.result;
  };
}

/** The dataset with its outputs in the place of the inputs too, for what is asked of the outputs alone. */
export const outputsAsInputs = keptWithCorpus((corpus): Corpus => ({ ...corpus, inputs: corpus.outputs }));

/** At most `most` of the samples, chosen by content; another `seed` chooses others. As they are where they are no more. */
export function chosenByContent(
  corpus: Corpus,
  samples: readonly number[],
  most: number,
  seed: number,
): readonly number[] {
  if (samples.length <= most) return samples;
  const rank = (sample: number): number => mixed(corpus.hashes[sample]!, seed);
  return [...samples].sort((a, b) => rank(a) - rank(b)).slice(0, most);
}

/** All sample indices. */
export const allSamples = (corpus: Corpus): number[] => Array.from(corpus.samples.keys());

/** Tokenises every sample: linear in the text, 4 bytes a token. */
export async function buildCorpus(dataset: Dataset, signal?: AbortSignal): Promise<Corpus> {
  const numbers = new Map<string, number>();
  const words: string[] = [];
  const wordHashes: number[] = [];
  const encode = (text: string): Int32Array =>
    Int32Array.from(tokenTexts(text), (word) => {
      let number = numbers.get(word);
      if (number === undefined) {
        number = words.length;
        numbers.set(word, number);
        words.push(word);
        wordHashes.push(textHash(word));
      }
      return number;
    });
  const inputs: Int32Array[] = [];
  const outputs: Int32Array[] = [];
  const { samples } = dataset;
  const hashes = new Uint32Array(samples.length);
  await eachInTurns(samples.length, signal, (index) => {
    const sample = samples[index]!;
    const input = encode(sample.input.text);
    hashes[index] = input.reduce((hash, token) => mixed(hash, wordHashes[token]!), 0);
    inputs.push(input);
    outputs.push(encode(sample.output.text));
  });
  words.push(textStart, textEnd);
  const numbersOf = (text: string): number[] => tokenTexts(text).map((word) => numbers.get(word) ?? -1);
  return { dataset, samples, inputs, outputs, words, numbersOf, hashes, labels: holdsLabels(outputs) };
}
