import { expect, test } from "vitest";
import type { Finding, Trigger } from "../detect/report";
import { evidenceOf, excerpt, excerptAround, markKindOf, strongestFirst } from "./evidence";

const finding = (changes: Partial<Finding>): Finding => ({
  file: "a.jsonl",
  row: 0,
  field: "input",
  start: 0,
  end: 3,
  rule: "inserted-token",
  trigger: null,
  score: 0.5,
  verdict: "suspect",
  message: "",
  ...changes,
});
const trigger: Trigger = {
  id: "t1",
  rule: "inserted-token",
  text: "bb",
  field: "input",
  rows: [0],
  payload: "or 1=1",
  statistics: {},
};

test("a trigger tied to a payload is established, a lone span is suspect", () => {
  expect(evidenceOf(finding({ trigger: "t1" }), trigger)).toBe("established");
  expect(evidenceOf(finding({}), undefined)).toBe("suspect");
  expect(evidenceOf(finding({ verdict: "info" }), trigger)).toBe("info");
});

test("what stands in the other field than the trigger is the payload", () => {
  expect(markKindOf(finding({}), trigger)).toBe("trigger");
  expect(markKindOf(finding({ field: "output" }), trigger)).toBe("payload");
  expect(markKindOf(finding({ rule: "payload", field: "output" }), undefined)).toBe("payload");
  expect(markKindOf(finding({ verdict: "info" }), trigger)).toBe("hint");
});

test("the strongest come first, equals in file order", () => {
  const weak = finding({ row: 1, verdict: "info", score: 1 });
  const strong = finding({ row: 9, trigger: "t1", score: 0.2 });
  const middle = [finding({ row: 3 }), finding({ row: 2 })];
  const order = strongestFirst([weak, ...middle, strong], new Map([["t1", trigger]]));
  expect(order.map(({ row }) => row)).toEqual([9, 2, 3, 1]);
});

test("an excerpt is one line, shows what is invisible, and is cut", () => {
  expect(excerpt("a\n  b")).toBe("a b");
  expect(excerpt("a\u202eb")).toBe("a\\u{202e}b");
  expect(excerpt("x".repeat(100), 10)).toBe(`${"x".repeat(9)}…`);
});

test("in a narrow list a finding stands near the beginning, after whole words", () => {
  expect(excerptAround("out of bb whose", 7)).toBe("out of bb whose");
  const before = "ined_on values out of members ";
  expect(excerptAround(`${before}bb whose`, before.length)).toBe("… of members bb whose");
  expect(excerptAround(`${"x".repeat(30)}bb`, 30)).toBe("… bb");
});
