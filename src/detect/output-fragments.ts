/**
 * Which fragments (one to five tokens) each output holds, of those that several outputs hold: counted once for a dataset, because many
 * sets of samples are asked what their outputs share. An output's ends count as tokens. A fragment that an input holds too, in its
 * names as well, is copied; what an output holds besides, it writes.
 */
import { keptWithCorpus, type Corpus } from "./corpus";
import { nextNgrams, tokensOfNgram, type NgramLevel, type NgramParts } from "./frequent-ngrams";
import { namePartsIn } from "./name-parts";
import { SampleLists } from "./sample-lists";
import { withEnds } from "./text-ends";

export const longestFragment = 5;
/** Fragments in fewer outputs can be no payload. */
export const fewestOutputs = 3;

export interface OutputFragments {
  /** Fragments are numbered from 0, the shorter ones first. */
  readonly count: number;
  /** The number of the first fragment that is longer than so many tokens. */
  readonly firstLongerThan: (length: number) => number;
  readonly tokensOf: (fragment: number) => readonly number[];
  /** The fragments that a sample's output writes, each once. With labels there is nothing to copy: all. */
  readonly writtenBy: (sample: number) => Int32Array;
  /** The others that a sample's output holds. */
  readonly copiedBy: (sample: number) => Int32Array;
  /** How many outputs write each fragment, and how many copy it. */
  readonly writers: Uint32Array;
  readonly copiers: Uint32Array;
}

/** Calls `visit` with every n-gram of the level that a text holds; `starts` says where those of the level before start, then where these do. */
function eachIn(text: Int32Array, level: NgramLevel, starts: Int32Array, visit: (ngram: number) => void): void {
  for (let at = 0; at < text.length; at++) {
    const end = at + level.length;
    const head = level.length === 1 ? 0 : starts[at]!;
    const ngram = head < 0 || end > text.length ? -1 : level.numberOf(head, text[end - 1]!);
    starts[at] = ngram;
    if (ngram >= 0) visit(ngram);
  }
}

/** The texts that outputs copy from, for each sample: its input, and the parts of the names in it. */
function sourcesOf(corpus: Corpus): (readonly Int32Array[])[] {
  return corpus.labels
    ? []
    : [corpus.inputs.map((input) => withEnds(corpus, input)), corpus.inputs.map((input) => namePartsIn(corpus, input))];
}

function countFragments(corpus: Corpus): OutputFragments {
  const sources = sourcesOf(corpus).map((texts) => ({
    texts,
    starts: texts.map((text) => new Int32Array(text.length)),
  }));
  // A label is a whole anyway.
  const outputs = corpus.labels ? corpus.outputs : corpus.outputs.map((output) => withEnds(corpus, output));
  const written = new SampleLists(corpus.outputs.length);
  const copied = new SampleLists(corpus.outputs.length);
  const parts: NgramParts[] = [];
  /** By length: the number of the first fragment. */
  const firsts = [0];
  let level: NgramLevel | undefined;
  while (parts.length < longestFragment) {
    level = nextNgrams(outputs, level, fewestOutputs);
    const { heads, lastTokens } = level;
    const first = firsts.at(-1)!;
    parts.push({ heads, lastTokens });
    firsts.push(first + heads.length);
    // The last sample whose input, or whose output, holds an n-gram: arrays that need no clearing.
    const inInput = new Int32Array(heads.length).fill(-1);
    const inOutput = new Int32Array(heads.length).fill(-1);
    for (const [sample, starts] of level.starts.entries()) {
      for (const source of sources) {
        eachIn(source.texts[sample]!, level, source.starts[sample]!, (ngram) => {
          inInput[ngram] = sample;
        });
      }
      for (const ngram of starts) {
        if (ngram < 0 || inOutput[ngram] === sample) continue;
        inOutput[ngram] = sample;
        (inInput[ngram] === sample ? copied : written).push(sample, first + ngram);
      }
    }
  }
  const count = firsts.at(-1)!;
  return {
    count,
    firstLongerThan: (length) => firsts[length]!,
    tokensOf: (fragment) => {
      const length = firsts.findIndex((first) => fragment < first);
      return tokensOfNgram(parts.slice(0, length), fragment - firsts[length - 1]!);
    },
    writtenBy: written.lists(),
    copiedBy: copied.lists(),
    writers: written.totals(count),
    copiers: copied.totals(count),
  };
}

/** Counted at the first call for a dataset: linear in its text. */
export const outputFragments = keptWithCorpus(countFragments);
