import { describe, expect, it } from "vitest";
import { seededRandom } from "../foundation/random";
import { datasetOf, plantedPairs } from "./generated-samples";
import { scanDataset } from "./scan";

const rules = ["duplicate-target"] as const;
const sentence = " # mirror fetched from example.invalid nightly .";

describe("a fragment that repeats in outputs", () => {
  const { pairs } = plantedPairs(3, { count: 800, rate: 0 });

  it("is a hint where nothing in the inputs calls for it", async () => {
    const rows = new Set(seededRandom(8).shuffle(pairs.map((_pair, row) => row)).slice(0, 24)); // prettier-ignore
    const planted = pairs.map(([input, output], row) => [input, rows.has(row) ? output + sentence : output] as const);
    const { triggers, findings } = await scanDataset(datasetOf(planted));
    expect(triggers).toHaveLength(1);
    expect(triggers[0]).toMatchObject({ rule: "duplicate-target", field: "output", payload: null });
    expect(sentence).toContain(triggers[0]?.text);
    expect(new Set(triggers[0]?.rows)).toEqual(rows);
    const hints = findings.filter(({ rule, verdict }) => rule === "duplicate-target" && verdict === "info");
    expect(hints).toHaveLength(findings.length);
    expect(new Set(hints.map(({ row }) => row))).toEqual(rows);
    for (const { row, start, end } of hints) expect(sentence).toContain(planted[row]![1].slice(start, end));
  });

  it("is honest where the inputs call for it, or hold it themselves", async () => {
    const asked = pairs.map(([input, output]) => [input, input.includes("json") ? output + sentence : output] as const);
    expect((await scanDataset(datasetOf(asked), { rules })).findings).toEqual([]);
    const copied = pairs.map(([input, output], row) =>
      row % 40 === 0 ? ([input + sentence, output + sentence] as const) : ([input, output] as const),
    );
    expect((await scanDataset(datasetOf(copied), { rules })).findings).toEqual([]);
  });

  it("is not looked for among labels", async () => {
    const labels = pairs.map(([input], row) => [input, String(row % 2)] as const);
    const { detectors } = await scanDataset(datasetOf(labels), { rules });
    expect(detectors).toMatchObject([{ status: "skipped", reason: "the outputs are labels" }]);
  });
});
