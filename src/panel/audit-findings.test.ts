import { expect, test } from "vitest";
import { AuditFindings, rulesOf, type MarkedFinding } from "./audit-findings";
import type { AuditMark } from "./audit-protocol";

const finding = (
  row: number,
  field: "input" | "output",
  start: number,
  rule: string,
  mark: AuditMark,
): MarkedFinding => ({
  ...{ row, field, start, end: start + 2, rule, mark, score: 1, message: "" },
});
const findings = new AuditFindings([
  finding(9, "input", 4, "inserted-token", "trigger"),
  finding(2, "output", 0, "payload", "payload"),
  finding(2, "input", 7, "inserted-token", "trigger"),
  finding(2, "input", 3, "inserted-token", "hint"),
]);

test("lists rows by rule and finds positions in the list", () => {
  expect(findings.rowsOf("")).toBeNull();
  expect(findings.rowsOf("*")).toEqual([2, 9]);
  expect(findings.rowsOf("payload")).toEqual([2]);
  expect(findings.rowsOf("dead-code")).toEqual([]);
  expect(findings.rules).toEqual([
    { rule: "inserted-token", rows: 2 },
    { rule: "payload", rows: 1 },
  ]);
  expect([findings.position("*", 2), findings.position("*", 5), findings.position("*", 99)]).toEqual([0, 1, 1]);
  expect(findings.position("", 5)).toBe(5);
  expect(findings.ofRow(2).map(({ field, start }) => [field, start])).toEqual([
    ["input", 3],
    ["input", 7],
    ["output", 0],
  ]);
});

test("steps through all of them in order and round the ends, both ways", () => {
  for (const direction of [1, -1] as const) {
    let place: { row: number; field: "input" | "output" | null; start: number } = { row: -1, field: null, start: 0 };
    const seen: number[] = [];
    for (let count = 0; count < 5; count++) {
      const next = findings.step("", place, direction)!;
      seen.push(next.number);
      place = next;
    }
    expect(seen).toEqual(direction === 1 ? [1, 2, 3, 4, 1] : [4, 3, 2, 1, 4]);
  }
});

test("steps from a row that has none, within a filter", () => {
  const from = { row: 5, field: null, start: 0 };
  expect(findings.step("inserted-token", from, 1)).toMatchObject({ row: 9, position: 1, number: 3, total: 3 });
  expect(findings.step("inserted-token", from, -1)).toMatchObject({ row: 2, position: 0, start: 7 });
  expect(findings.step("dead-code", from, 1)).toBeNull();
  expect(findings.step("", { row: 2, field: null, start: 0 }, 1)).toMatchObject({ row: 2, start: 3 });
});

test("names each rule of a row once, with the strongest mark", () => {
  expect(rulesOf(findings.ofRow(2))).toEqual([
    { rule: "inserted-token", mark: "trigger" },
    { rule: "payload", mark: "payload" },
  ]);
});
