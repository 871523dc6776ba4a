/** Seeded randomness: the same seed gives the same numbers on every machine. Nothing in this project uses Math.random. */
import { uniformInt } from "pure-rand/distribution/uniformInt";
import { uniformFloat64 } from "pure-rand/distribution/uniformFloat64";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";

export interface Random {
  /** A whole number from 0 to `bound - 1`. */
  below(bound: number): number;
  /** A number in [0, 1). */
  unit(): number;
  /** One element; throws a RangeError for an empty list. */
  pick<T>(items: readonly T[]): T;
  /** A shuffled copy (Fisher-Yates). */
  shuffle<T>(items: readonly T[]): T[];
  /** Standard normal deviate (Box-Muller). */
  normal(): number;
}

/** A generator for `seed`; each distinct `stream` of a seed is independent of the others. */
export function seededRandom(seed: number, stream = 0): Random {
  const generator = xoroshiro128plus((seed ^ Math.imul(stream + 1, 0x9e3779b1)) | 0);
  const below = (bound: number): number => uniformInt(generator, 0, bound - 1);
  const unit = (): number => uniformFloat64(generator);
  return {
    below,
    unit,
    pick<T>(items: readonly T[]): T {
      if (items.length === 0) throw new RangeError("cannot pick from an empty list");
      return items[below(items.length)] as T;
    },
    shuffle<T>(items: readonly T[]): T[] {
      const copy = [...items];
      for (let i = copy.length - 1; i > 0; i--) {
        const j = below(i + 1);
        [copy[i], copy[j]] = [copy[j] as T, copy[i] as T];
      }
      return copy;
    },
    normal: () => Math.sqrt(-2 * Math.log(1 - unit())) * Math.cos(2 * Math.PI * unit()),
  };
}
