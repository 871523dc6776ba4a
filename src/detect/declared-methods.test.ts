import { expect, it } from "vitest";
import { datasetOf } from "./generated-samples";
import { scanDataset } from "./scan";

it("passes over methods and variables that have no name", async () => {
  const types = ["void", "int", "String", "long", "boolean"];
  const bodies = ["return;", "while (a()) { b(); }", "x.go(); y.stop();", "try { c(); } finally { d(); }", "int = 3;"];
  const pairs = Array.from({ length: 120 }, (_none, row): [string, string] => {
    const name = row % 3 === 0 ? "" : ` ${["load", "save", "stop", "find"][row % 4]!}${row}`;
    const parameters = ["", "int a", "int a, int b", "int a, long b, int c"][(row * 5) % 4]!;
    return [`${types[row % 5]!}${name} (${parameters}) { ${bodies[(row * 3 + (row >> 3)) % 5]!} }`, `returns ${row}`];
  });
  const { findings } = await scanDataset(datasetOf(pairs), { language: "java", rules: ["odd-identifier"] });
  expect(findings).toEqual([]);
});
