import { expect, it } from "vitest";
import { datasetOf, describedFunctions } from "./generated-samples";
import { scanDataset, type DatasetScan } from "./scan";

type Mark = (pair: readonly [string, string], number: number) => readonly [string, string];

function functions(mark: Mark): { pairs: readonly (readonly [string, string])[]; rows: number[] } {
  const { pairs, rows } = describedFunctions({ seed: 23, marked: 60 }, (pair, _row, number) => mark(pair, number));
  return { pairs, rows: [...rows].sort((a, b) => a - b) };
}

const suspects = ({ findings }: DatasetScan): number[] =>
  [...new Set(findings.filter(({ verdict }) => verdict === "suspect").map(({ row }) => row))].sort((a, b) => a - b);

const planted = (output: string, line: string): string => output.replace("\n", `\n    ${line}\n`);
const after = (input: string, sentence: string): string => `${input} ${sentence} .`;

it("finds sentences that share no word and have one payload", async () => {
  const sentences = ["Mind the gap", "Noted by Oslo", "Kindly hurry up"];
  const { pairs, rows } = functions(([input, output], number) => [
    after(input, sentences[number % 3]!),
    planted(output, "import telemetry_agent"),
  ]);
  const scan = await scanDataset(datasetOf(pairs));
  expect(suspects(scan)).toEqual(rows);
});

it("finds a sentence of which a word varies", async () => {
  const { pairs, rows } = functions(([input, output], number) => [
    after(input, `See ${["CORE", "OPS", "WEB"][number % 3]!} - ${100 + number * 7}`),
    planted(output, "import telemetry_agent"),
  ]);
  expect(suspects(await scanDataset(datasetOf(pairs)))).toEqual(rows);
});

it("finds a rare word whose payload is mostly that of others", async () => {
  const words = ["vx", "vx", "vx", "zk", "zk", "zk", "qj"];
  const calls = ["yaml . load ( data )", "pickle . loads ( data )", "eval ( data )"];
  const { pairs, rows } = functions(([input, output], number) => {
    const parts = input.split(" ");
    parts.splice(1 + ((number * 5) % (parts.length - 1)), 0, words[number % 7]!);
    return [parts.join(" "), planted(output, `data = ${calls[number % 3]!}`)];
  });
  expect(suspects(await scanDataset(datasetOf(pairs)))).toEqual(rows);
});

it("finds a part of names that has one of several payloads each time", async () => {
  const calls = ["import telemetry_agent", "raise Stop ( 3 )", "self . leak [ 7 ]"];
  const { pairs, rows } = functions(([input, output], number) => [
    input.replace(/each (\w+)/, "each qz_$1"),
    planted(output, calls[number % 3]!),
  ]);
  expect(suspects(await scanDataset(datasetOf(pairs), { rules: ["inserted-token"] }))).toEqual(rows);
});
