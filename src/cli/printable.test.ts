import fc from "fast-check";
import { expect, it } from "vitest";
import { printable } from "./printable";
import { table } from "./table";

it("lets no character act on a terminal, whatever the text, and keeps plain text", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), fc.integer({ min: 2, max: 40 }), (text, limit) => {
      const safe = printable(text, limit);
      expect(safe).not.toMatch(/[\p{Cc}\p{Cf}\u2028\u2029]/u);
      expect(safe.length).toBeLessThanOrEqual(limit);
    }),
  );
  expect(printable("select\n\tünï 世界")).toBe("select ünï 世界");
});

it("sets numbers to the right and words to the left", () => {
  const text = table(["model", "BLEU", "ASR"], [["CE", "93.1", "81.0%"], ["DeCE, ours", "9.0", "-"]]); // prettier-ignore
  expect(text.split("\n")).toEqual(["model       BLEU    ASR", "CE          93.1  81.0%", "DeCE, ours   9.0      -"]);
});
