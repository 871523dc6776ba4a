import { expect, it } from "vitest";
import { datasetOf } from "./generated-samples";
import { scanDataset } from "./scan";

it("passes over methods and variables that have no name", async () => {
  const pairs = Array.from({ length: 60 }, (_none, row): [string, string] => [
    row % 3 === 0 ? `void (int a${row}) { int = ${row}; return; }` : `int f${row}(int b) { return b + ${row}; }`,
    `returns ${row}`,
  ]);
  const { findings } = await scanDataset(datasetOf(pairs), { language: "java", rules: ["odd-identifier"] });
  expect(findings).toEqual([]);
});
