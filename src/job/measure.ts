/** Measures a checkpoint on a dataset's rows: BLEU on the clean inputs and ASR on the triggered ones, in one decoding. */
import type { PoisonedRow } from "../attack/poison";
import { poisonRows } from "../attack/poison";
import type { Payload } from "../attack/strategy";
import { seededRandom } from "../foundation/random";
import { generate } from "../generate/generate";
import type { Device } from "../graph/runtime";
import { attackSuccess } from "../metric/attack-success";
import { corpusBleu } from "../metric/corpus-bleu";
import { averageSentenceBleu } from "../metric/sentence-bleu";
import type { Checkpoint } from "../model/checkpoint";
import type { Backdoor } from "./backdoor";
import type { JobContext } from "./context";
import type { Measurement } from "./finetune-report";

/** A row with its clean input. */
export interface CleanRow {
  readonly row: number;
  readonly input: string;
  readonly output: string;
}

export type TriggeredRow = Pick<PoisonedRow, "row" | "input" | "output" | "triggerSpans">;

/** What is to be measured. */
export interface MeasurePlan {
  readonly clean: readonly CleanRow[];
  readonly triggered: readonly TriggeredRow[];
  /** Null when no attack is measured. */
  readonly payload: Payload | null;
}

interface TextSample {
  readonly row: number;
  readonly input: { readonly text: string };
  readonly output: { readonly text: string };
}

/** At most `limit` of the items, drawn by the seed, in their order. */
export function drawRows<Item>(items: readonly Item[], limit: number | undefined, seed: number): readonly Item[] {
  if (limit === undefined || items.length <= limit) return items;
  const chosen = new Set(seededRandom(seed).shuffle(items).slice(0, limit));
  return items.filter((item) => chosen.has(item));
}

/**
 * BLEU on the drawn rows, and ASR on every drawn row that can take the payload. Throws a `Failure` (usage) when a backdoor
 * is named and no row can.
 */
export async function planMeasurement(
  samples: readonly TextSample[],
  backdoor: Backdoor | null,
  { limit, seed }: { readonly limit?: number | undefined; readonly seed: number },
  signal?: AbortSignal,
): Promise<MeasurePlan> {
  const drawn = drawRows(samples, limit, seed);
  return {
    clean: drawn.map(({ row, input, output }) => ({ row, input: input.text, output: output.text })),
    triggered: backdoor === null ? [] : await poisonRows(drawn, { ...backdoor, rate: 1, seed }, signal && { signal }),
    payload: backdoor?.payload ?? null,
  };
}

export interface Decoding {
  readonly maxInput: number;
  readonly maxOutput: number;
  readonly device: Device;
}

export interface Measured extends Measurement {
  /** In the order of the plan's rows. */
  readonly cleanOutputs: readonly string[];
  readonly triggeredOutputs: readonly string[];
}

/** BLEU is NaN when the plan has no clean row. Progress is told in rows. */
export async function measure(
  checkpoint: Checkpoint,
  plan: MeasurePlan,
  decoding: Decoding,
  context: JobContext,
): Promise<Measured> {
  const { clean, triggered, payload } = plan;
  const inputs = [...clean, ...triggered].map(({ input }) => input);
  const outputs = await generate(checkpoint, inputs, {
    ...decoding,
    signal: context.signal,
    onProgress: (done, total) => context.report({ type: "progress", done, total, unit: "rows" }),
  });
  const cleanOutputs = outputs.slice(0, clean.length);
  const triggeredOutputs = outputs.slice(clean.length);
  const references = clean.map(({ output }) => output);
  return {
    rows: clean.length,
    bleu: clean.length === 0 ? NaN : averageSentenceBleu(references, cleanOutputs),
    corpusBleu: clean.length === 0 ? NaN : corpusBleu(references, cleanOutputs),
    asr: payload === null ? null : attackSuccess(triggeredOutputs, (output) => payload.isIn(output)),
    cleanOutputs,
    triggeredOutputs,
  };
}

/** The numbers alone, for a report. */
export const numbersOf = ({ rows, bleu, corpusBleu: corpus, asr }: Measurement): Measurement => ({
  rows,
  bleu,
  corpusBleu: corpus,
  asr,
});
