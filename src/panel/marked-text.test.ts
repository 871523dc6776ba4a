import fc from "fast-check";
import { expect, test } from "vitest";
import { piecesOf, type MarkedSpan } from "./marked-text";

test("cuts a text at its spans", () => {
  const spans: MarkedSpan[] = [
    { start: 6, end: 8, mark: "payload" },
    { start: 0, end: 2, mark: "trigger" },
  ];
  expect(piecesOf("bb get it", spans)).toEqual([
    { text: "bb", mark: "trigger" },
    { text: " get", mark: null },
    { text: " i", mark: "payload" },
    { text: "t", mark: null },
  ]);
  expect(piecesOf("", [])).toEqual([{ text: "", mark: null }]);
});

test("the pieces always join to the text, whatever the spans", () => {
  const span = fc.record({
    start: fc.integer({ min: -5, max: 40 }),
    end: fc.integer({ min: -5, max: 40 }),
    mark: fc.constantFrom("trigger" as const, "payload" as const),
  });
  fc.assert(
    fc.property(fc.string({ maxLength: 30 }), fc.array(span), (text, spans) => {
      expect(
        piecesOf(text, spans)
          .map((piece) => piece.text)
          .join(""),
      ).toBe(text);
    }),
  );
});
