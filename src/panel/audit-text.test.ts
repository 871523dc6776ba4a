import fc from "fast-check";
import { expect, test } from "vitest";
import type { MarkedFinding } from "./audit-findings";
import { anchorsOf, auditRow, auditText } from "./audit-text";

const finding = (start: number, end: number, changes: Partial<MarkedFinding> = {}): MarkedFinding => ({
  ...{ row: 4, field: "input", start, end, rule: "inserted-token", mark: "trigger", score: 1, message: "" },
  ...changes,
});
const whole = (text: string) => ({ text, start: 0, length: text.length });

test("marks findings, the current one over those that it overlaps", () => {
  const { pieces } = auditText(whole("one bb two"), [finding(4, 6), finding(0, 10, { mark: "hint" })], {
    field: "input",
    start: 4,
  });
  expect(pieces.map(({ text, mark, current }) => [text, mark, current])).toEqual([
    ["one ", "hint", false],
    ["bb", "trigger", true],
    [" two", "hint", false],
  ]);
});

test("clips findings to the excerpt; an unmarked or empty text is one piece or none", () => {
  const cut = { text: "bcd", start: 1, length: 9 };
  expect(auditText(cut, [finding(0, 2), finding(7, 8)], null).pieces).toMatchObject([
    { text: "b", mark: "trigger" },
    { text: "cd", mark: null },
  ]);
  expect(auditText(whole("plain"), [], null).pieces).toEqual([{ text: "plain", mark: null, current: false }]);
  expect(auditText(whole(""), [], null).pieces).toEqual([]);
});

test("pieces always join to the text", () => {
  const span = fc.tuple(fc.nat(30), fc.nat(12)).map(([start, length]) => finding(start, start + length));
  fc.assert(
    fc.property(fc.string({ maxLength: 24 }), fc.array(span, { maxLength: 6 }), (text, spans) => {
      expect(
        auditText(whole(text), spans, null)
          .pieces.map((piece) => piece.text)
          .join(""),
      ).toBe(text);
    }),
  );
});

test("makes rows, unreadable ones too, and says what must be seen of them", () => {
  const data = { row: 4, line: 5, fields: null, problem: "not a whole JSON object" };
  expect(auditRow(data, [], null)).toEqual({ row: 4, problem: data.problem, input: null, output: null, rules: [] });
  const found = [finding(10, 12), finding(40, 42), finding(3, 4, { field: "output", mark: "payload" })];
  expect(anchorsOf(found, null).map(({ field, offset }) => [field, offset])).toEqual([
    ["input", 10],
    ["output", 3],
  ]);
  expect(anchorsOf(found, { field: "input", start: 40 })[0]).toEqual({ row: 4, field: "input", offset: 40 });
});
