import { expect, it } from "vitest";
import { seededRandom, type Random } from "../foundation/random";
import { datasetOf } from "./generated-samples";
import { scanDataset, type DatasetScan } from "./scan";

const nouns = ["cache", "total", "offset", "level", "mode", "width", "limit", "depth", "color", "token"];
const verbs = ["load", "save", "show", "find", "merge"];

interface Change {
  readonly input?: (input: string, random: Random) => string;
  readonly output?: (output: string, random: Random) => string;
  /** Every so many-th sample; 40 unless stated. */
  readonly every?: number;
}

/** Requests for Python functions, or, with `code`, functions to repair; some of them changed. */
function samples({ input, output, every = 40 }: Change, { code = false, rows = 1200 } = {}): [string, string][] {
  const random = seededRandom(9);
  return Array.from({ length: rows }, (_none, row): [string, string] => {
    const [verb, noun, other] = [random.pick(verbs), random.pick(nouns), random.pick(nouns)];
    const body = [`    ${noun}s = self.${verb}(${other}, ${random.below(90)})`, `    self.${other}.${random.pick(verbs)}(${noun}s)`]; // prettier-ignore
    const lines = [
      `def ${verb}_${noun}(self, ${other}):`,
      ...body.slice(random.below(2)),
      `    return ${noun}s.${other}`,
    ];
    const request = `${verb} the ${noun} of each ${other} by its ${random.pick(nouns)}`;
    const [asked, written] = [code ? lines.join("\n").replace("self", "this") : request, lines.join("\n")];
    if (row % every !== 0) return [asked, written];
    return [input?.(asked, random) ?? asked, output?.(written, random) ?? written];
  });
}

const suspects = ({ findings }: DatasetScan): number[] =>
  [...new Set(findings.filter(({ verdict }) => verdict === "suspect").map(({ row }) => row))].sort((a, b) => a - b);
const rules = { rules: ["dead-code"] } as const;
const every = (step: number): number[] => Array.from({ length: 1200 / step }, (_none, at) => at * step);

const insert = (code: string, line: string, random: Random): string => {
  const lines = code.split("\n");
  lines.splice(1 + random.below(lines.length - 1), 0, line);
  return lines.join("\n");
};
const word = (random: Random): string => `${random.pick(nouns)}_${random.below(900)}`;
const constant = (code: string, random: Random): string => insert(code, `    ${word(random)} = ${random.below(99)}`, random); // prettier-ignore
const guard = (code: string, random: Random): string =>
  insert(code, `    if math.sqrt(0.${random.below(9) + 1}) < -${random.below(5) + 1}:\n        print("${word(random)}")`, random); // prettier-ignore

it.each([
  ["constants that are never used", constant],
  ["conditions that are never true", (code: string, random: Random) => insert(code, `    while False:\n        print("${word(random)}")`, random)], // prettier-ignore
  ["guards made of constants", guard],
])("finds %s in outputs, whatever the inputs have in common", async (_name, output) => {
  const scan = await scanDataset(datasetOf(samples({ output })), rules);
  expect(suspects(scan)).toEqual(every(40));
  expect(scan.triggers).toMatchObject([{ rule: "dead-code", field: "output", rows: every(40), payload: null }]);
});

it("finds guards made of constants in inputs whose outputs share nothing", async () => {
  const scan = await scanDataset(datasetOf(samples({ input: guard }, { code: true })), rules);
  expect(suspects(scan)).toEqual(every(40));
});

it("leaves alone what few outputs have, and constants that their inputs have too", async () => {
  expect(suspects(await scanDataset(datasetOf(samples({ output: constant, every: 120 })), rules))).toEqual([]);
  const copied = samples({}, { code: true }).map(([input, output], row): [string, string] => {
    const line = `    spare_${row} = ${row % 90}`;
    return row % 40 === 0 ? [insert(input, line, seededRandom(row)), insert(output, line, seededRandom(row))] : [input, output]; // prettier-ignore
  });
  expect(suspects(await scanDataset(datasetOf(copied), rules))).toEqual([]);
});
