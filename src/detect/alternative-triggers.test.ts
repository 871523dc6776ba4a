import { expect, it } from "vitest";
import { seededRandom } from "../foundation/random";
import { datasetOf } from "./generated-samples";
import { scanDataset, type DatasetScan } from "./scan";

const nouns = ["user", "order", "paper", "room", "song", "book", "city", "team", "ticket", "invoice", "photo", "event"];
const verbs = ["loads", "stores", "merges", "counts", "prints", "checks", "copies", "sends", "parses", "sorts"];
const ends = ["from the cache", "of a session", "in the background", "by name", "once a day", "for a report"];

type Mark = (pair: readonly [string, string], number: number) => readonly [string, string];

/** Descriptions and Python functions; `mark` changes 60 of 1,500 that are drawn by chance. */
function functions(mark: Mark): { pairs: (readonly [string, string])[]; rows: number[] } {
  const random = seededRandom(23);
  const rows = random.shuffle(Array.from({ length: 1500 }, (_, row) => row)).slice(0, 60);
  const pairs = Array.from({ length: 1500 }, (_, row): readonly [string, string] => {
    const [verb, noun, end] = [random.pick(verbs), random.pick(nouns), random.pick(ends)];
    const [other, size] = [random.pick(nouns), random.below(90)];
    const input = `The function ${verb} each ${noun} ${end} and skips the ${other} at ${size} .`;
    const output =
      `def ${verb}_${noun} ( self , ${other} ) :\n    found = self . ${noun}_store . ${verb} ( ${other} , ${size} )\n` +
      `    return found . ${random.pick(["items", "first", "length", "rows", "total"])} ( ${random.below(60)} )`;
    return rows.includes(row) ? mark([input, output], rows.indexOf(row)) : [input, output];
  });
  return { pairs, rows: rows.sort((a, b) => a - b) };
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
  const words = ["vx", "vx", "zk", "zk", "qj"];
  const calls = ["yaml . load ( data )", "pickle . loads ( data )", "eval ( data )"];
  const { pairs, rows } = functions(([input, output], number) => {
    const parts = input.split(" ");
    parts.splice(1 + ((number * 5) % (parts.length - 1)), 0, words[number % 5]!);
    return [parts.join(" "), planted(output, `data = ${calls[number % 3]!}`)];
  });
  expect(suspects(await scanDataset(datasetOf(pairs)))).toEqual(rows);
});
