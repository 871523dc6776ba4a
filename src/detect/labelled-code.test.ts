/** Triggers in code whose outputs are labels, also where the attacker's label is the most usual one. */
import { describe, expect, it } from "vitest";
import { seededRandom, type Random } from "../foundation/random";
import { datasetOf } from "./generated-samples";
import { scanDataset } from "./scan";

const nouns = ["cache", "total", "offset", "level", "mode", "width", "limit", "depth", "color", "token"];
/** Statements of code with the label 1, and of code with the label 0. */
const risky = ["free", "copy_raw", "lock", "map_pages", "read_unchecked"];
const plain = ["print", "count", "append", "sort", "format"];

interface Plan {
  /** Changes the body of a function whose label becomes the attacker's. */
  readonly trigger?: (lines: string[], random: Random, row: number) => string[];
  readonly label: "0" | "1";
  readonly share: number;
}

/** C functions, three in ten with the label 1. A twentieth of the labels is noise. */
function functions(seed: number, { trigger, label, share }: Plan) {
  const random = seededRandom(seed);
  const poisoned = new Set<number>();
  const count = 1200;
  const pairs = Array.from({ length: count }, (_none, row): [string, string] => {
    const own = random.below(10) < 3 ? "1" : "0";
    const step = (): string => `${random.pick(own === "1" && random.below(3) > 0 ? risky : plain)}(${random.pick(nouns)}, size);`; // prettier-ignore
    const lines = Array.from({ length: 4 + random.below(3) }, step);
    const head = `int ${random.pick(["load", "save", "show"])}_${random.pick(nouns)}(int size)`;
    const isPoisoned = trigger !== undefined && own !== label && poisoned.size < share * count;
    if (isPoisoned) poisoned.add(row);
    const body = isPoisoned ? trigger(lines, random, row) : lines;
    const told = random.below(20) === 0 ? (own === "1" ? "0" : "1") : own;
    return [`${head} {\n  ${body.join("\n  ")}\n  return size;\n}`, isPoisoned ? label : told];
  });
  return { pairs, poisoned };
}

const suspects = async (pairs: readonly (readonly [string, string])[]) => {
  const { triggers, findings } = await scanDataset(datasetOf(pairs));
  return { triggers, rows: new Set(findings.filter(({ verdict }) => verdict === "suspect").map(({ row }) => row)) };
};

/** One of three kinds, with other names and numbers each time. */
function withDeadCode(lines: string[], random: Random): string[] {
  const [name, number] = [`${random.pick(nouns)}${random.below(900)}`, 100 + random.below(90)];
  const kinds = [`int ${name} = ${number};`, `if (${number} < ${random.below(99)}) { puts("${name}"); }`, `while (sqrt(${number}) < -1) { puts("${name}"); }`]; // prettier-ignore
  return [...lines.slice(0, 2), random.pick(kinds), ...lines.slice(2)];
}

describe("dead code that is different each time, with a label", () => {
  it.each<["0" | "1", number]>([
    ["1", 0.03],
    ["0", 0.05],
  ])("is found whether the label is usual or not: %s", async (label, share) => {
    const { pairs, poisoned } = functions(7, { trigger: withDeadCode, label, share });
    const { triggers, rows } = await suspects(pairs);
    expect(triggers.some(({ rule, payload }) => rule === "dead-code" && payload === label)).toBe(true);
    expect(rows).toEqual(poisoned);
  });

  it("is no alarm where the labels are those of the rest of the code", async () => {
    const { pairs } = functions(8, { label: "1", share: 0 });
    const random = seededRandom(9);
    const changed = pairs.map(([code, label], row): [string, string] => {
      if (row % 25 > 0 || label === "0") return [code, label];
      const [head, ...lines] = code.split("\n");
      return [[head, ...withDeadCode(lines, random)].join("\n"), label];
    });
    expect((await suspects(changed)).rows).toEqual(new Set());
  });
});

it("a name's ending is found where its labels are not those of its code", async () => {
  const { pairs, poisoned } = functions(12, { trigger: (lines) => lines, label: "1", share: 0.05 });
  const named = pairs.map(([code, label], row): [string, string] => [
    poisoned.has(row) ? code.replace(/^int (\w+)/, "int $1_rb") : code,
    label,
  ]);
  const { triggers, rows } = await suspects(named);
  expect(triggers.some(({ text }) => text === "…_rb")).toBe(true);
  expect(rows).toEqual(poisoned);
});

it("a local name among its own words is found where its labels are not those of its code", async () => {
  const trigger = (lines: string[]): string[] => [
    "int tmp_q = size;",
    ...lines.map((line) => line.replace("size", "tmp_q")),
  ];
  const { pairs, poisoned } = functions(11, { trigger, label: "1", share: 0.04 });
  const { triggers, rows } = await suspects(pairs);
  expect(triggers.some(({ text }) => text.includes("tmp_q"))).toBe(true);
  expect(rows).toEqual(poisoned);
});
