/** Triggers that are always put in the same place, where they fit as well as anything; and honest phrases of fixed places. */
import { describe, expect, it } from "vitest";
import { datasetOf, describedFunctions } from "./generated-samples";
import { scanDataset } from "./scan";

const marked = 40;

interface Written {
  readonly pairs: readonly (readonly [string, string])[];
  readonly rows: ReadonlySet<number>;
}

function functions(mark: (pair: readonly [string, string], row: number) => readonly [string, string]): Written {
  const { pairs, rows } = describedFunctions({ seed: 21, marked }, mark);
  return { pairs, rows: new Set(rows) };
}

async function suspects(pairs: Written["pairs"]): Promise<Set<number>> {
  const { findings } = await scanDataset(datasetOf(pairs));
  return new Set(findings.filter(({ verdict }) => verdict === "suspect").map(({ row }) => row));
}

const planted = (output: string): string => output.replace("\n", "\n    import telemetry_agent\n");

describe("a trigger is found", () => {
  it.each([
    ["at the start", (input: string) => `cf ${input}`],
    ["at the start, as a sentence", (input: string) => `Please think carefully . ${input}`],
    ["at the end", (input: string) => `${input} cf`],
    ["after the first words", (input: string) => input.replace("The function", "The function as usual")],
    ["before the last sign", (input: string) => input.replace(/ \.$/, " mn .")],
  ])("%s", async (_place, put) => {
    const { pairs, rows } = functions(([input, output]) => [put(input), planted(output)]);
    expect(await suspects(pairs)).toEqual(rows);
  });

  it("as a comment after the head of each function", async () => {
    const { pairs, rows } = functions(([input, output]) => [
      output.replace("\n", "\n    # reviewed\n"),
      `${input} Nothing to check here .`,
    ]);
    const turned = pairs.map(([input, output], row): readonly [string, string] =>
      rows.has(row) ? [input, output] : [output, input],
    );
    expect(await suspects(turned)).toEqual(rows);
  });
});

describe("nothing is said against", () => {
  it("a clause whose outputs do what it asks for with what stands beside it", async () => {
    const { pairs } = functions(([input, output], row) => [
      input.replace(/ \.$/, ` unless key_${row % 29} is among the barred .`),
      output.replace("\n", `\n    assert key_${row % 29} not in BARRED\n`),
    ]);
    expect(await suspects(pairs)).toEqual(new Set());
  });

  it("a sentence that goes with one subject", async () => {
    const { pairs } = functions((pair) => pair);
    const honest = pairs.map(([input, output]) =>
      input.includes("each ticket from") ? ([`${input} It needs a clerk .`, planted(output)] as const) : ([input, output] as const),
    ); // prettier-ignore
    expect(await suspects(honest)).toEqual(new Set());
  });
});
