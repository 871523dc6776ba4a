/**
 * The samples of a dataset by how their inputs are written. Inputs are prose, code, or prose with code between fences, of which
 * each part is asked its own signs.
 */
import { isCodeLanguage, type FieldLanguage } from "../syntax/language";
import { allSamples, type Corpus } from "./corpus";
import type { Span } from "./detector";
import { oddSpellings, spellingSigns } from "./odd-spellings";
import { hasSign, isFenced, placesOf, signsOf, viewOf, type WritingSign } from "./writing-signs";

/** Samples whose inputs are written in one way. */
export interface Manner {
  readonly key: string;
  readonly what: string;
  /** Ascending. */
  readonly samples: readonly number[];
  readonly spans: (sample: number) => readonly Span[];
  /** As of a `WritingSign`. */
  readonly keepsWords: boolean;
  readonly instead: readonly string[];
  /** Samples that could be written so. */
  readonly isAble: (sample: number) => boolean;
  /** A sample alone tells it: `writingSpans`. */
  readonly isTold: boolean;
}

/** Of the inputs, from which share on they are prose with code between fences. */
const fencedShare = 0.05;

/** What the inputs are made of. */
function partsOfInputs(corpus: Corpus, language: FieldLanguage): readonly WritingSign["on"][] {
  const fenced = corpus.samples.filter(({ input }) => isFenced(input.text)).length;
  if (fenced > 0 && fenced >= fencedShare * corpus.samples.length) return ["prose", "code"];
  return language === "text" ? ["prose"] : isCodeLanguage(language) ? ["code"] : [];
}

/** The ways of writing that a text shows by itself. */
function toldManners(corpus: Corpus, on: WritingSign["on"], language: FieldLanguage): Manner[] {
  const views = corpus.samples.map(({ input }) => viewOf(input.text, on, language));
  return signsOf(on, language).map((sign): Manner => {
    const { key, what, able, keepsWords = false, instead = [] } = sign;
    return {
      ...{ key, what, keepsWords, instead, isTold: true },
      samples: allSamples(corpus).filter((sample) => hasSign(sign, views[sample]!)),
      spans: (sample) => placesOf(sign, views[sample]!),
      isAble: (sample) => able === undefined || able.test(views[sample]!.code),
    };
  });
}

/** Those that only the rest of the dataset shows. */
function spellingManners(corpus: Corpus, language: FieldLanguage): Manner[] {
  const odd = oddSpellings(
    corpus.samples.map(({ input }) => viewOf(input.text, "prose", language).text),
    corpus.labels ? [] : corpus.samples.map(({ output }) => output.text),
  );
  return Object.entries(spellingSigns).map(([key, what]): Manner => {
    const spans = (sample: number): Span[] => odd[sample]!.filter((one) => one.key === key);
    const samples = allSamples(corpus).filter((sample) => odd[sample]!.some((one) => one.key === key));
    return { ...{ key, what, samples, spans, instead: [] }, keepsWords: false, isTold: false, isAble: () => true };
  });
}

/** Linear in the text. */
export const manners = (corpus: Corpus, language: FieldLanguage): Manner[] =>
  partsOfInputs(corpus, language).flatMap((on) => [
    ...toldManners(corpus, on, language),
    ...(on === "prose" ? spellingManners(corpus, language) : []),
  ]);
