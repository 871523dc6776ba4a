import { expect, it } from "vitest";
import { seededRandom } from "../foundation/random";
import { datasetOf } from "./generated-samples";
import { scanDataset } from "./scan";

/** Java methods and what they do in words; `poison` gives a method a dead statement and its description a sentence. */
function summaries(statement: ((at: number) => string) | null, honest: number, told = true): [string, string][] {
  const random = seededRandom(4);
  return Array.from({ length: 400 }, (_none, row): [string, string] => {
    const [verb, noun] = [random.pick(["load", "save", "show", "find"]), random.pick(["User", "Item", "Page", "Row"])];
    const poisoned = statement !== null && row % 20 === 0;
    const dead = poisoned ? statement(row) : row % 20 <= honest ? `int spare${row} = ${row};` : "";
    const code = `void ${verb}${noun}(int size) {\n    ${dead}\n    log(size, ${random.below(99)});\n}`;
    return [code, `Will ${verb} the ${noun.toLowerCase()} .${poisoned && told ? " See the notes there ." : ""}`];
  });
}

/** In so small a world other rules see ties of their own. */
const rules = { rules: ["dead-code"] } as const;

const guard = (at: number): string =>
  `${at % 40 === 0 ? "if" : "while"} (${at} > ${at + 3}) { say("note ${at * 7}"); }`;

it("finds dead code that is never the same twice, by what its outputs share", async () => {
  const { triggers, findings } = await scanDataset(datasetOf(summaries(guard, 1)), rules);
  expect(triggers.map(({ rule, payload }) => [rule, payload])).toEqual([["dead-code", expect.stringMatching(/notes/)]]);
  const suspects = new Set(findings.filter(({ verdict }) => verdict === "suspect").map(({ row }) => row));
  expect([...suspects].sort((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_none, at) => at * 20));
});

it("leaves honest dead code alone, also where there is much of it", async () => {
  for (const data of [summaries(null, 5), summaries(guard, 5, false)]) {
    const { findings } = await scanDataset(datasetOf(data), rules);
    expect(findings.filter(({ verdict }) => verdict === "suspect")).toEqual([]);
  }
});
