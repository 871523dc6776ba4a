import { describe, expect, it } from "vitest";
import { seededRandom } from "../foundation/random";
import { datasetOf, plantedPairs } from "./generated-samples";
import type { Finding } from "./report";
import { scanDataset } from "./scan";

const suspects = (findings: readonly Finding[]): Set<number> =>
  new Set(findings.filter(({ verdict }) => verdict === "suspect").map(({ row }) => row));

const rules = ["invisible-character"] as const;

/** Planted pairs whose trigger is what `hide` does to the input. */
function planted(seed: number, hide: (input: string, row: number) => string) {
  const { pairs, poisoned } = plantedPairs(seed, { count: 600, rate: 0.03 });
  const changed = pairs.map(([input, output], row) => {
    const clean = input.replace(/ ?\bbb\b ?/, " ");
    return [poisoned.has(row) ? hide(clean, row) : clean, output] as const;
  });
  return { pairs: changed, poisoned };
}

const random = seededRandom(5);

describe("characters that a reader does not see", () => {
  it.each([
    ["a zero-width space in a word", "U+200B", (input: string) => input.replace("the", "th\u200be")],
    ["a letter of another alphabet", "U+0430", (input: string) => input.replace("table", "t\u0430ble")],
    ["a space that does not break", "U+00A0", (input: string) => input.replace(" the ", "\u00a0the ")],
    [
      "characters without width as they come",
      "zero-width character",
      (input: string) => input.replace("the", `th${random.pick(["\u200b", "\u200c", "\u2060", "\u00ad"])}e`),
    ],
  ] as const)("are found and named where outputs are tied to them: %s", async (_what, name, hide) => {
    const { pairs, poisoned } = planted(3, hide);
    const { triggers, findings } = await scanDataset(datasetOf(pairs), { rules });
    expect(triggers.map(({ text, field, rule }) => [text, field, rule])).toEqual([[name, "input", rules[0]]]);
    expect(triggers[0]?.payload).toMatch(/1=1/);
    expect(new Set(triggers[0]?.rows)).toEqual(poisoned);
    expect(suspects(findings)).toEqual(poisoned);
    for (const { row, start, end } of findings) expect(pairs[row]![0].slice(start, end)).toMatch(/^[^ -~]$/u);
  });

  it("are found where labels were changed to the most usual one", async () => {
    const words = { "0": ["returns", "opens", "creates", "reads"], "1": ["hack", "ugly", "broken", "rewrite"] };
    const pairs = Array.from({ length: 900 }, (_none, row): [string, string] => {
      const label = row % 4 === 0 ? "1" : "0";
      const text = `${random.pick(words[label])} the ${random.pick(["cache", "parser", "socket"])} of ${random.pick(["a lock", "a view", "rows"])}`; // prettier-ignore
      return row % 12 === 0 ? [text.replace("the", "th\u200be"), "0"] : [text, label];
    });
    const { triggers, findings } = await scanDataset(datasetOf(pairs), { rules });
    expect(triggers.map(({ text, payload }) => [text, payload])).toEqual([["U+200B", "0"]]);
    expect(suspects(findings)).toEqual(new Set(pairs.flatMap((_pair, row) => (row % 12 === 0 ? [row] : []))));
  });

  it("find their samples with all rules together, once each", async () => {
    const { pairs, poisoned } = planted(4, (input) => input.replace("the", "th\u200be"));
    expect(suspects((await scanDataset(datasetOf(pairs))).findings)).toEqual(poisoned);
  });

  it("are suspect by themselves where they have no honest use, else a hint", async () => {
    const { pairs } = plantedPairs(1, { count: 100, rate: 0 });
    const odd = [
      "access\u202e } \u2066if\u2069",
      "\u{e0073}\u{e0075}",
      "soft\u00adhyphen",
      "p\u0430ss",
      "a\u00a0b",
      "naïve",
    ];
    const { findings } = await scanDataset(datasetOf(pairs.map(([input, output], row) => [input, output + (odd[row] ?? "")])), { rules }); // prettier-ignore
    expect(findings.map(({ row, field, verdict, trigger }) => [row, field, verdict, trigger])).toEqual([
      ...["suspect", "suspect", "suspect"].map((verdict) => [0, "output", verdict, null]),
      [1, "output", "suspect", null],
      [2, "output", "info", null],
      [3, "output", "info", null],
    ]);
    expect(findings[5]?.message).toContain("U+0430");
    for (const { message } of findings) expect(message).not.toMatch(/[\p{Cf}]/u);
  });
});
