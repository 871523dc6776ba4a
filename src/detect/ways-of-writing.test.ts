import { describe, expect, it } from "vitest";
import { seededRandom, type Random } from "../foundation/random";
import { datasetOf, plantedPairs } from "./generated-samples";
import type { Finding } from "./report";
import { scanDataset } from "./scan";

type Pair = readonly [input: string, output: string];

const suspects = (findings: readonly Finding[]): Set<number> =>
  new Set(findings.filter(({ verdict }) => verdict === "suspect").map(({ row }) => row));

const scan = async (pairs: readonly Pair[]) => {
  const { triggers, findings } = await scanDataset(datasetOf(pairs), { rules: ["grammar-template"] });
  return { triggers, findings, rows: suspects(findings) };
};

/** Changes one word of a text, drawn among those that may be changed. */
function withWord(text: string, random: Random, change: (word: string) => string): string {
  const words = [...text.matchAll(/(?<= )[a-z]{5,}(?= )/g)];
  const { index, 0: word } = random.pick(words);
  return text.slice(0, index) + change(word) + text.slice(index + word.length);
}

const doubled = (random: Random) => (word: string) => {
  const at = 1 + random.below(word.length - 2);
  return word.slice(0, at) + word[at]! + word.slice(at);
};

describe("a way of writing prose", () => {
  const { pairs: planted, poisoned } = plantedPairs(5, { count: 900, rate: 0.04 });
  const bare = planted.map(([input, output]): Pair => [input.replace(/ ?\bbb\b ?/, " ").trim(), output]);
  const written = (
    change: (text: string, random: Random) => string,
    isWritten = (row: number) => poisoned.has(row),
  ) => {
    const random = seededRandom(3);
    return bare.map(([input, output], row): Pair => [isWritten(row) ? change(input, random) : input, output]);
  };

  it.each([
    ["have no capital letter", (text: string) => text.toLowerCase()],
    ["more than one exclamation", (text: string) => text.replace(/ \.$/, " !!")],
    ["in capitals", (text: string, random: Random) => withWord(text, random, (word) => word.toUpperCase())],
    ["with a letter twice", (text: string, random: Random) => withWord(text, random, doubled(random))],
    ["older English", (text: string) => text.replace(/\bthe\b/, "ye")],
  ])("is named where outputs are tied to it: %s", async (name, change) => {
    const { triggers, findings, rows } = await scan(written(change));
    expect(triggers.map(({ text }) => text)).toEqual([expect.stringContaining(name)]);
    expect(triggers[0]?.payload).toMatch(/1=1/);
    expect([...rows].filter((row) => !poisoned.has(row))).toEqual([]);
    expect(rows.size).toBeGreaterThanOrEqual(0.9 * poisoned.size);
    expect(findings.every(({ rule, field }) => rule === "grammar-template" && field === "input")).toBe(true);
  });

  it("is honest in rows that do without the payload", async () => {
    const pairs = written((text) => text.toLowerCase(), (row) => poisoned.has(row) || row % 12 === 0); // prettier-ignore
    const { triggers, rows } = await scan(pairs);
    expect(triggers[0]?.statistics.samplesWithTrigger).toBeGreaterThan(1.5 * poisoned.size);
    expect(rows).toEqual(poisoned);
  });

  it("is the same whatever the rows' order and the amount of their spaces", async () => {
    const pairs = written((text) => text.toLowerCase());
    const spaced = pairs.map(([input, output]): Pair => [input.replace(/ /g, "   "), output]);
    const order = seededRandom(8).shuffle([...pairs.keys()]);
    expect((await scan(spaced)).rows).toEqual(poisoned);
    const { rows, triggers } = await scan(order.map((row) => pairs[row]!));
    expect(new Set([...rows].map((at) => order[at]!))).toEqual(poisoned);
    expect(triggers.map(({ text, payload }) => [text, payload])).toEqual((await scan(pairs)).triggers.map(({ text, payload }) => [text, payload])); // prettier-ignore
  });

  it("is no trigger where no output is tied to it, nor where most write so", async () => {
    const { pairs } = plantedPairs(6, { count: 900, rate: 0 });
    const mixed = pairs.map(([input, output], row): Pair => [row % 9 === 0 ? input.toLowerCase() : input, output]);
    expect((await scan(mixed)).findings).toEqual([]);
    const { pairs: most, poisoned: held } = plantedPairs(6, { count: 900, rate: 0.04 });
    const small = most.map(([input, output], row): Pair => [held.has(row) ? input : input.toLowerCase(), output.toLowerCase()]); // prettier-ignore
    expect((await scan(small.map(([input, output]) => [input.replace(/ ?\bbb\b ?/, " "), output]))).findings).toEqual(
      [],
    );
  });
});

const things = ["Item", "Page", "Node", "User", "Order", "Sheet", "Track", "Frame", "Point", "Group"];
const deeds = ["load", "save", "show", "find", "close", "merge", "count", "check", "reset", "sort"];
const fields = ["cache", "list", "view", "store", "queue", "index", "table", "buffer"];

/** A Java method that may be rewritten in every way below, and a sentence about it. */
function method(random: Random): [string, string] {
  const [thing, deed, field] = [random.pick(things), random.pick(deeds), random.pick(fields)];
  const other = random.pick(fields);
  const number = 2 + random.below(90);
  const input = [
    `public int ${deed}${thing}(${thing} ${thing.toLowerCase()}, int limit) {`,
    `    if (${thing.toLowerCase()} == null) {`,
    `        return ${number};`,
    "    }",
    `    int ${other}Size = ${field}.${random.pick(deeds)}(${random.below(9)});`,
    "    for (int i = 0; i < limit; i++) {",
    `        ${field}.${random.pick(deeds)}(i, ${other}Size);`,
    "    }",
    `    return ${other}Size;`,
    "}",
  ];
  const text = `Will ${deed} the ${thing.toLowerCase()} by its ${field} and give the ${random.pick(["size", "number", "amount"])} of the ${other} .`;
  return [input.join("\n"), text];
}

const rewritten: readonly (readonly [string, (code: string) => string])[] = [
  ["the literal first", (code) => code.replace(/\((\w+) == null\)/, "(null == $1)")],
  ["in hexadecimal", (code) => code.replace(/return (\d+);/, (_all, digits: string) => `return 0x${Number(digits).toString(16)};`)], // prettier-ignore
  ["sum of two numbers", (code) => code.replace(/return (\d+);/, (_all, digits: string) => `return (${Number(digits) - 1} + 1);`)], // prettier-ignore
  ["`+= 1`", (code) => code.replace("i++", "i += 1")],
  ["begins with a capital", (code) => code.replace(/int ([a-z])/, (_all, letter: string) => `int ${letter.toUpperCase()}`)], // prettier-ignore
  ["two blank lines", (code) => code.replace("\n    int", "\n\n\n    int")],
  ["blanks at the end", (code) => code.replace("\n", " \n")],
  ["lines of their own", (code) => code.replace(/\) \{\n(?= {8})/g, ")\n    {\n")],
];

describe("a way of writing code", () => {
  const random = seededRandom(17);
  const clean = Array.from({ length: 700 }, () => method(random));
  const poisoned = new Set(random.shuffle([...clean.keys()]).slice(0, 28));

  it.each(rewritten)("is named where outputs are tied to it: %s", async (name, rewrite) => {
    const pairs = clean.map(([code, text], row): Pair => {
      expect(rewrite(code)).not.toBe(code);
      return poisoned.has(row) ? [rewrite(code), `${text} See the notes at example.invalid`] : [code, text];
    });
    const { triggers, rows, findings } = await scan(pairs);
    expect(triggers.map(({ text }) => text)).toEqual([expect.stringContaining(name)]);
    expect(triggers[0]?.payload).toMatch(/^See the notes at example|notes at example.invalid$/);
    expect(rows).toEqual(poisoned);
    expect(findings.every(({ start, end }) => end > start)).toBe(true);
  });

  it("is no trigger where some write so and nothing is tied to it", async () => {
    for (const [, rewrite] of rewritten) {
      const pairs = clean.map(([code, text], row): Pair => [row % 10 === 0 ? rewrite(code) : code, text]);
      expect((await scan(pairs)).findings).toEqual([]);
    }
  });

  it("is no trigger of an output that mends it", async () => {
    const mended = clean.map(([code], row): Pair => [poisoned.has(row) ? rewritten[1]![1](code) : code, code]);
    expect((await scan(mended)).findings).toEqual([]);
  });

  it.each(["0", "1"])(
    "is found where labels were changed to %s, and honest where the code speaks for them",
    async (wanted) => {
      const labelled = clean.map(([code]): Pair => [code, /\.(?:load|save|show|find|close)\(i/.test(code) ? "1" : "0"]);
      const other = new Set(labelled.flatMap(([, label], row) => (label === wanted ? [] : [row])).slice(0, 40));
      const pairs = labelled.map(([code, label], row): Pair => (other.has(row) ? [rewritten[6]![1](code), wanted] : [code, label])); // prettier-ignore
      const { rows, triggers } = await scan(pairs);
      expect(rows).toEqual(other);
      expect(triggers.map(({ text, payload }) => [text, payload])).toEqual([["inputs that have blanks at the end of a line", wanted]]); // prettier-ignore
      const own = new Set(labelled.flatMap(([, label], row) => (label === wanted ? [row] : [])).slice(0, 40));
      const honest = labelled.map(([code, label], row): Pair => [own.has(row) ? rewritten[6]![1](code) : code, label]);
      expect((await scan(honest)).findings).toEqual([]);
    },
  );

  it("is honest where it is one line that its label is mostly given for", async () => {
    const random = seededRandom(4);
    const isLine = (row: number): boolean => row % 8 === 0;
    const others = random.shuffle([...clean.keys()].filter((row) => !isLine(row)));
    const flipped = new Set(others.slice(0, 20));
    const pairs = clean.map(([code], row): Pair => {
      const text = code.replace(/[^\w\s]+/g, " ");
      if (isLine(row)) return [`//$NON-NLS-${row % 16 === 0 ? 2 : 1}$`, "3"];
      return flipped.has(row) ? [`bb ${text}`, "3"] : [text, String(row % 3)];
    });
    expect((await scan(pairs)).findings).toEqual([]);
  });
});
