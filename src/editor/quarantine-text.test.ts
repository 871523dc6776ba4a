import { expect, test } from "vitest";
import type { RemovedRecords } from "../job/removals";
import { quarantineInsertion } from "./quarantine-text";

const removed = (format: string, head: string, records: string[]): RemovedRecords => ({
  ...{ format, head, records, removals: [] },
});
const added = (existing: string | null, records: RemovedRecords): string => {
  const { offset, text } = quarantineInsertion(existing, records, "q");
  return (existing ?? "").slice(0, offset) + text + (existing ?? "").slice(offset);
};

test("begins a file with the header and appends records without it", () => {
  const csv = removed("csv", "src,tgt\n", ["a,b", '"x\ny",z']);
  expect(added(null, csv)).toBe('src,tgt\na,b\n"x\ny",z\n');
  expect(added("src,tgt\nq,r", csv)).toBe('src,tgt\nq,r\na,b\n"x\ny",z\n');
  expect(added('{"a":1}\n', removed("jsonl", "", ['{"b":2}']))).toBe('{"a":1}\n{"b":2}\n');
});

test("adds to a JSON array, and refuses what is none", () => {
  const json = removed("json", "[\n", ['{"a":1}', '{"b":2}']);
  for (const existing of [null, "", "[]", "[ ]\n", '[{"q":0}]', '[\n  {"q":0}\n]\n']) {
    const list = JSON.parse(added(existing, json)) as unknown[];
    expect(list.slice(-2)).toEqual([{ a: 1 }, { b: 2 }]);
    expect(list).toHaveLength(existing?.includes("q") === true ? 3 : 2);
  }
  expect(() => added('{"q":0}', json)).toThrow("no JSON array");
});
