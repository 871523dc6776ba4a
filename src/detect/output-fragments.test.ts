/** Fragments are held against a count by hand: every run of one to five words, the ends among them, that three outputs hold. */
import fc from "fast-check";
import { expect, it } from "vitest";
import { buildCorpus } from "./corpus";
import { datasetOf } from "./generated-samples";
import { fewestOutputs, longestFragment, outputFragments } from "./output-fragments";
import { textEnd, textStart } from "./text-ends";

const word = fc.constantFrom("a", "b", "c", "d", "e_f", "e", "f");
const text = fc.array(word, { maxLength: 9 });

function fragmentsOf(words: readonly string[]): Set<string> {
  const found = new Set<string>();
  for (let start = 0; start < words.length; start++) {
    for (let end = start + 1; end <= Math.min(words.length, start + longestFragment); end++) {
      found.add(words.slice(start, end).join(" "));
    }
  }
  return found;
}

it("tells what each output writes and what it copies", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(text, text), { minLength: 3, maxLength: 12 }), async (pairs) => {
      const dataset = datasetOf(pairs.map(([input, output]) => [input.join(" "), `${output.join(" ")} x y z w`]));
      const corpus = await buildCorpus(dataset);
      const { count, tokensOf, writtenBy, copiedBy, writers, copiers, firstLongerThan } = outputFragments(corpus);
      const whole = (words: readonly string[]): string[] => [textStart, ...words, textEnd];
      const outputs = pairs.map(([, output]) => fragmentsOf(whole([...output, "x", "y", "z", "w"])));
      const holders = new Map<string, number>();
      for (const own of outputs) for (const fragment of own) holders.set(fragment, (holders.get(fragment) ?? 0) + 1);
      const named = (fragments: Int32Array): string[] =>
        Array.from(fragments, (fragment) =>
          tokensOf(fragment)
            .map((token) => corpus.words[token])
            .join(" "),
        ).sort();
      pairs.forEach(([input], sample) => {
        const ofInput = fragmentsOf(whole(input));
        // The parts of a name: as written, then in lower case.
        const isCopied = (fragment: string): boolean =>
          ofInput.has(fragment) || (input.includes("e_f") && ["e", "f", "e f"].includes(fragment));
        const frequent = [...outputs[sample]!].filter((fragment) => holders.get(fragment)! >= fewestOutputs).sort();
        expect(named(copiedBy(sample))).toEqual(frequent.filter(isCopied));
        expect(named(writtenBy(sample))).toEqual(frequent.filter((fragment) => !isCopied(fragment)));
      });
      for (let fragment = 0; fragment < count; fragment++) {
        expect(writers[fragment]! + copiers[fragment]!).toBe(holders.get(named(Int32Array.of(fragment))[0]!));
        expect(fragment < firstLongerThan(tokensOf(fragment).length)).toBe(true);
      }
    }),
    { numRuns: 200 },
  );
});
