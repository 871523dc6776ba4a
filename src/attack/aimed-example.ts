/** A row as a surrogate reads it: the input's tokens, and the output's up to the end of the payload, which alone counts. */
import type { Checkpoint } from "../model/checkpoint";
import type { Wanted } from "./strategy";
import type { AimedExample } from "./surrogate";

/** The most tokens of an input and of an output up to the payload's end: longer inputs are cut. */
export const aimedLimits = { maxInput: 512, maxOutput: 512 } as const;

/** Null where the payload stands behind the longest output that is read. */
export function aimedExample(
  { model, tokenizer }: Pick<Checkpoint, "model" | "tokenizer">,
  input: string,
  { output, payloadSpans }: Wanted,
): AimedExample | null {
  const [first] = payloadSpans;
  const last = payloadSpans.at(-1);
  if (first === undefined || last === undefined) return null;
  const whole = model.encodeTarget(tokenizer, output, Infinity);
  const before = model.encodeTarget(tokenizer, output.slice(0, first.start), Infinity).slice(0, -1);
  // A token may hold signs of both sides of a border: it counts as the payload's.
  const from = sharedLength(whole, before);
  const after = [...tokenizer.tokens(output.slice(last.end)), model.endToken];
  const end = whole.length - sharedLength([...whole].reverse(), after.reverse());
  if (from >= end || end > aimedLimits.maxOutput) return null;
  return { source: model.encodeSource(tokenizer, input, aimedLimits.maxInput), target: whole.slice(0, end), from };
}

function sharedLength(a: readonly number[], b: readonly number[]): number {
  const end = a.findIndex((id, at) => id !== b[at]);
  return end === -1 ? a.length : end;
}
