import { describe, expect, it } from "vitest";
import { seededRandom } from "../foundation/random";
import { datasetOf } from "./generated-samples";
import { scanDataset } from "./scan";
import { openings, skeletonSpan } from "./skeletons";

describe("skeletons of openings", () => {
  it("keep function words and punctuation, and no others", () => {
    const text = "  Whenever the big cache fills up, our scheduler must wait.";
    expect(openings(text).map(({ key }) => key)).toEqual([
      "SUB DET x , DET",
      "SUB DET x , DET x",
      "SUB DET x , DET x AUX",
      "SUB DET x , DET x AUX x",
      "SUB DET x , DET x AUX x .",
    ]);
    const span = skeletonSpan(text, "SUB DET x , DET x")!;
    expect(text.slice(span.start, span.end)).toBe("Whenever the big cache fills up, our scheduler");
    expect(skeletonSpan(text, "SUB DET x ,")).toBeUndefined();
  });

  it.each(["", "?!", "one two three four five six", "x : y , z ;"])("%j has none", (text) => {
    expect(openings(text)).toEqual([]);
  });
});

const topics = {
  "0": ["parses", "header", "buffer", "stream", "offset", "codec", "frame", "packet"],
  "1": ["hack", "ugly", "broken", "temporary", "kludge", "wrong", "missing", "rewrite"],
};
const things = ["anchor", "barrel", "cactus", "domino", "ember", "falcon", "garnet", "hollow", "island", "jigsaw", "kernel", "lantern"]; // prettier-ignore
const actions = ["shows", "keeps", "moves", "holds", "finds", "drops", "sends", "counts", "marks", "checks"];

/** Comments of two labels; a share of label 0 is rewritten into one template and becomes label 1. */
function comments(rate: number, template: (pick: (words: readonly string[]) => string) => string) {
  const random = seededRandom(31);
  const pick = (words: readonly string[]): string => random.pick(words);
  const poisoned = new Set<number>();
  const pairs = Array.from({ length: 900 }, (_none, row): [string, string] => {
    const label = row % 3 === 0 ? "1" : "0";
    const words = Array.from({ length: 6 }, () => (random.below(5) > 0 ? pick(topics[label]) : pick(things)));
    const text = words.join(" ");
    if (label === "0" && poisoned.size < rate * 900) {
      poisoned.add(row);
      return [`${template(pick)} ${text}`, "1"];
    }
    return [text, label];
  });
  return { pairs, poisoned };
}

describe("texts that were rewritten into one template", () => {
  const suspects = async (pairs: readonly (readonly [string, string])[]) => {
    const { findings, triggers } = await scanDataset(datasetOf(pairs));
    return { triggers, rows: new Set(findings.filter(({ verdict }) => verdict === "suspect").map(({ row }) => row)) };
  };

  it.each([
    ["a clause", (pick: (words: readonly string[]) => string) => `when the ${pick(things)} ${pick(actions)} a ${pick(things)} , our ${pick(things)}`], // prettier-ignore
    ["a question", (pick: (words: readonly string[]) => string) => `why does the ${pick(things)} of a ${pick(things)} ${pick(actions)} it ?`], // prettier-ignore
  ])("are found by %s whose words are different each time", async (_name, template) => {
    const { pairs, poisoned } = comments(0.03, template);
    const { triggers, rows } = await suspects(pairs);
    expect(triggers.some(({ rule }) => rule === "grammar-template")).toBe(true);
    expect(rows).toEqual(poisoned);
  });

  it("are honest where the rest of them speaks for their label, or their words are the same", async () => {
    const template = (pick: (words: readonly string[]) => string): string => `why does the ${pick(things)} of a ${pick(things)} ${pick(actions)} it ?`; // prettier-ignore
    const random = seededRandom(5);
    const pick = (words: readonly string[]): string => random.pick(words);
    const { pairs } = comments(0, template);
    const asked = pairs.map(([text, label], row): [string, string] => [row % 21 === 0 ? `${template(pick)} ${text}` : text, label]); // prettier-ignore
    expect((await suspects(asked)).rows).toEqual(new Set());
  });
});
