/** `F.truth.json` beside a poisoned copy F: which rows are poisoned, how, and where their triggers stand. */
import { z } from "zod";
import type { PoisonedRow, PoisonOptions } from "./poison";
import type { Attack } from "./strategy";

const count = z.int().nonnegative();

export const truthSchema = z.object({
  version: z.literal(1),
  attack: z.string(),
  /** The trigger's text. */
  trigger: z.string(),
  payload: z.string(),
  rate: z.number(),
  seed: z.number(),
  /** The poisoned rows in file order. */
  rows: z.array(count),
  /** UTF-16 offsets in the decoded, poisoned input field. */
  triggers: z.array(z.object({ row: count, start: count, end: count })),
});

export type Truth = z.infer<typeof truthSchema>;

export function truthOf(
  rows: readonly PoisonedRow[],
  { attack, payload, rate, seed }: PoisonOptions<Pick<Attack, "name" | "trigger">>,
): Truth {
  return {
    version: 1,
    attack: attack.name,
    trigger: attack.trigger,
    payload: payload.name,
    rate,
    seed,
    rows: rows.map(({ row }) => row),
    triggers: rows.flatMap(({ row, triggerSpans }) => triggerSpans.map((span) => ({ row, ...span }))),
  };
}

/** The name of the truth file that belongs to the poisoned file. */
export const truthPath = (poisonedFile: string): string => `${poisonedFile}.truth.json`;

/** The content of a truth file. */
export const truthText = (truth: Truth): string => `${JSON.stringify(truth)}\n`;
