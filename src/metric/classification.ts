/** Accuracy and F1 of a classifier's answers, with their uncertainty. All of them are per cent. */
import { seededRandom } from "../foundation/random";
import { wilsonInterval, type Interval } from "./attack-success";

export interface Classification {
  /** Right answers / rows; 0 for no rows. */
  readonly accuracy: number;
  readonly correct: number;
  /** Wilson's 95% interval. */
  readonly accuracyInterval: Interval;
  /** Harmonic mean of precision and recall. */
  readonly f1: number;
  /** 95%, by the percentiles of a bootstrap over the rows (Efron 1979). */
  readonly f1Interval: Interval;
  /** `binary`: that of the class `positive`. `macro`: the mean over the classes that occur, each counting the same. */
  readonly average: "binary" | "macro";
  /** Of two classes the second, as in 0 and 1; null with more. */
  readonly positive: string | null;
}

const resamples = 1000;
/** Fewer for large sets, whose interval is narrow anyway. */
const mostDraws = 2e7;
const fewestResamples = 200;

/** How often each class was expected, answered, and both. */
interface Counts {
  readonly expected: Float64Array;
  readonly answered: Float64Array;
  readonly both: Float64Array;
}

/**
 * `classes` in the classifier's order; an expected label that is none of them is never answered rightly. Two classes: the F1
 * of the second, as scikit-learn's `f1_score` takes 1 of 0 and 1; more: its macro average. A class without a row or an answer has
 * an F1 of 0.
 */
export function classification(
  expected: readonly string[],
  answers: readonly string[],
  classes: readonly string[],
): Classification {
  const numbers = new Map(classes.map((label, index) => [label, index]));
  const other = classes.length;
  const pairs = expected.map(
    (label, row) => [numbers.get(label) ?? other, numbers.get(answers[row]!) ?? other] as const,
  );
  const positive = classes.length === 2 ? 1 : null;
  const count = (rows: Iterable<readonly [number, number]>): Counts => {
    const empty = (): Float64Array => new Float64Array(other + 1);
    const counts = { expected: empty(), answered: empty(), both: empty() };
    for (const [wanted, given] of rows) {
      counts.expected[wanted]! += 1;
      counts.answered[given]! += 1;
      if (wanted === given) counts.both[wanted]! += 1;
    }
    return counts;
  };
  const correct = pairs.filter(([wanted, given]) => wanted === given && wanted !== other).length;
  return {
    accuracy: pairs.length === 0 ? 0 : (100 * correct) / pairs.length,
    correct,
    accuracyInterval: wilsonInterval(correct, pairs.length),
    f1: 100 * meanF1(count(pairs), positive),
    f1Interval: bootstrapped(pairs, (rows) => 100 * meanF1(count(rows), positive)),
    average: positive === null ? "macro" : "binary",
    positive: positive === null ? null : classes[positive]!,
  };
}

function meanF1({ expected, answered, both }: Counts, positive: number | null): number {
  // 2 TP / (2 TP + FP + FN), which is 2 both / (expected + answered).
  const f1 = (index: number): number => {
    const total = expected[index]! + answered[index]!;
    return total === 0 ? 0 : (2 * both[index]!) / total;
  };
  if (positive !== null) return f1(positive);
  // The last place is that of labels which are no class.
  const occurring = [...expected.keys()].slice(0, -1).filter((index) => expected[index]! + answered[index]! > 0);
  return occurring.length === 0 ? 0 : occurring.reduce((sum, index) => sum + f1(index), 0) / occurring.length;
}

/** The 2.5th and 97.5th percentile of `statistic` over seeded draws of the rows with replacement; 0 to 100 for no rows. */
function bootstrapped<Row>(rows: readonly Row[], statistic: (rows: Iterable<Row>) => number): Interval {
  if (rows.length === 0) return { low: 0, high: 100 };
  const random = seededRandom(42);
  const draws = Math.max(fewestResamples, Math.min(resamples, Math.floor(mostDraws / rows.length)));
  const values = Array.from({ length: draws }, () => statistic(rows.map(() => random.pick(rows))));
  values.sort((a, b) => a - b);
  const at = (share: number): number => values[Math.min(draws - 1, Math.floor(share * draws))]!;
  return { low: at(0.025), high: at(0.975) };
}
