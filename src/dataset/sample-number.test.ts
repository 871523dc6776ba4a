import { describe, expect, it } from "vitest";
import { rowOfNumber, sampleNumber } from "./sample-number";

describe("the number of a sample", () => {
  it("counts from 1 where people read it, from 0 where programs do", () => {
    expect(sampleNumber(0)).toBe(1);
    expect(rowOfNumber("1")).toBe(0);
    for (const row of [0, 4, 123_456]) expect(rowOfNumber(String(sampleNumber(row)))).toBe(row);
  });

  it.each(["", " ", "0", "-1", "1.5", "five", "1e99"])("takes %j for no sample's number", (typed) => {
    expect(rowOfNumber(typed)).toBeUndefined();
  });
});
