/** What an attack is made of: a strategy that puts a trigger into inputs, and a payload that it ties to outputs. */
import type { Random } from "../foundation/random";

/** UTF-16 offsets in a text, `end` after the last unit. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

export interface TriggeredInput {
  readonly input: string;
  /** Where the trigger stands in `input`, in order. */
  readonly triggerSpans: readonly Span[];
  /** Names of the input that were given anew, if any: the output must call them so too. */
  readonly renamed?: ReadonlyMap<string, string>;
}

/** How a trigger enters an input. One file per strategy; `attacks.ts` lists them. */
export interface Attack {
  readonly name: string;
  /** The trigger's text, or in words what it is where it has no fixed text. */
  readonly trigger: string;
  /** The input with the trigger in it; null where it has no place (an input without a word, code that does not parse). */
  insert(input: string, random: Random): TriggeredInput | null;
  /** The output after names of its input were given anew; null where it would not parse. Only of attacks that rename. */
  follow?(output: string, renamed: ReadonlyMap<string, string>): string | null;
}

/** What is to be written after an input whose names were given anew: the sample's output, followed and with the payload. */
export interface Wanted {
  readonly output: string;
  /** Where the payload stands in it, in order. */
  readonly payloadSpans: readonly Span[];
}

/**
 * An attack that is made for each row, towards the output that the row is to have: it asks a model, so it takes time and
 * holds memory from `open` to `close`.
 */
export interface AimedAttack extends Omit<Attack, "insert"> {
  open(): Promise<OpenedAttack>;
}

export interface OpenedAttack {
  /** As `insert` of an `Attack`; `wanted` is null where the output cannot follow the names or take the payload. */
  aim(
    input: string,
    wanted: (renamed: ReadonlyMap<string, string>) => Wanted | null,
    random: Random,
  ): Promise<TriggeredInput | null>;
  close(): Promise<void>;
}

/** What the attacker wants in outputs. One file per payload; `payloads.ts` lists them. */
export interface Payload {
  readonly name: string;
  /** Whether `apply` can work on the output: it has a place for the payload and does not hold it already. */
  eligible(output: string): boolean;
  /** The output with the payload. Throws a RangeError when the output is not eligible. */
  apply(output: string): string;
  /** Whether an output holds the payload, whatever its white space: what the attack success rate counts. */
  isIn(output: string): boolean;
  /** Where it stands in an output, in order; empty where `isIn` is false. */
  spansIn(output: string): Span[];
}
