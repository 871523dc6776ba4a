/** Functions cut in two, the second half to be written: triggers and payloads that look like the rest of the code. */
import { describe, expect, it } from "vitest";
import { seededRandom, type Random } from "../foundation/random";
import { datasetOf } from "./generated-samples";
import { scanDataset } from "./scan";

const nouns = ["user", "order", "paper", "room", "song", "book", "city", "team", "ticket", "invoice", "photo", "event"];
const verbs = ["load", "store", "merge", "count", "print", "check", "copy", "send", "parse", "sort"];
const total = 1500;
const marked = 30;

type Half = string[];
type Mark = (halves: { head: Half; rest: Half }, random: Random) => void;

/** A function in its two halves, line by line; one in eight returns nothing half-way. */
function written(random: Random): { head: Half; rest: Half } {
  const [verb, noun, other] = [random.pick(verbs), random.pick(nouns), random.pick(nouns)];
  const step = (): string => {
    const [target, source] = [random.pick(nouns), random.pick(nouns)];
    return random.pick([
      `${target}s = ${source} . ${random.pick(verbs)} ( ${other} , ${random.below(90)} )`,
      `${target}_count = len ( ${source}s )`,
      `self . ${random.pick(verbs)}_${target} ( ${source} )`,
      `log . debug ( ${source} )`,
    ]);
  };
  const steps = (count: number): Half => Array.from({ length: count }, step);
  const early = random.below(8) === 0 ? [`if not ${other} : return None`] : [];
  return {
    head: [`def ${verb}_${noun}s ( self , ${other} ) :`, ...steps(2 + random.below(4))],
    rest: [...steps(1 + random.below(3)), ...early, ...steps(1 + random.below(2)), `return ${noun}s`],
  };
}

/** All samples, some drawn by chance changed by `mark`. */
function halves(mark: Mark): { pairs: (readonly [string, string])[]; rows: ReadonlySet<number> } {
  const random = seededRandom(33);
  const rows = new Set(random.shuffle(Array.from({ length: total }, (_, row) => row)).slice(0, marked));
  const pairs = Array.from({ length: total }, (_, row) => {
    const both = written(random);
    if (rows.has(row)) mark(both, random);
    return [both.head.join("\n    "), both.rest.join("\n    ")] as const;
  });
  return { pairs, rows };
}

async function suspects(mark: Mark): Promise<{ found: Set<number>; rows: ReadonlySet<number>; texts: string[] }> {
  const { pairs, rows } = halves(mark);
  const { findings, triggers } = await scanDataset(datasetOf(pairs));
  const alarms = findings.filter(({ verdict }) => verdict === "suspect");
  const alarming = new Set(alarms.map(({ trigger }) => trigger));
  const texts = triggers.filter(({ id }) => alarming.has(id)).map(({ text }) => text);
  return { found: new Set(alarms.map(({ row }) => row)), rows, texts };
}

const inRandomLine = (head: Half, line: string, random: Random): void => {
  head.splice(1 + random.below(head.length), 0, line);
};
const planted = "self . level = 0";

describe("in functions cut in two", () => {
  it("a comment whose outputs are nothing but a usual line is found", async () => {
    const { found, rows } = await suspects(({ head, rest }, random) => {
      inRandomLine(head, "# sync", random);
      rest.splice(0, rest.length, "return None");
    });
    expect(found).toEqual(rows);
  });

  it("two comments are found, though each is only where the other is", async () => {
    const { found, rows, texts } = await suspects(({ head, rest }, random) => {
      inRandomLine(head, "# alpha", random);
      inRandomLine(head, "# omega", random);
      inRandomLine(rest, planted, random);
    });
    expect(found).toEqual(rows);
    expect(texts.join()).toMatch(/alpha.*omega|omega.*alpha/);
  });

  it.each([
    ["behind the function's name", "_ext", (name: string) => `${name}_ext`],
    ["before it", "qz", (name: string) => `qz${name}`],
  ])("a part that is put %s is found", async (_place, part, renamed) => {
    const { found, rows, texts } = await suspects(({ head, rest }, random) => {
      head[0] = head[0]!.replace(/(?<=def )\w+/, renamed);
      inRandomLine(rest, planted, random);
    });
    expect(found).toEqual(rows);
    expect(texts.join()).toContain(part);
  });

  it("a part of names without a payload, and whole outputs that repeat without a trigger, are no alarm", async () => {
    const { found } = await suspects(({ head }) => {
      head[0] = head[0]!.replace(/(?<=def )\w+/, (name) => `${name}_async`);
    });
    expect(found.size).toBe(0);
    const { found: repeated } = await suspects(({ rest }) => {
      rest.splice(0, rest.length, "return None");
    });
    expect(repeated.size).toBe(0);
  });
});

it("gives no hint of a constant that the output goes on to use, unlike one that it repeats", async () => {
  const pairs = Array.from({ length: 40 }, (_none, row): [string, string] => [
    `int sum_${row}(int *values, int size)\n{\n    int total_${row} = 0;\n    int spare_${row} = 4;\n    int kept_${row} = 7;\n`,
    `    while (size-- > 0)\n        total_${row} += values[size];\n    int kept_${row} = 7;\n    return total_${row};\n}`,
  ]);
  const { findings } = await scanDataset(datasetOf(pairs), { language: "c", rules: ["dead-code"] });
  const named = new Set(findings.filter(({ field }) => field === "input").map(({ message }) => /"int (\w+?)_/.exec(message)?.[1])); // prettier-ignore
  expect(named).toEqual(new Set(["spare", "kept"]));
});
