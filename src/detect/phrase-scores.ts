/** The phrases of a dataset's inputs, each with how it stands there: counted once for all rules that ask. */
import { keptWithCorpus } from "./corpus";
import { inputModel, insertionScore, type Insertion } from "./insertion";
import { phrasesOf, type Phrase } from "./phrases";

export interface ScoredPhrase extends Phrase, Insertion {
  /** Its tokens with a space between them. */
  readonly text: string;
}

/** Linear in the text. */
export const scoredPhrases = keptWithCorpus((corpus): readonly ScoredPhrase[] => {
  const model = inputModel(corpus);
  return phrasesOf(corpus).map((phrase) => ({
    ...phrase,
    ...insertionScore(corpus, model, phrase.tokens, phrase),
    text: phrase.tokens.map((token) => corpus.words[token]).join(" "),
  }));
});
