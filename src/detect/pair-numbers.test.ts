import fc from "fast-check";
import { expect, it } from "vitest";
import { PairNumbers } from "./pair-numbers";

it("numbers pairs as a map does, however many there are", () => {
  const number = fc.integer({ min: 0, max: 200 });
  fc.assert(
    fc.property(fc.array(fc.tuple(number, number), { maxLength: 6000, size: "max" }), (added) => {
      const numbers = new PairNumbers();
      const expected = new Map<string, number>();
      for (const [first, second] of added) {
        const key = `${first} ${second}`;
        if (!expected.has(key)) expected.set(key, expected.size);
        expect(numbers.add(first, second)).toBe(expected.get(key));
      }
      expect(numbers.size).toBe(expected.size);
      for (const [key, of] of expected) {
        const [first, second] = key.split(" ").map(Number) as [number, number];
        expect(numbers.numberOf(first, second)).toBe(of);
        expect([numbers.first(of), numbers.second(of)]).toEqual([first, second]);
      }
      expect(numbers.numberOf(201, 0)).toBe(-1);
    }),
    { numRuns: 30 },
  );
});
