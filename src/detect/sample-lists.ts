/** A list of numbers for each sample, filled in any order: 8 bytes a number and more while it grows, then 4. */
import { GrowingNumbers } from "./growing-numbers";

export class SampleLists {
  readonly #samples: number;
  readonly #owners = new GrowingNumbers();
  readonly #numbers = new GrowingNumbers();

  constructor(samples: number) {
    this.#samples = samples;
  }

  push(sample: number, number: number): void {
    this.#owners.push(sample);
    this.#numbers.push(number);
  }

  /** How often each number below `count` stands in all lists. */
  totals(count: number): Uint32Array {
    const totals = new Uint32Array(count);
    for (const number of this.#numbers.numbers()) totals[number]!++;
    return totals;
  }

  /** The lists as they are now, each in the order of its pushes. */
  lists(): (sample: number) => Int32Array {
    const owners = this.#owners.numbers();
    const ends = new Int32Array(this.#samples + 1);
    for (const sample of owners) ends[sample + 1]!++;
    for (let sample = 0; sample < this.#samples; sample++) ends[sample + 1]! += ends[sample]!;
    const next = ends.slice();
    const sorted = new Int32Array(owners.length);
    this.#numbers.numbers().forEach((number, at) => {
      sorted[next[owners[at]!]!++] = number;
    });
    return (sample) => sorted.subarray(ends[sample], ends[sample + 1]);
  }
}
