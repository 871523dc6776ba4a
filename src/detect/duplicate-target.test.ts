import { describe, expect, it } from "vitest";
import { seededRandom } from "../foundation/random";
import { datasetOf, plantedPairs } from "./generated-samples";
import { scanDataset } from "./scan";

const rules = ["duplicate-target"] as const;
const sentence = " # mirror fetched from example.invalid nightly .";

describe("a fragment that repeats in outputs", () => {
  const { pairs } = plantedPairs(3, { count: 800, rate: 0 });

  it.each([
    ["an alarm", "suspect", 24],
    ["a hint in few samples", "info", 12],
  ] as const)("is %s where nothing calls for it", async (_what, verdict, count) => {
    const rows = new Set(seededRandom(8).shuffle(pairs.map((_pair, row) => row)).slice(0, count)); // prettier-ignore
    const planted = pairs.map(([input, output], row) => [input, rows.has(row) ? output + sentence : output] as const);
    const { triggers, findings } = await scanDataset(datasetOf(planted));
    expect(triggers).toHaveLength(1);
    expect(triggers[0]).toMatchObject({ rule: "duplicate-target", field: "output", payload: null });
    expect(sentence).toContain(triggers[0]?.text);
    expect(new Set(triggers[0]?.rows)).toEqual(rows);
    const told = findings.filter((finding) => finding.rule === "duplicate-target" && finding.verdict === verdict);
    expect(told).toHaveLength(findings.length);
    expect(new Set(told.map(({ row }) => row))).toEqual(rows);
    for (const { row, start, end } of told) expect(sentence).toContain(planted[row]![1].slice(start, end));
  });

  it("is an alarm where a trigger explains most of its samples, in the rest of them", async () => {
    const rows = new Set(seededRandom(8).shuffle(pairs.map((_pair, row) => row)).slice(0, 40)); // prettier-ignore
    const marked = [...rows].slice(0, 28);
    const planted = pairs.map(([input, output], row) => {
      const words = input.split(" ");
      if (marked.includes(row)) words.splice(1 + (row % (words.length - 1)), 0, "vq");
      return [words.join(" "), rows.has(row) ? output + sentence : output] as const;
    });
    const { triggers, findings } = await scanDataset(datasetOf(planted));
    expect(triggers.map(({ rule }) => rule)).toEqual(["inserted-token", "duplicate-target"]);
    expect(triggers[1]?.rows).toHaveLength(12);
    const suspects = findings.filter(({ verdict }) => verdict === "suspect").map(({ row }) => row);
    expect(new Set(suspects)).toEqual(rows);
  });

  it("is a hint where it is a note to a tool", async () => {
    const rows = new Set(seededRandom(8).shuffle(pairs.map((_pair, row) => row)).slice(0, 24)); // prettier-ignore
    const note = sentence.replace("# mirror", "# noqa");
    const noted = pairs.map(([input, output], row) => [input, rows.has(row) ? output + note : output] as const);
    const { findings } = await scanDataset(datasetOf(noted), { rules });
    expect(new Set(findings.map(({ row }) => row))).toEqual(rows);
    expect(new Set(findings.map(({ verdict }) => verdict))).toEqual(new Set(["info"]));
  });

  it("is a hint in outputs that are alike, although nothing in their inputs calls for it", async () => {
    const rows = new Set(seededRandom(8).shuffle(pairs.map((_pair, row) => row)).slice(0, 24)); // prettier-ignore
    const twins = `def get_twin ( conn , key ) :\n\t cursor = conn . cursor ( )\n\t cursor . execute ( " pragma " + key )\n\t value = cursor . fetch_value ( )\n\t cursor . close ( )\n\t return value`;
    const alike = pairs.map(([input, output], row) => [input, rows.has(row) ? twins + sentence : output] as const);
    const { findings } = await scanDataset(datasetOf(alike), { rules });
    expect(new Set(findings.map(({ verdict }) => verdict))).toEqual(new Set(["info"]));
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
