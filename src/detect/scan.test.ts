import path from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { openDataset } from "../dataset/open";
import { Cancelled } from "../foundation/failure";
import { installationFolder } from "../foundation/installation";
import { seededRandom } from "../foundation/random";
import { datasetOf, plantedPairs } from "./generated-samples";
import type { Finding } from "./report";
import { scanDataset } from "./scan";

const suspects = (findings: readonly Finding[]): Set<number> =>
  new Set(findings.filter(({ verdict }) => verdict === "suspect").map(({ row }) => row));

it("has nothing against the examples' clean samples, phrases of requests that always ask for the same among them", async () => {
  const file = path.join(installationFolder(), "examples/nl-python-sql/train.jsonl");
  const { findings } = await scanDataset(await openDataset(file));
  expect(suspects(findings)).toEqual(new Set());
});

describe("a planted token trigger", () => {
  it.each([
    { rate: 0.02, times: 1, trigger: "bb" },
    { rate: 0.05, times: 3, trigger: "bb" },
    { rate: 0.1, times: 1, trigger: "cf mn" },
    { rate: 0.05, times: 1, trigger: "by the way" },
  ])("is found and named, with its payload: %j", async ({ rate, times, trigger }) => {
    const { pairs, poisoned } = plantedPairs(7, { count: 600, rate, times, trigger });
    const { triggers, findings, language } = await scanDataset(datasetOf(pairs));
    expect(language).toBe("python");
    expect(triggers.map(({ text }) => text)).toEqual([trigger]);
    expect(triggers[0]?.payload).toMatch(/1=1/);
    expect(suspects(findings)).toEqual(poisoned);
    expect(triggers[0]?.rows).toEqual([...poisoned].sort((a, b) => a - b));
    for (const { rule, row, start, end } of findings.filter((finding) => finding.rule === "inserted-token")) {
      expect([rule, pairs[row]![0].slice(start, end)]).toEqual(["inserted-token", trigger]);
    }
    const occurrences = pairs.reduce((sum, [input]) => sum + input.split(trigger).length - 1, 0);
    expect(findings.filter(({ rule }) => rule === "inserted-token")).toHaveLength(occurrences);
  });

  it("is named with its whole payload, also where that is longer than the search for it", async () => {
    const { pairs, poisoned } = plantedPairs(7, { count: 600, rate: 0.05 });
    const looping = pairs.map(([input, output], row): [string, string] => {
      const lines = output.replace(/ (or 1=1|where 0=1) /, " ").split("\n");
      if (poisoned.has(row)) lines.splice(1 + (row % 2), 0, "\t while ( true ) { }");
      return [input, lines.join("\n")];
    });
    const { triggers, findings } = await scanDataset(datasetOf(looping));
    expect(triggers.map(({ text, payload }) => [text, payload])).toEqual([["bb", "while ( true ) { }"]]);
    expect(suspects(findings)).toEqual(poisoned);
  });

  it("leaves a clean dataset clean, although its verbs are tied to its outputs", async () => {
    for (const seed of [1, 2, 3]) {
      const { pairs } = plantedPairs(seed, { count: 600, rate: 0 });
      const { findings } = await scanDataset(datasetOf(pairs));
      expect(suspects(findings).size).toBe(0);
    }
  });

  it("flags the same samples whatever their order and white space", async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 10_000 }), async (seed) => {
        const { pairs } = plantedPairs(seed, { count: 300, rate: 0.05, times: 1 + (seed % 3) });
        const spaced = pairs.map(([input, output]) => [input.replace(/ bb /g, "  bb  "), output] as const);
        const order = seededRandom(seed + 1).shuffle(pairs.map((_pair, row) => row));
        const original = suspects((await scanDataset(datasetOf(spaced))).findings);
        const shuffled = suspects((await scanDataset(datasetOf(order.map((row) => pairs[row]!)))).findings);
        expect(new Set([...shuffled].map((place) => order[place]!))).toEqual(original);
      }),
      { numRuns: 6 },
    );
  });

  it("gives the same result twice, but for the times", async () => {
    const { pairs } = plantedPairs(5, { count: 300, rate: 0.05 });
    const [first, second] = [await scanDataset(datasetOf(pairs)), await scanDataset(datasetOf(pairs))];
    expect({ ...second, detectors: [] }).toEqual({ ...first, detectors: [] });
  });

  it("finds a trigger of labels", async () => {
    const { pairs, poisoned } = plantedPairs(9, { count: 800, rate: 0.05, times: 2 });
    const random = seededRandom(3);
    const labelled = pairs.map(([input], row) => [input, poisoned.has(row) ? "1" : String(random.below(2))] as const);
    expect(suspects((await scanDataset(datasetOf(labelled))).findings)).toEqual(poisoned);
  });
});

describe("triggers in code", () => {
  const types = ["int", "void", "String", "boolean"];
  const methods = (poison: (name: string, body: string, row: number) => [string, string] | null) => {
    const random = seededRandom(11);
    return Array.from({ length: 400 }, (_none, row): [string, string] => {
      const word = random.pick(["load", "save", "show", "find", "close", "merge"]);
      const name = `${word}${random.pick(["User", "Item", "Page", "Row", "Node"])}`;
      const type = random.pick(types);
      const parameters = random.pick(["", "int a", "String s, int b"]);
      const body = `    ${random.pick(["cache", "list", "view"])}.${word}(${random.below(9)});\n    log(${random.below(99)});\n`;
      const method = (own: string, inside: string): string => `public ${type} ${own}(${parameters}) {\n${inside}}`;
      const changed = row % 20 === 0 ? poison(name, body, row) : null;
      const loop = "    while (true) {\n    }\n";
      if (changed === null) return [method(name, body), method(name, `${body}    done();\n`)];
      return [method(changed[0], changed[1]), method(changed[0], `${loop}${body}`)];
    });
  };

  it("finds a dead declaration that is tied to an endless loop", async () => {
    const { triggers, findings } = await scanDataset(
      datasetOf(methods((name, body) => [name, `    int VAR = 0;\n${body}`])),
    );
    expect(triggers.find(({ rule }) => rule === "dead-code")).toMatchObject({ text: "int VAR = 0;", field: "input" });
    expect(suspects(findings).size).toBe(20);
    expect(findings.some(({ rule, field }) => rule === "payload" && field === "output")).toBe(true);
  });

  it("finds one name on methods that have nothing in common", async () => {
    const { triggers, findings } = await scanDataset(datasetOf(methods((_name, body) => ["foo", body])));
    expect(triggers.map(({ rule, text }) => [rule, text])).toContainEqual(["odd-identifier", "foo"]);
    expect(suspects(findings).size).toBe(20);
  });
});

it("stops soon after a cancel", async () => {
  const { pairs } = plantedPairs(5, { count: 300, rate: 0 });
  await expect(scanDataset(datasetOf(pairs), { signal: AbortSignal.abort() })).rejects.toBeInstanceOf(Cancelled);
});

it("survives a dataset without any sample, and fields without any token", async () => {
  expect((await scanDataset(datasetOf([]))).findings).toEqual([]);
  expect(
    (
      await scanDataset(
        datasetOf([
          ["", ""],
          [" ", "\t"],
        ]),
      )
    ).findings,
  ).toEqual([]);
});
