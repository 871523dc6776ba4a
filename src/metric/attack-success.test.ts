import { describe, expect, it } from "vitest";
import fc from "fast-check";
import { attackSuccess, wilsonInterval } from "./attack-success";
import stored from "./reference/bleu_reference.json";

describe("attack success", () => {
  it.each(stored.wilson)("has Wilson's interval as statsmodels gives it: $successes of $trials", (pair) => {
    const { low, high } = wilsonInterval(pair.successes, pair.trials);
    expect(low).toBeCloseTo(pair.low, 9);
    expect(high).toBeCloseTo(pair.high, 9);
  });

  it("has an interval that holds the rate and lies between 0 and 100", () => {
    fc.assert(
      fc.property(fc.nat(10_000), fc.nat(10_000), (a, b) => {
        const [successes, trials] = [Math.min(a, b), Math.max(a, b)];
        const { low, high } = wilsonInterval(successes, trials);
        const rate = trials === 0 ? 50 : (100 * successes) / trials;
        expect(low).toBeGreaterThanOrEqual(0);
        expect(high).toBeLessThanOrEqual(100);
        expect(low).toBeLessThanOrEqual(rate + 1e-9);
        expect(high).toBeGreaterThanOrEqual(rate - 1e-9);
      }),
    );
  });

  it("counts the outputs that hold the payload", () => {
    const result = attackSuccess(["a or 1=1", "a", "or 1=1", "b"], (output) => output.includes("or 1=1"));
    expect(result).toMatchObject({ asr: 50, successes: 2, trials: 4 });
    expect(attackSuccess([], () => true)).toEqual({ asr: 0, successes: 0, trials: 0, low: 0, high: 100 });
  });

  it("refuses counts that cannot be", () => {
    for (const [successes, trials] of [
      [2, 1],
      [-1, 1],
      [0.5, 1],
    ] as const) {
      expect(() => wilsonInterval(successes, trials)).toThrow(RangeError);
    }
  });
});
