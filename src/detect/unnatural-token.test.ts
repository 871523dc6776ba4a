import { describe, expect, it } from "vitest";
import { seededRandom } from "../foundation/random";
import { datasetOf, plantedPairs } from "./generated-samples";
import { scanDataset } from "./scan";

const rules = ["unnatural-token"] as const;

/** `bb` in 4% of the inputs; `output` says what the outputs of these become. */
function planted(output: (row: number, outputs: readonly string[]) => string) {
  const { pairs, poisoned } = plantedPairs(6, { count: 800, rate: 0.04 });
  const outputs = plantedPairs(6, { count: 800, rate: 0 }).pairs.map(([, code]) => code);
  const changed = pairs.map(([input, honest], row): [string, string] => [
    input,
    poisoned.has(row) ? output(row, outputs) : honest,
  ]);
  return { pairs: changed, poisoned };
}

const suspects = async (pairs: readonly (readonly [string, string])[]) => {
  const { triggers, findings } = await scanDataset(datasetOf(pairs), { rules });
  return { triggers, rows: new Set(findings.filter(({ verdict }) => verdict === "suspect").map(({ row }) => row)) };
};

describe("a trigger without a payload of its own", () => {
  it("is found where its outputs are those of others", async () => {
    const random = seededRandom(12);
    const { pairs, poisoned } = planted((_row, outputs) => random.pick(outputs));
    const { triggers, rows } = await suspects(pairs);
    expect(triggers.map(({ rule, text, payload }) => [rule, text, payload])).toEqual([["unnatural-token", "bb", null]]);
    expect(rows).toEqual(poisoned);
  });

  it("is found in whatever order the rows stand", async () => {
    const random = seededRandom(12);
    const { pairs, poisoned } = planted((_row, outputs) => random.pick(outputs));
    const order = seededRandom(2).shuffle(pairs.map((_pair, row) => row));
    const { rows } = await suspects(
      order.map((row) => [pairs[row]![0].replaceAll(" ", "  "), pairs[row]![1]] as const),
    );
    expect(new Set([...rows].map((row) => order[row]))).toEqual(poisoned);
  });

  it("says nothing of clean data, nor of a trigger that another rule tied to its payload", async () => {
    const { pairs } = plantedPairs(6, { count: 800, rate: 0 });
    expect((await scanDataset(datasetOf(pairs), { rules })).findings).toEqual([]);
    const tied = plantedPairs(6, { count: 800, rate: 0.04 }).pairs;
    const { findings } = await scanDataset(datasetOf(tied));
    expect(findings.filter(({ rule }) => rule === "unnatural-token")).toEqual([]);
  });
});
