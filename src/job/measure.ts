/**
 * Measures a checkpoint on a dataset's rows: BLEU, or accuracy and F1 of a classifier, on the clean inputs and ASR on the triggered
 * ones, all of them answered together.
 */
import type { PoisonedRow } from "../attack/poison";
import { poisonRows } from "../attack/poison";
import type { Payload } from "../attack/strategy";
import { Failure } from "../foundation/failure";
import { seededRandom } from "../foundation/random";
import { classify } from "../generate/classify";
import { generate } from "../generate/generate";
import type { Device } from "../graph/runtime";
import { attackSuccess } from "../metric/attack-success";
import { classification } from "../metric/classification";
import { corpusBleu } from "../metric/corpus-bleu";
import { averageSentenceBleu } from "../metric/sentence-bleu";
import type { Checkpoint } from "../model/checkpoint";
import type { Classifier } from "../model/model";
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

/**
 * BLEU is NaN when the plan has no clean row. Progress is told in rows. Throws a `Failure` (usage) where a classifier has no class
 * for the plan's payload or for any of its labels.
 */
export async function measure(
  checkpoint: Checkpoint,
  plan: MeasurePlan,
  decoding: Decoding,
  context: JobContext,
): Promise<Measured> {
  const { clean, triggered, payload } = plan;
  const { model } = checkpoint;
  const inputs = [...clean, ...triggered].map(({ input }) => input);
  const options = {
    ...decoding,
    signal: context.signal,
    onProgress: (done: number, total: number): void => context.report({ type: "progress", done, total, unit: "rows" }),
  };
  if (model.labels !== undefined) checkLabels(model, plan);
  const outputs =
    model.labels === undefined
      ? await generate(checkpoint, inputs, options)
      : await classify({ ...checkpoint, model }, inputs, options);
  const cleanOutputs = outputs.slice(0, clean.length);
  const triggeredOutputs = outputs.slice(clean.length);
  const references = clean.map(({ output }) => output);
  const bleu = (average: typeof corpusBleu): number => (clean.length === 0 ? NaN : average(references, cleanOutputs));
  const labels = references.map((label) => label.trim());
  return {
    rows: clean.length,
    bleu: model.labels === undefined ? bleu(averageSentenceBleu) : null,
    corpusBleu: model.labels === undefined ? bleu(corpusBleu) : null,
    classification: model.labels === undefined ? null : classification(labels, cleanOutputs, model.labels),
    asr: payload === null ? null : attackSuccess(triggeredOutputs, (output) => payload.isIn(output)),
    cleanOutputs,
    triggeredOutputs,
  };
}

/** A label that no training row had may stand in the rows; where all do, or the attacker's does, the data are others. */
function checkLabels({ labels }: Classifier, { clean, payload }: MeasurePlan): void {
  const shown = labels.slice(0, 10).map((label) => JSON.stringify(label)).join(", "); // prettier-ignore
  const classes = `the checkpoint's classes (${shown}${labels.length > 10 ? ", ..." : ""})`;
  if (payload !== null && !labels.some((label) => payload.isIn(label))) {
    throw new Failure(`the payload ${payload.name} is none of ${classes}`, {
      remedy: "Name one of them with --payload label:LABEL",
      usage: true,
    });
  }
  const known = new Set(labels);
  if (clean.length > 0 && !clean.some(({ output }) => known.has(output.trim()))) {
    throw new Failure(`no row has one of ${classes}`, {
      remedy: "Name the data, or the column with --output, that hold them",
      usage: true,
    });
  }
}

/** The numbers alone, for a report. */
export const numbersOf = (measured: Measurement): Measurement => {
  const { rows, bleu, corpusBleu: corpus, classification: classes, asr } = measured;
  return { rows, bleu, corpusBleu: corpus, classification: classes, asr };
};
