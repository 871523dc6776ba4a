/** Numbers pairs of small numbers in the order of their first use, exactly, in 12 to 20 bytes a pair. */
import { mixed } from "./corpus";

const firstSize = 2 ** 10;

function longer(array: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const grown = new Int32Array(array.length * 2);
  grown.set(array);
  return grown;
}

/** A hash table with open addressing, at most half full. */
export class PairNumbers {
  #size = 0;
  #firsts = new Int32Array(firstSize);
  #seconds = new Int32Array(firstSize);
  /** The number of the pair in each slot; -1 in an empty one. */
  #slots = new Int32Array(2 * firstSize).fill(-1);

  /** How many pairs there are. */
  get size(): number {
    return this.#size;
  }

  first(number: number): number {
    return this.#firsts[number]!;
  }

  second(number: number): number {
    return this.#seconds[number]!;
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
    const number = this.#size++;
    if (number === this.#firsts.length) {
      this.#firsts = longer(this.#firsts);
      this.#seconds = longer(this.#seconds);
    }
    this.#firsts[number] = first;
    this.#seconds[number] = second;
    this.#slots[slot] = number;
    if (2 * this.#size > this.#slots.length) this.#spread();
    return number;
  }

  /** Where the pair is, or would be. */
  #slotOf(first: number, second: number): number {
    const mask = this.#slots.length - 1;
    let slot = mixed(first, second) & mask;
    for (;;) {
      const number = this.#slots[slot]!;
      if (number < 0 || (this.#firsts[number] === first && this.#seconds[number] === second)) return slot;
      slot = (slot + 1) & mask;
    }
  }

  #spread(): void {
    this.#slots = new Int32Array(2 * this.#slots.length).fill(-1);
    for (let number = 0; number < this.#size; number++) {
      this.#slots[this.#slotOf(this.#firsts[number]!, this.#seconds[number]!)] = number;
    }
  }
}
