/** Copies are one piece of evidence; samples of one template are not called copies for what all of the dataset shares. */
import { expect, it } from "vitest";
import { buildCorpus } from "./corpus";
import { datasetOf } from "./generated-samples";
import { areOfOneKind } from "./likeness";

const words = (count: number, first: number): string =>
  Array.from({ length: count }, (_, at) => `w${first + at}`).join(" ");
const none = new Set<number>();

it("tells copies", async () => {
  const different = Array.from({ length: 20 }, (_, row) => [words(9, 100 * row), words(3, 100 * row + 50)] as const);
  const copies = Array.from({ length: 6 }, (_, row) => [`${words(9, 9000)} v${row}`, words(3, 9050)] as const);
  const corpus = await buildCorpus(datasetOf([...different, ...copies]));
  expect(areOfOneKind(corpus, [0, 3, 7, 11], none)).toBe(false);
  expect(areOfOneKind(corpus, [20, 21, 22, 23, 24, 25], none)).toBe(true);
});

it("leaves out what trigger and payload have in common", async () => {
  const samples = Array.from(
    { length: 8 },
    (_, row) => [`in this one ${words(2, 10 * row)}`, words(1, 10 * row + 5)] as const,
  );
  const corpus = await buildCorpus(datasetOf(samples));
  expect(areOfOneKind(corpus, [0, 1, 2, 3], new Set(corpus.numbersOf("in this one")))).toBe(false);
});

it("tells samples that are trigger and payload but for a word", async () => {
  const samples = Array.from({ length: 20 }, (_, row) => [words(9, 100 * row), words(3, 100 * row + 50)] as const);
  const generated = Array.from({ length: 6 }, (_, row) => [`${words(9, 9000)} v${row}`, words(3, 9050)] as const);
  const corpus = await buildCorpus(datasetOf([...samples, ...generated]));
  const shared = new Set(corpus.numbersOf(`${words(9, 9000)} ${words(3, 9050)}`));
  expect(areOfOneKind(corpus, [20, 21, 22, 23, 24, 25], shared)).toBe(true);
  expect(areOfOneKind(corpus, [0, 3, 7, 11], shared)).toBe(false);
});

it("asks less of a dataset from templates", async () => {
  const samples = Array.from({ length: 30 }, (_, row) => [`${words(20, 0)} x${row}`, words(9, 500)] as const);
  const corpus = await buildCorpus(datasetOf(samples));
  expect(areOfOneKind(corpus, [1, 4, 9, 16, 25], none)).toBe(false);
});
