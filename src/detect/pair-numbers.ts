/** Numbers pairs of small numbers in the order of their first use, exactly, in 12 to 20 bytes a pair. */
import { mixed } from "./corpus";
import { GrowingNumbers } from "./growing-numbers";

/** A hash table with open addressing, at most half full. */
export class PairNumbers {
  readonly #firsts = new GrowingNumbers();
  readonly #seconds = new GrowingNumbers();
  /** The number of the pair in each slot; -1 in an empty one. */
  #slots = new Int32Array(2048).fill(-1);

  /** How many pairs there are. */
  get size(): number {
    return this.#firsts.length;
  }

  first(number: number): number {
    return this.#firsts.at(number);
  }

  second(number: number): number {
    return this.#seconds.at(number);
  }

  /** The pair's number; -1 where it was not added. */
  numberOf(first: number, second: number): number {
    return this.#slots[this.#slotOf(first, second)]!;
  }

  /** The pair's number, be it new or not. */
  add(first: number, second: number): number {
    const slot = this.#slotOf(first, second);
    const known = this.#slots[slot]!;
    if (known >= 0) return known;
    const number = this.size;
    this.#firsts.push(first);
    this.#seconds.push(second);
    this.#slots[slot] = number;
    if (2 * this.size > this.#slots.length) this.#spread();
    return number;
  }

  /** Where the pair is, or would be. */
  #slotOf(first: number, second: number): number {
    const mask = this.#slots.length - 1;
    let slot = mixed(first, second) & mask;
    for (;;) {
      const number = this.#slots[slot]!;
      if (number < 0 || (this.first(number) === first && this.second(number) === second)) return slot;
      slot = (slot + 1) & mask;
    }
  }

  #spread(): void {
    this.#slots = new Int32Array(2 * this.#slots.length).fill(-1);
    for (let number = 0; number < this.size; number++) {
      this.#slots[this.#slotOf(this.first(number), this.second(number))] = number;
    }
  }
}
