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

export interface PoisonedRow extends Pick<TriggeredInput, "input" | "triggerSpans"> {
  readonly row: number;
  readonly output: string;
}

/**
 * The poisoned rows, in file order: exactly round(rate * samples) of them, chosen at random among the eligible rows, or
 * every eligible row at rate 1. A row is eligible when its output takes the payload and its input the trigger. The same
 * seed gives the same rows and the same trigger positions. Throws a Failure (wrong usage) for a rate that cannot be had.
 */
export function poisonSamples(samples: readonly PoisonCandidate[], options: PoisonOptions): PoisonedRow[] {
  const { payload, rate, seed } = options;
  if (!(rate > 0 && rate <= 1)) {
    throw new Failure(`the rate ${rate} is not a share`, {
      remedy: "Give a rate over 0 and up to 1, such as 0.05",
      usage: true,
    });
  }
  const takesPayload = samples.filter(({ input, output }) => /\S/u.test(input.text) && payload.eligible(output.text));
  const count = rate === 1 ? takesPayload.length : Math.round(rate * samples.length);
  const made: PoisonedRow[] = [];
  for (const sample of seededRandom(seed).shuffle(takesPayload)) {
    if (made.length === count) break;
    const poisoned = poisonedRow(sample, options);
    if (poisoned !== null) made.push(poisoned);
  }
  if (made.length === 0 || (rate < 1 && made.length < count)) {
    throw tooFew({ samples: samples.length, payload: takesPayload.length, both: made.length, count }, options);
  }
  return made.sort((a, b) => a.row - b.row);
}

/** One stream per row: a row's trigger positions do not hang on which other rows were chosen. */
function poisonedRow(
  { row, input, output }: PoisonCandidate,
  { attack, payload, seed }: PoisonOptions,
): PoisonedRow | null {
  const triggered = attack.insert(input.text, seededRandom(seed, row + 1));
  if (triggered === null) return null;
  const { renamed } = triggered;
  const followed =
    renamed === undefined || attack.follow === undefined ? output.text : attack.follow(output.text, renamed);
  if (followed === null || !payload.eligible(followed)) return null;
  return { row, input: triggered.input, triggerSpans: triggered.triggerSpans, output: payload.apply(followed) };
}

interface Eligible {
  readonly samples: number;
  readonly payload: number;
  readonly both: number;
  readonly count: number;
}

function tooFew({ samples, payload, both, count }: Eligible, options: PoisonOptions): Failure {
  const { attack, rate } = options;
  const what = `the payload "${options.payload.name}"`;
  if (payload === 0 || (both === 0 && count > 0)) {
    return new Failure(
      payload === 0
        ? `none of the ${samples} samples can take ${what}`
        : `${payload} of the ${samples} samples can take ${what}, and none of these the attack "${attack.name}"`,
      { remedy: "Choose another attack, payload or dataset", usage: true },
    );
  }
  const can = count === 0 ? `${payload} can take ${what}` : `${both} can take the attack "${attack.name}" and ${what}`;
  return new Failure(`a rate of ${rate} poisons ${count === 0 ? "none" : count} of ${samples} samples, and ${can}`, {
    remedy: "Choose another rate; 1 takes every eligible row",
    usage: true,
  });
}
