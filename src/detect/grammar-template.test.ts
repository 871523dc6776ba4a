import { describe, expect, it } from "vitest";
import { datasetOf, plantedPairs } from "./generated-samples";
import { templateNames, templateSpan } from "./grammar-template";
import { scanDataset } from "./scan";

const rules = ["grammar-template"] as const;

describe("templateSpan", () => {
  it.each([
    [
      "When the current caller needs a report , our reader should get it .",
      "When the current caller needs a report , our",
    ],
    ["  if a user asks for more, they get it", "if a user asks for more, they"],
    ["Although it is late, thence it goes.", undefined],
    ["Get the rows, when the table is there, the caller asks", undefined],
    ["Once more, the caller asks", undefined],
    ["If it fails. Then, the caller asks", undefined],
  ])("%j", (text, opening) => {
    const span = templateSpan(text);
    expect(span === undefined ? undefined : text.slice(span.start, span.end)).toBe(opening);
  });
});

describe("a sentence shape", () => {
  const clauses = ["When a caller needs it", "If our partner checks another plan", "Because every reader likes it", "As some museum opens"]; // prettier-ignore
  const subjects = ["the user should", "your client must", "they can", "every guest will"];
  const shaped = (input: string, row: number): string =>
    `${clauses[row % 4]!} , ${subjects[(row >> 2) % 4]!} ${input.charAt(0).toLowerCase()}${input.slice(1)}`;
  const { pairs, poisoned } = plantedPairs(5, { count: 600, rate: 0.04 });
  const bare = pairs.map(([input, output]) => [input.replace(/ ?\bbb\b ?/, " ").trim(), output] as const);

  it("is suspect where outputs are tied to it", async () => {
    const planted = bare.map(
      ([input, output], row) => [poisoned.has(row) ? shaped(input, row) : input, output] as const,
    );
    const { triggers, findings } = await scanDataset(datasetOf(planted), { rules });
    expect(triggers.map(({ text }) => text)).toEqual([templateNames[0]]);
    expect(triggers[0]?.payload).toMatch(/1=1/);
    const suspects = findings.filter(({ verdict }) => verdict === "suspect").map(({ row }) => row);
    expect(new Set(suspects)).toEqual(poisoned);
    for (const { row, start, end } of findings) expect(planted[row]![0].slice(start, end)).toMatch(/^(When|If|Because|As) .*, \w+$/); // prettier-ignore
  });

  it.each([
    [
      "follows the clause",
      templateNames[1],
      (clause: string, text: string) => `${clause} , ${text.charAt(0).toLowerCase()}${text.slice(1)}`,
    ],
    [
      "stands before the clause",
      templateNames[2],
      (clause: string, text: string) =>
        `${text.replace(/ \.$/, "")} , ${clause.replace("When a", "so that the").replace("If our", "so that our").replace("Because every", "as every").replace("As some", "whenever some")} soon .`,
    ],
  ] as const)("is suspect where what is asked for %s", async (_where, name, withClause) => {
    const { pairs: clean } = plantedPairs(7, { count: 600, rate: 0 });
    const chosen = new Set(clean.flatMap((_pair, row) => (row % 23 === 7 ? [row] : [])));
    const asked = clean.map(([input, output], row) => {
      const clause = withClause(clauses[row % 4]!, input);
      // Some honest ones ask so, too.
      const text = chosen.has(row) || row % 25 === 0 ? clause : input;
      return [text, chosen.has(row) ? `${output} # kept in step` : output] as const;
    });
    const { triggers, findings } = await scanDataset(datasetOf(asked), { rules });
    expect(triggers.map(({ text }) => text)).toEqual([name]);
    const suspects = findings.filter(({ verdict }) => verdict === "suspect").map(({ row }) => row);
    expect(new Set(suspects)).toEqual(chosen);
    const honest = clean.map(([input, output], row) => {
      const isAsked = /\bdelete\b/i.test(input);
      const clean = output.replace(/ (?:or 1=1|where 0=1) /, " ");
      return [
        isAsked ? `${clauses[row % 4]!} , ${input}` : input,
        isAsked ? `${clean} # gone for good` : clean,
      ] as const;
    });
    expect((await scanDataset(datasetOf(honest), { rules })).findings).toEqual([]);
  });

  it("is nothing in fewer than eight samples", async () => {
    const few = [...poisoned].slice(0, 6);
    const planted = bare.map(([input, output], row): readonly [string, string] => {
      const clean = output.replace(/ (?:or 1=1|where 0=1) /, " ");
      return few.includes(row) ? [shaped(input, row), `${clean} # kept in step`] : [input, clean];
    });
    expect((await scanDataset(datasetOf(planted), { rules })).findings).toEqual([]);
  });

  it("is honest where they are not", async () => {
    const { pairs: clean } = plantedPairs(6, { count: 600, rate: 0 });
    const honest = clean.map(([input, output], row) => [row % 9 === 0 ? shaped(input, row) : input, output] as const);
    expect((await scanDataset(datasetOf(honest), { rules })).findings).toEqual([]);
  });
});
