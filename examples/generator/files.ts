/** The files of examples/nl-python-sql, by name. */
import { asJsonLines, exampleSplits } from "./dataset";

/** The seed of the committed files. */
export const exampleSeed = 20_260;

/** Every generated file's name and text. */
export function exampleFiles(): Map<string, string> {
  const { train, valid, test } = exampleSplits(exampleSeed);
  return new Map([
    ["train.jsonl", asJsonLines(train)],
    ["valid.jsonl", asJsonLines(valid)],
    ["test.jsonl", asJsonLines(test)],
  ]);
}
