/** Makes the poisoned rows of a dataset: which rows, by chance among the eligible ones, and what they become. */
import { Failure, throwIfCancelled } from "../foundation/failure";
import { seededRandom } from "../foundation/random";
import type { AimedAttack, Attack, OpenedAttack, Payload, TriggeredInput, Wanted } from "./strategy";

/** What poisoning needs of a sample; every `Sample` of a dataset fits. */
export interface PoisonCandidate {
  readonly row: number;
  readonly input: { readonly text: string };
  readonly output: { readonly text: string };
}

export interface PoisonOptions<Kind = Attack> {
  readonly attack: Kind;
  readonly payload: Payload;
  /** Share of all samples that becomes poisoned, over 0 to 1, as in the paper (5% of 1,600 is 80); 1 is every eligible row. */
  readonly rate: number;
  readonly seed: number;
}

export interface PoisonedRow extends Pick<TriggeredInput, "input" | "triggerSpans"> {
  readonly row: number;
  readonly output: string;
}

/** How far `poisonRows` is. */
export interface PoisonHooks {
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
}

/**
 * The poisoned rows, in file order: exactly round(rate * samples) of them, chosen at random among the eligible rows, or
 * every eligible row at rate 1. A row is eligible when its output takes the payload and its input the trigger. The same
 * seed gives the same rows and the same trigger positions. Throws a Failure (wrong usage) for a rate that cannot be had.
 */
export function poisonSamples(samples: readonly PoisonCandidate[], options: PoisonOptions): PoisonedRow[] {
  const draw = drawing(samples, options);
  let next = draw.next();
  while (next.done !== true) {
    const { sample } = next.value;
    next = draw.next(poisonedRow(sample, options, options.attack.insert(sample.input.text, randomOf(sample, options))));
  }
  return next.value;
}

/** As `poisonSamples`, for any attack. Throws `Cancelled` when the signal fires. */
export async function poisonRows(
  samples: readonly PoisonCandidate[],
  options: PoisonOptions<Attack | AimedAttack>,
  { signal, onProgress }: PoisonHooks = {},
): Promise<PoisonedRow[]> {
  const { attack } = options;
  if (!("open" in attack)) return poisonSamples(samples, { ...options, attack });
  const opened = await attack.open();
  try {
    const draw = drawing(samples, options);
    let next = draw.next();
    while (next.done !== true) {
      throwIfCancelled(signal);
      const { sample, done, total } = next.value;
      onProgress?.(done, total);
      next = draw.next(poisonedRow(sample, options, await aimed(opened, sample, options)));
    }
    return next.value;
  } finally {
    await opened.close();
  }
}

interface Drawn {
  readonly sample: PoisonCandidate;
  /** Rows that were made, or where all are wanted, looked at. */
  readonly done: number;
  readonly total: number;
}

/** Gives samples by chance and takes what each became, null where it cannot be poisoned, until there are enough. */
function* drawing(
  samples: readonly PoisonCandidate[],
  options: PoisonOptions<Attack | AimedAttack>,
): Generator<Drawn, PoisonedRow[], PoisonedRow | null> {
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
  let looked = 0;
  for (const sample of seededRandom(seed).shuffle(takesPayload)) {
    if (made.length === count) break;
    const poisoned = yield { sample, done: rate === 1 ? looked : made.length, total: count };
    if (poisoned !== null) made.push(poisoned);
    looked++;
  }
  if (made.length === 0 || (rate < 1 && made.length < count)) {
    throw tooFew({ samples: samples.length, payload: takesPayload.length, both: made.length, count }, options);
  }
  return made.sort((a, b) => a.row - b.row);
}

type Common = PoisonOptions<Pick<Attack, "name" | "follow">>;

/** One stream per row: a row's trigger positions do not hang on which other rows were chosen. */
const randomOf = ({ row }: PoisonCandidate, { seed }: Pick<Common, "seed">) => seededRandom(seed, row + 1);

/** The output after its names were given anew; null where it cannot be, or does not take the payload then. */
function followed({ output }: PoisonCandidate, { attack, payload }: Common, renamed: TriggeredInput["renamed"]) {
  const text = renamed === undefined || attack.follow === undefined ? output.text : attack.follow(output.text, renamed);
  return text !== null && payload.eligible(text) ? text : null;
}

function aimed(
  opened: OpenedAttack,
  sample: PoisonCandidate,
  options: PoisonOptions<Attack | AimedAttack>,
): Promise<TriggeredInput | null> {
  const { payload } = options;
  const wanted = (renamed: ReadonlyMap<string, string>): Wanted | null => {
    const text = followed(sample, options, renamed);
    if (text === null) return null;
    const output = payload.apply(text);
    return { output, payloadSpans: payload.spansIn(output) };
  };
  return opened.aim(sample.input.text, wanted, randomOf(sample, options));
}

function poisonedRow(sample: PoisonCandidate, options: Common, triggered: TriggeredInput | null): PoisonedRow | null {
  if (triggered === null) return null;
  const text = followed(sample, options, triggered.renamed);
  if (text === null) return null;
  const { input, triggerSpans } = triggered;
  return { row: sample.row, input, triggerSpans, output: options.payload.apply(text) };
}

interface Eligible {
  readonly samples: number;
  readonly payload: number;
  readonly both: number;
  readonly count: number;
}

function tooFew({ samples, payload, both, count }: Eligible, options: Common): Failure {
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
