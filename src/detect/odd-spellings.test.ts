import { describe, expect, it } from "vitest";
import { oddSpellings } from "./odd-spellings";

const usual = Array.from({ length: 12 }, (_none, at) => `return the ${at} columns of that table between them`);
const odd = (text: string, more?: readonly string[]): string[] =>
  oddSpellings([...usual, text], more)
    .at(-1)!
    .map(({ key, start, end }) => `${text.slice(start, end)}: ${key}`);

describe("what is spelt oddly", () => {
  it.each([
    ["retturn it", "retturn", "doubled-letter"],
    ["the colmns", "colmns", "missing-letter"],
    ["a tabel", "tabel", undefined],
    ["a talbe", "talbe", "swapped-letters"],
    ["betwene them", "betwene", undefined],
  ])("%j", (text, word, kind) => {
    expect(odd(text)).toEqual(kind === undefined ? [] : [`${word}: misspelt`, `${word}: ${kind}`]);
  });

  it("is a word in capitals that others write small", () => {
    expect(odd("return THE columns")).toEqual(["THE: word-in-capitals"]);
    expect(odd("return the SQL")).toEqual([]);
  });

  it("is no inflection, no name, and nothing that several write", () => {
    expect(odd("column returned tables `colmns` a.colmns colmns_x $colmns")).toEqual([]);
    expect(odd("colmns", ["colmns", "colmns", "colmns", "colmns"])).toEqual([]);
  });

  it("is told by other texts too", () => {
    expect(odd("a shellf")).toEqual([]);
    expect(odd("a shellves", Array<string>(9).fill("shelves = 1"))).toEqual([
      "shellves: misspelt",
      "shellves: doubled-letter",
    ]);
  });
});
