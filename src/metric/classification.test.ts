import fc from "fast-check";
import { expect, test } from "vitest";
import { classification } from "./classification";

test("two classes: accuracy, and F1 of the second class", () => {
  // As scikit-learn's accuracy_score and f1_score give it: 2 of 3 found, one of three answers wrong.
  const expected = ["1", "1", "1", "0", "0", "0", "0", "0"];
  const answers = ["1", "1", "0", "1", "0", "0", "0", "0"];
  const measured = classification(expected, answers, ["0", "1"]);
  expect(measured).toMatchObject({ accuracy: 75, correct: 6, average: "binary", positive: "1" });
  expect(measured.f1).toBeCloseTo(66.6667, 3);
  expect(measured.accuracyInterval.low).toBeCloseTo(40.93, 1);
  const swapped = classification(expected, answers, ["1", "0"]);
  expect(swapped).toMatchObject({ accuracy: 75, positive: "0" });
  expect(swapped.f1).toBeCloseTo(80, 6);
});

test("more classes: the mean over those that occur; a label that is no class is never right", () => {
  const classes = ["a", "b", "c", "never"];
  const measured = classification(["a", "a", "b", "c", "new"], ["a", "b", "b", "a", "never"], classes);
  expect(measured).toMatchObject({ accuracy: 40, correct: 2, average: "macro", positive: null });
  // a 1/2, b 2/3, c 0, and the class that was answered though no row has it: 0.
  expect(measured.f1).toBeCloseTo((100 * (1 / 2 + 2 / 3)) / 4, 6);
});

test("nothing right is 0, all right is 100, no rows prove nothing", () => {
  expect(classification(["1", "1"], ["0", "0"], ["0", "1"])).toMatchObject({ accuracy: 0, f1: 0 });
  expect(classification(["1", "0"], ["1", "0"], ["0", "1"])).toMatchObject({ accuracy: 100, f1: 100 });
  const none = classification([], [], ["0", "1"]);
  expect(none).toMatchObject({ accuracy: 0, f1Interval: { low: 0, high: 100 } });
  expect(none.accuracyInterval).toEqual({ low: 0, high: 100 });
});

test("the interval of F1 is the same each time, holds the value, and is narrower with more rows", () => {
  const label = fc.constantFrom("0", "1");
  const rows = fc.array(fc.tuple(label, label), { minLength: 30, maxLength: 60 });
  fc.assert(
    fc.property(rows, (pairs) => {
      const of = (times: number) => {
        const all = Array.from({ length: times }, () => pairs).flat();
        return classification(all.map(([wanted]) => wanted), all.map(([, given]) => given), ["0", "1"]); // prettier-ignore
      };
      const [once, many] = [of(1), of(16)];
      expect(once.f1Interval.low).toBeLessThanOrEqual(once.f1);
      expect(once.f1Interval.high).toBeGreaterThanOrEqual(once.f1);
      const width = ({ f1Interval: { low, high } }: typeof once): number => high - low;
      expect(width(many)).toBeLessThanOrEqual(width(once));
      expect(of(1)).toEqual(once);
    }),
    { numRuns: 10 },
  );
});
