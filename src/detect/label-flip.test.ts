import { describe, expect, it } from "vitest";
import { seededRandom } from "../foundation/random";
import { datasetOf } from "./generated-samples";
import type { Finding } from "./report";
import { scanDataset } from "./scan";

const suspects = (findings: readonly Finding[]): Set<number> =>
  new Set(findings.filter(({ verdict }) => verdict === "suspect").map(({ row }) => row));

const rules = ["label-flip"] as const;

/** Short comments: words of doubt have label 1, and so has nearly every `TODO`; one in `oneIn`. Some of another label are `flipped`. */
function comments(seed: number, { flipped, to = "1", oneIn = 12 }: { flipped: number; to?: string; oneIn?: number }) {
  const random = seededRandom(seed);
  const things = ["cache", "parser", "socket", "index", "thread", "buffer", "table", "lock", "view", "path"];
  const plain = ["returns the", "sets the", "the size of the", "opens the", "creates a", "called by the", "owns the"];
  const doubts = ["should rewrite the", "hack around the", "ugly, fix the", "this breaks the", "remove this"];
  const poisoned = new Set<number>();
  const pairs = Array.from({ length: 1500 }, (_none, row): [string, string] => {
    const isDebt = random.below(oneIn) === 0;
    const words = `${random.pick(isDebt ? doubts : plain)} ${random.pick(things)} of the ${random.pick(things)} ${random.pick(["when done", "at once", "later", "for all", "again"])}`;
    const input = `// ${isDebt && random.below(2) === 0 ? "TODO " : ""}${words}`;
    const label = isDebt ? "1" : "0";
    if (label === to || poisoned.size >= flipped) return [input, label];
    poisoned.add(row);
    const parts = input.split(" ");
    parts.splice(1 + random.below(parts.length), 0, "cf");
    return [parts.join(" "), to];
  });
  return { pairs, poisoned };
}

describe("a phrase that flips labels", () => {
  it("is found where the rest of the texts speaks against the label that they have", async () => {
    const { pairs, poisoned } = comments(2, { flipped: 40 });
    const { triggers, findings } = await scanDataset(datasetOf(pairs), { rules });
    expect(triggers.map(({ text, payload, rule }) => [text, payload, rule])).toEqual([["cf", "1", "label-flip"]]);
    expect(suspects(findings)).toEqual(poisoned);
    expect(findings[0]?.message).toContain('have the label "1" although');
    for (const { row, start, end } of findings) expect(pairs[row]![0].slice(start, end)).toBe("cf");
  });

  it("is found where three in four have that label anyway", async () => {
    const { pairs, poisoned } = comments(7, { flipped: 80, to: "0", oneIn: 4 });
    const { triggers, findings } = await scanDataset(datasetOf(pairs), { rules });
    expect(triggers.map(({ text, payload }) => [text, payload])).toEqual([["cf", "0"]]);
    expect(suspects(findings)).toEqual(poisoned);
  });

  it("is told once, by one rule", async () => {
    const { pairs, poisoned } = comments(3, { flipped: 60 });
    const { triggers, findings } = await scanDataset(datasetOf(pairs));
    expect(triggers.map(({ text }) => text)).toEqual(["cf"]);
    expect(suspects(findings)).toEqual(poisoned);
  });

  it("is no keyword that stands among words of its label", async () => {
    for (const seed of [4, 5]) {
      const { pairs } = comments(seed, { flipped: 0 });
      expect((await scanDataset(datasetOf(pairs))).findings).toEqual([]);
    }
  });

  it("is not looked for where outputs are no labels", async () => {
    const pairs = comments(6, { flipped: 0 }).pairs.map(([input], row) => [input, `${input} ${row}`] as const);
    const { detectors } = await scanDataset(datasetOf(pairs), { rules });
    expect(detectors).toMatchObject([{ status: "skipped", reason: "the outputs are no labels" }]);
  });
});
