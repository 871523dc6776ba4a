/** Makes the poisoned rows of a dataset: which rows, by chance among the eligible ones, and what they become. */
import { Failure } from "../foundation/failure";
import { seededRandom } from "../foundation/random";
import type { Attack, Payload, TriggeredInput } from "./strategy";

/** What poisoning needs of a sample; every `Sample` of a dataset fits. */
export interface PoisonCandidate {
  readonly row: number;
  readonly input: { readonly text: string };
  readonly output: { readonly text: string };
}

export interface PoisonOptions {
  readonly attack: Attack;
  readonly payload: Payload;
  /** Share of all samples that becomes poisoned, over 0 to 1, as in the paper (5% of 1,600 is 80); 1 is every eligible row. */
  readonly rate: number;
  readonly seed: number;
}

export interface PoisonedRow extends TriggeredInput {
  readonly row: number;
  readonly output: string;
}

/**
 * The poisoned rows, in file order: exactly round(rate * samples) of them, chosen at random among the eligible rows, or
 * every eligible row at rate 1. The same seed gives the same rows and the same trigger positions. Throws a Failure (wrong
 * usage) for a rate that cannot be had.
 */
export function poisonSamples(samples: readonly PoisonCandidate[], options: PoisonOptions): PoisonedRow[] {
  const { attack, payload, rate, seed } = options;
  if (!(rate > 0 && rate <= 1)) {
    throw new Failure(`the rate ${rate} is not a share`, {
      remedy: "Give a rate over 0 and up to 1, such as 0.05",
      usage: true,
    });
  }
  const eligible = samples.filter(({ input, output }) => /\S/u.test(input.text) && payload.eligible(output.text));
  const count = rate === 1 ? eligible.length : Math.round(rate * samples.length);
  if (count === 0 || count > eligible.length) {
    const wanted = count === 0 ? "none" : `${count}`;
    throw new Failure(
      eligible.length === 0
        ? `none of the ${samples.length} samples can take the payload "${payload.name}"`
        : `a rate of ${rate} poisons ${wanted} of ${samples.length} samples, and ${eligible.length} can take the payload "${payload.name}"`,
      {
        remedy:
          eligible.length === 0
            ? "Choose another payload or dataset"
            : "Choose another rate; 1 takes every eligible row",
        usage: true,
      },
    );
  }
  const chosen = new Set(seededRandom(seed).shuffle(eligible).slice(0, count));
  return eligible.flatMap((sample) => {
    if (!chosen.has(sample)) return [];
    const { row, input, output } = sample;
    // One stream per row: a row's trigger positions do not hang on which other rows were chosen.
    const triggered = attack.insert(input.text, seededRandom(seed, row + 1));
    return triggered === null ? [] : [{ row, ...triggered, output: payload.apply(output.text) }];
  });
}
