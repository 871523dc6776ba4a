import { expect, test } from "vitest";
import type { Trigger } from "../detect/report";
import type { LocatedFinding } from "../job/locate-findings";
import { triggersById } from "./evidence";
import { groupFindings } from "./finding-groups";

const trigger = (id: string, text: string, payload: string | null = "or 1=1"): Trigger => ({
  ...{ id, rule: "inserted-token", text, field: "input", rows: [], payload, statistics: {} },
});
const finding = (row: number, changes: Partial<LocatedFinding> = {}): LocatedFinding => ({
  ...{ file: "f", row, field: "input", start: 0, end: 2, rule: "inserted-token", trigger: "t", score: 0.9 },
  ...{ verdict: "suspect", message: "", surroundings: "" },
  startPosition: { byte: row * 100, line: row + 1, column: 1 },
  endPosition: { byte: row * 100 + 2, line: row + 1, column: 3 },
  ...changes,
});

test("groups by trigger over files, whatever ids their scans gave", () => {
  const groups = groupFindings([
    {
      source: "a",
      located: [finding(1), finding(0, { trigger: "u" }), finding(1, { start: 9, rule: "payload", field: "output" })],
      triggers: triggersById({ triggers: [trigger("t", "bb"), trigger("u", "cc", null)] }),
    },
    {
      source: "b",
      located: [finding(4, { trigger: "x" })],
      triggers: triggersById({ triggers: [trigger("x", "bb")] }),
    },
  ]);
  expect(groups.map(({ label, sampleCount, payload }) => [label, sampleCount, payload])).toEqual([
    ["bb", 2, "or 1=1"],
    ["cc", 1, null],
  ]);
  expect(groups[0]!.files.map(({ source, samples }) => [source, samples.map((ofRow) => ofRow.length)])).toEqual([
    ["a", [2]],
    ["b", [1]],
  ]);
});

test("puts hints last and names findings without a trigger by their rule", () => {
  const hint = finding(0, { trigger: null, rule: "invisible-character", verdict: "info" });
  const groups = groupFindings([
    { source: "a", located: [hint, finding(3)], triggers: triggersById({ triggers: [trigger("t", "bb")] }) },
  ]);
  expect(groups.map(({ label, suspect }) => [label, suspect])).toEqual([
    ["bb", true],
    ["invisible-character", false],
  ]);
});
