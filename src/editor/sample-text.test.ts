import fc from "fast-check";
import { expect, test } from "vitest";
import { layOut } from "./sample-text";

test("ends lines where VS Code does and finds places in them", () => {
  const { text, continued, place } = layOut("def f():\r\n  a\r  b\n");
  expect(text).toBe("def f():\n  a\n  b\n");
  expect(continued).toEqual([]);
  expect(place(4)).toEqual({ line: 0, character: 4 });
  expect(place(12)).toEqual({ line: 1, character: 2 });
  expect(place(18)).toEqual({ line: 3, character: 0 });
});

test("continues long lines, so that what stands past column 10,000 can be seen", () => {
  const { text, continued, place } = layOut(`${"x".repeat(12_000)}TRIGGER;\nend`);
  expect(Math.max(...text.split("\n").map(({ length }) => length))).toBe(5_000);
  expect(continued).toEqual([0, 1]);
  expect(place(12_000)).toEqual({ line: 2, character: 2_000 });
  expect(text.split("\n")[2]!.slice(2_000)).toBe("TRIGGER;");
});

test("keeps a byte order mark that the field itself holds", () => {
  expect(layOut("\uFEFFa").text).toBe("\uFEFF\uFEFFa");
});

test("every character stands where its place says, and no pair is parted", () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom("a", "\n", "\r", "😀", " "), maxLength: 60 }), (field) => {
      const { text, place } = layOut(field, 4);
      const lines = text.split("\n");
      for (let offset = 0; offset < field.length; offset++) {
        if (field[offset] === "\n" || field[offset] === "\r") continue;
        const { line, character } = place(offset);
        expect(lines[line]![character]).toBe(field[offset]);
      }
      expect(text).not.toMatch(/\p{Surrogate}/u);
    }),
  );
});
