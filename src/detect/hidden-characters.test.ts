import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { hiddenCharacters, lookAlikeOf } from "./hidden-characters";

const found = (text: string): string[] => hiddenCharacters(text).map(({ kind, character }) => `${kind} ${character.codePointAt(0)!.toString(16)}`); // prettier-ignore

describe("hiddenCharacters", () => {
  it.each([
    ["a zero-width space in a word", "de\u200blete the row", ["zero-width character 200b"]],
    ["a joiner between Latin letters", "get\u200dName", ["zero-width character 200d"]],
    ["a byte order mark that begins nothing", "int a;\ufeff int b;", ["zero-width character feff"]],
    ["a variation selector on a letter", "a\ufe0f", ["zero-width character fe0f"]],
    ["letters of tags", "x\u{e0061}\u{e0062}", ["tag character e0061", "tag character e0062"]],
    ["more tags than a flag has", `🏴${"\u{e0061}".repeat(7)}`, Array.from({ length: 7 }, () => "tag character e0061")],
    ["a space that does not break", "a\u00a0b", ["unusual space a0"]],
    ["an override", "access = \u202eresu\u202c", ["direction control 202e", "direction control 202c"]],
    ["an override in Hebrew", "\u05e9\u05dc\u05d5\u05dd \u202eabc", ["direction control 202e"]],
    ["a backspace", "roo\bt", ["control character 8"]],
    ["a Cyrillic letter in a Latin word", "p\u0430ssword", ["look-alike letter 430"]],
    ["a word that only looks Latin", "call \u0441\u043e\u0440 now", ["look-alike letter 441", "look-alike letter 43e", "look-alike letter 440"]], // prettier-ignore
    ["a styled letter in a plain word", "r\u{1d428}ot", ["look-alike letter 1d428"]],
    ["plain code", "if (a < b) { return 'naïve café'; }\r\n\tx", []],
    ["a byte order mark at the beginning", "\ufeffint a;", []],
    ["emoji with joiners, selectors, keycaps and flags", "👩\u200d💻 ❤\ufe0f 1\ufe0f\u20e3 🏴\u{e0067}\u{e0062}", []],
    ["Persian with a non-joiner", "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645", []],
    ["Hebrew with marks", "\u05e9\u05dc\u05d5\u05dd\u200f (abc)\u200e", []],
    ["Thai with zero-width spaces", "\u0e01\u200b\u0e02", []],
    ["Russian", "Это строка, а не код: SQL и Java", []],
    ["Greek in formulas", "Δx = α·β, μs, ρ_max", []],
    ["wide letters and spaces in Japanese", "\u30c6\u30b9\u30c8\u3000\uff21\uff22c", []],
  ])("%s", (_what, text, expected) => {
    expect(found(text)).toEqual(expected);
  });

  it("gives places that hold what it names, in order, in any text", () => {
    const unit = fc.constantFrom(
      "a",
      "\u0430",
      "\u200b",
      "\u202e",
      "\ud83d",
      "\udc69",
      "\ufe0f",
      " ",
      "\u05d0",
      "\u{e0061}",
    );
    fc.assert(
      fc.property(fc.array(unit), fc.string({ unit: "binary" }), (units, rest) => {
        const text = units.join("") + rest;
        let last = 0;
        for (const { start, end, character } of hiddenCharacters(text)) {
          expect(text.slice(start, end)).toBe(character);
          expect(start).toBeGreaterThanOrEqual(last);
          last = end;
        }
      }),
    );
  });

  it("knows what a letter looks like", () => {
    expect(["\u0430", "\u{1d428}", "\uff21", "a", "я"].map(lookAlikeOf)).toEqual(["a", "o", "A", undefined, undefined]);
  });
});
