import fc from "fast-check";
import { expect, test } from "vitest";
import { excerptOf } from "./excerpt";

test("keeps short texts, begins long ones at their beginning, and moves to an anchor that would be cut off", () => {
  expect(excerptOf("short", 10, undefined)).toEqual({ text: "short", start: 0, length: 5 });
  expect(excerptOf("x".repeat(50), 0, 40).text).toHaveLength(50);
  const long = `${"a".repeat(20_000)}TRIGGER${"b".repeat(20_000)}`;
  expect(excerptOf(long, 600, undefined)).toMatchObject({ start: 0, length: long.length });
  const { text, start } = excerptOf(long, 600, 20_000);
  expect(text).toHaveLength(600);
  expect(text.slice(20_000 - start)).toMatch(/^TRIGGER/);
});

test("is a slice of the text that holds the anchor and parts no surrogate pair", () => {
  fc.assert(
    fc.property(
      fc.string({ unit: "binary", maxLength: 400 }),
      fc.integer({ min: 8, max: 300 }),
      fc.nat(),
      (text, most, at) => {
        const anchor = text.length === 0 ? undefined : at % text.length;
        const cut = excerptOf(text, most, anchor);
        expect(cut.text).toBe(text.slice(cut.start, cut.start + cut.text.length));
        expect(cut.text.length).toBeLessThanOrEqual(Math.max(most, 0));
        if (!/\p{Surrogate}/u.test(text)) expect(cut.text).not.toMatch(/\p{Surrogate}/u);
        if (anchor !== undefined) {
          expect(cut.start).toBeLessThanOrEqual(anchor + 1);
          expect(cut.start + cut.text.length).toBeGreaterThan(anchor - 1);
        }
      },
    ),
  );
});
