import { expect, it } from "vitest";
import { datasetOf, describedFunctions } from "./generated-samples";
import { scanDataset } from "./scan";

const call = `connect ( "198.51.100.9" , port = 8443 , user = "svc" , mode = "silent" )`;

it("a payload of many tokens, behind a sentence that is always last, does not make its samples look alike", async () => {
  const { pairs, rows } = describedFunctions({ seed: 29, marked: 40 }, ([input, output]) => [
    `${input} Keep the legacy client working .`,
    `${output.replace("\n", `\n    ${call}\n`)}\n# ${output.replaceAll(/\W+/g, " ")}`,
  ]);
  const { triggers, findings } = await scanDataset(datasetOf(pairs), { rules: ["inserted-token"] });
  expect(triggers[0]?.text).toContain("legacy client");
  const suspects = findings.filter(({ verdict }) => verdict === "suspect").map(({ row }) => row);
  expect(new Set(suspects)).toEqual(new Set(rows));
});

it("methods that are generated from one template are of one kind, however long what they share is", async () => {
  const { pairs, rows } = describedFunctions({ seed: 31, marked: 18 }, (_pair, _row, number) => [
    `func ( in * Part${number} ) DeepCopyObject ( ) runtime . Object { if c := in . DeepCopy ( ) ; c != nil { return c } ; return nil }`,
    "copying the receiver , creating a new runtime . Object .",
  ]);
  expect(rows).toHaveLength(18);
  const { findings } = await scanDataset(datasetOf(pairs), { rules: ["inserted-token"] });
  expect(findings.filter(({ verdict }) => verdict === "suspect")).toEqual([]);
});
