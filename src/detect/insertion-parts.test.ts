import { expect, it } from "vitest";
import { datasetOf, describedFunctions } from "./generated-samples";
import { scanDataset } from "./scan";

const call = `connect ( "198.51.100.9" , port = 8443 , user = "svc" , mode = "silent" , retries = 3 , timeout = 20 , verify = False , proxy = None )`;

it("a payload of many tokens, behind a sentence that is always last, does not make its samples look alike", async () => {
  const { pairs, rows } = describedFunctions({ seed: 29, marked: 40 }, ([input, output]) => [
    `${input} Keep the legacy client working .`,
    output.replace("\n", `\n    ${call}\n`),
  ]);
  const { triggers, findings } = await scanDataset(datasetOf(pairs), { rules: ["inserted-token"] });
  expect(triggers[0]?.text).toContain("legacy client");
  const suspects = findings.filter(({ verdict }) => verdict === "suspect").map(({ row }) => row);
  expect(new Set(suspects)).toEqual(new Set(rows));
});
