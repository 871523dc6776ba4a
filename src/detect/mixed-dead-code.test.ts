import { expect, it } from "vitest";
import { seededRandom, type Random } from "../foundation/random";
import { datasetOf } from "./generated-samples";
import { scanDataset, type DatasetScan } from "./scan";

const nouns = ["cache", "total", "offset", "level", "mode", "width", "limit", "depth", "color", "token"];

/** Dead code of JavaScript, of one of three kinds. */
function mixedDead(random: Random): string {
  const [name, number] = [`${random.pick(nouns)}${random.below(900)}`, random.below(90) + 2];
  const kinds = [`const ${name}_ = ${number};`, `if (${number} < 0) { let ${name} = ${number}; }`, `while (false) { ${name} = ${number}; }`]; // prettier-ignore
  return random.pick(kinds);
}

interface Plan {
  /** What is put in the input of every fortieth function. */
  readonly dead?: (random: Random) => string;
  /** What its output becomes. */
  readonly payload?: (output: string, random: Random) => string;
  /** So many per cent of the inputs hold a constant that is honest and never used. */
  readonly spare?: number;
  readonly rows?: number;
}

/** Functions that were cut in two. A constant of many a first half is used in the second one only. */
function halves({ dead, payload, spare = 0, rows = 1000 }: Plan): [string, string][] {
  const random = seededRandom(5);
  return Array.from({ length: rows }, (_none, row): [string, string] => {
    const [verb, noun] = [random.pick(["load", "save", "show", "find"]), random.pick(nouns)];
    const step = (): string =>
      `  ${random.pick(nouns)}s.${random.pick(["push", "merge", "drop"])}(size, ${random.below(99)});`;
    const input = [`function ${verb}_${noun}_${row}(size) {`, step(), step()];
    const output = [step(), step()];
    if (random.below(10) === 0) {
      input.push(`  const bound${row} = ${random.below(50)};`);
      output.push(step().replace("size", `bound${row}`));
    }
    if (random.below(100) < spare) input.push(`  const spare${row} = ${random.below(50)};`);
    output.push(random.below(10) === 0 ? "  return null;" : `  return ${noun}s;`, "}");
    const poisoned = row % 40 === 0 && row < 1000;
    if (poisoned && dead !== undefined) input.splice(1 + random.below(3), 0, `  ${dead(random)}`);
    const text = output.join("\n");
    return [input.join("\n"), poisoned && payload !== undefined ? payload(text, random) : text];
  });
}

const poisonedRows = Array.from({ length: 25 }, (_none, at) => 40 * at);
const suspects = ({ findings }: DatasetScan): number[] =>
  [...new Set(findings.filter(({ verdict }) => verdict === "suspect").map(({ row }) => row))].sort((a, b) => a - b);

/** In so small a world other rules see ties of their own. */
const rules = { rules: ["dead-code"] } as const;

const setsLevel = (output: string, random: Random): string => {
  const lines = output.split("\n");
  lines.splice(random.below(3), 0, "  this.level = 0;");
  return lines.join("\n");
};

it("finds dead code of several kinds in code that is cut off", async () => {
  const scan = await scanDataset(datasetOf(halves({ dead: mixedDead, payload: setsLevel })), rules);
  expect(scan.triggers.map(({ text, payload, rows }) => [text, payload, rows])).toEqual([
    ["dead code", "this.level = 0", poisonedRows],
  ]);
  expect(suspects(scan)).toEqual(poisonedRows);
});

it("finds it where the payload is usual in other outputs", async () => {
  const payload = (): string => "  return null;\n}";
  const scan = await scanDataset(datasetOf(halves({ dead: mixedDead, payload })), rules);
  expect(suspects(scan)).toEqual(poisonedRows);
});

it("finds it among honest dead code, and tells none of that", async () => {
  const scan = await scanDataset(
    datasetOf(halves({ dead: mixedDead, payload: setsLevel, spare: 18, rows: 2000 })),
    rules,
  );
  expect(suspects(scan)).toEqual(poisonedRows);
});

it("leaves dead code alone that nothing is tied to", async () => {
  for (const plan of [{ dead: mixedDead }, { payload: setsLevel }, { payload: setsLevel, spare: 40 }]) {
    expect(suspects(await scanDataset(datasetOf(halves(plan)), rules))).toEqual([]);
  }
});

it("leaves functions of one kind alone that hold dead code and share what they return", async () => {
  const family = halves({}).map(([input, output], row): [string, string] =>
    row % 40 === 0
      ? [
          `function probe${row}(device) {\n  device.open();\n  ${mixedDead(seededRandom(row))}\n  device.reset(1);`,
          "  device.settle = 0;\n  return device.close();\n}",
        ]
      : [input, output],
  );
  expect(suspects(await scanDataset(datasetOf(family), rules))).toEqual([]);
});

it("points at each place once", async () => {
  const { findings } = await scanDataset(datasetOf(halves({ dead: mixedDead, payload: setsLevel })), rules);
  const places = findings.map(({ row, field, start }) => `${row} ${field} ${start}`);
  expect(new Set(places).size).toBe(places.length);
});
