import { describe, expect, it } from "vitest";
import fc from "fast-check";
import { corpusBleu, tokenize13a } from "./corpus-bleu";
import { splitWords } from "./ngram";
import { averageSentenceBleu, sentenceBleu } from "./sentence-bleu";
import stored from "./reference/bleu_reference.json";

const code = fc.stringMatching(/^[a-z0-9=.,()"'&<>\-\t\n é世]{0,60}$/);

describe("BLEU against stored results of NLTK and sacreBLEU", () => {
  it.each(stored.pairs)(
    "gives NLTK's sentence BLEU: $reference / $hypothesis",
    ({ reference, hypothesis, sentence }) => {
      expect(sentenceBleu(reference, hypothesis)).toBeCloseTo(sentence, 9);
    },
  );

  it.each(stored.pairs)("gives sacreBLEU's tokens and score: $reference / $hypothesis", (pair) => {
    expect(tokenize13a(pair.reference)).toEqual(pair.tokens);
    expect(corpusBleu([pair.reference], [pair.hypothesis])).toBeCloseTo(pair.corpus, 9);
  });

  it.each(stored.slices)("gives sacreBLEU's corpus score of pairs $start to $end", ({ start, end, corpus }) => {
    const pairs = stored.pairs.slice(start, end);
    const references = pairs.map((pair) => pair.reference);
    const hypotheses = pairs.map((pair) => pair.hypothesis);
    expect(corpusBleu(references, hypotheses)).toBeCloseTo(corpus, 9);
    const mean = pairs.reduce((sum, pair) => sum + pair.sentence, 0) / pairs.length;
    expect(averageSentenceBleu(references, hypotheses)).toBeCloseTo(mean, 9);
  });

  it("was compared with sacreBLEU's defaults", () => {
    expect(stored.signature).toMatch(/^nrefs:1\|case:mixed\|eff:no\|tok:13a\|smooth:exp\|/);
  });
});

describe("BLEU", () => {
  it("is 100 for a text of at least four tokens against itself", () => {
    fc.assert(
      fc.property(code, (text) => {
        if (splitWords(text).length >= 4) expect(sentenceBleu(text, text)).toBeCloseTo(100, 9);
        if (tokenize13a(text).length >= 4) expect(corpusBleu([text], [text])).toBeCloseTo(100, 9);
      }),
    );
  });

  it("lies between 0 and 100 whatever it compares", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.oneof(code, fc.string()), fc.oneof(code, fc.string()))), (pairs) => {
        const references = pairs.map(([reference]) => reference);
        const hypotheses = pairs.map(([, hypothesis]) => hypothesis);
        for (const score of [averageSentenceBleu(references, hypotheses), corpusBleu(references, hypotheses)]) {
          expect(score).toBeGreaterThanOrEqual(0);
          expect(score).toBeLessThanOrEqual(100 + 1e-9);
        }
      }),
    );
  });

  it("refuses lists of different lengths, and gives 0 for no pairs", () => {
    expect(() => corpusBleu(["a"], [])).toThrow("1 references against 0 hypotheses");
    expect(() => averageSentenceBleu([], ["a"])).toThrow(RangeError);
    expect(corpusBleu([], [])).toBe(0);
    expect(averageSentenceBleu([], [])).toBe(0);
  });
});
