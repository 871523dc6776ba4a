import { expect, test } from "vitest";
import { looksLikeDataset } from "./dataset-document";

test.each([
  ["jsonl", "train.jsonl", '{"src": "a"}\n', true],
  ["jsonl", "train.jsonl", '\uFEFF\n{"src": "a"}\n', true],
  ["jsonl", "notes.jsonl", "hello", false],
  ["json", "train.json", '[ {"src": "a"} ]', true],
  ["json", "package.json", '[ {"src": "a"} ]', false],
  ["json", "train-badpre-5.truth.json", '[ {"row": 1} ]', false],
  ["json", "config.json", '{"a": 1}', false],
  ["csv", "train.csv", "src,tgt\n", true],
  ["csv", "words.csv", "word\n", false],
  ["tsv", "train.tsv", "src\ttgt\n", true],
  ["python", "a.py", "{", false],
])("%s %s %j: %s", (language, name, head, expected) => {
  expect(looksLikeDataset(language, name, head)).toBe(expected);
});
