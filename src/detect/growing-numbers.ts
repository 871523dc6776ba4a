/** A list of 32-bit numbers that grows, in 4 to 8 bytes each. */
export class GrowingNumbers {
  #length = 0;
  #numbers = new Int32Array(1024);

  get length(): number {
    return this.#length;
  }

  at(index: number): number {
    return this.#numbers[index]!;
  }

  push(number: number): void {
    if (this.#length === this.#numbers.length) {
      const longer = new Int32Array(2 * this.#length);
      longer.set(this.#numbers);
      this.#numbers = longer;
    }
    this.#numbers[this.#length++] = number;
  }

  /** As it is now: to be read before the next `push`. */
  numbers(): Int32Array {
    return this.#numbers.subarray(0, this.#length);
  }
}
