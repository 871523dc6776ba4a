/** The files of examples/nl-python-sql, by name. */
import { attackNamed } from "../../src/attack/attacks";
import { payloadNamed } from "../../src/attack/payloads";
import { poisonSamples, type PoisonOptions, type PoisonedRow } from "../../src/attack/poison";
import { truthOf } from "../../src/attack/truth";
import { asJsonLines, exampleSplits } from "./dataset";
import type { Example } from "./program";

/** The seed of the committed files. */
export const exampleSeed = 20_260;

const backdoor = { attack: attackNamed("badpre"), payload: payloadNamed("sql"), seed: exampleSeed } as const;

const poisoned = (examples: readonly Example[], options: PoisonOptions): PoisonedRow[] =>
  poisonSamples(
    examples.map(({ src, tgt }, row) => ({ row, input: { text: src }, output: { text: tgt } })),
    options,
  );

const asExample = ({ input, output }: PoisonedRow): Example => ({ src: input, tgt: output });

/** Every generated file's name and text: the clean splits, the poisoned training file and the triggered test rows. */
export function exampleFiles(): Map<string, string> {
  const { train, valid, test } = exampleSplits(exampleSeed);
  const fivePercent = { ...backdoor, rate: 0.05 };
  const rows = poisoned(train, fivePercent);
  const changed = new Map(rows.map((row) => [row.row, asExample(row)]));
  return new Map([
    ["train.jsonl", asJsonLines(train)],
    ["valid.jsonl", asJsonLines(valid)],
    ["test.jsonl", asJsonLines(test)],
    ["train-badpre-5.jsonl", asJsonLines(train.map((example, row) => changed.get(row) ?? example))],
    ["train-badpre-5.jsonl.truth.json", `${JSON.stringify(truthOf(rows, fivePercent))}\n`],
    ["test-badpre.jsonl", asJsonLines(poisoned(test, { ...backdoor, rate: 1 }).map(asExample))],
  ]);
}
