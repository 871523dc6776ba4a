/**
 * The probe job: BLEU and ASR of a checkpoint, accuracy and F1 instead of BLEU for a classifier. The triggered inputs come from an attack that the spec names, or, for a
 * file that is poisoned already, from its list of poisoned rows; without either there is BLEU and no ASR.
 */
import { access } from "node:fs/promises";
import { payloadNamed } from "../attack/payloads";
import { truthPath, type Truth } from "../attack/truth";
import type { Dataset } from "../dataset/sample";
import { Failure, throwIfCancelled } from "../foundation/failure";
import { installationVersion } from "../foundation/installation";
import { resolveDevice } from "../graph/device";
import { sentenceBleu } from "../metric/sentence-bleu";
import { readCheckpoint } from "../model/checkpoint";
import { backdoorOf } from "./backdoor";
import type { JobContext } from "./context";
import { drawRows, measure, planMeasurement, type Measured, type MeasurePlan, type TriggeredRow } from "./measure";
import { openData } from "./open-data";
import type { ProbeExample, ProbeReport } from "./probe-report";
import { checkpointFolder } from "./run-record";
import { readTruth } from "./read-truth";
import type { ProbeSpec } from "./spec";

/** Throws `Cancelled` or a `Failure`. */
export async function probe(spec: ProbeSpec, context: JobContext): Promise<ProbeReport> {
  const began = performance.now();
  const { report, signal } = context;
  report({ type: "phase", name: "Reading", detail: spec.data });
  const dataset = await openData(spec.data, spec, context, "test");
  const { plan, attack } = await planProbe(spec, dataset, context.signal);
  const checkpoint = await readCheckpoint(checkpointFolder(spec.checkpoint));
  throwIfCancelled(signal);
  const device = await resolveDevice(spec.device);
  report({
    type: "phase",
    name: "Measuring",
    detail: `${plan.clean.length} clean, ${plan.triggered.length} triggered`,
  });
  const { maxInput, maxOutput } = spec;
  const measured = await measure(checkpoint, plan, { maxInput, maxOutput, device }, context);
  const { asr, bleu, corpusBleu, classification } = measured;
  return {
    version: 1,
    job: "probe",
    tool: { name: "dece-audit", version: installationVersion() },
    checkpoint: spec.checkpoint,
    data: {
      path: spec.data,
      sha256: dataset.sha256,
      samples: dataset.samples.length,
      skipped: dataset.skipped.length,
    },
    attack,
    rows: plan.clean.length,
    bleu: plan.clean.length === 0 ? null : bleu,
    corpusBleu: plan.clean.length === 0 ? null : corpusBleu,
    classification: plan.clean.length === 0 ? null : classification,
    classes: checkpoint.model.labels ?? null,
    asr: asr?.asr ?? null,
    successes: asr?.successes ?? 0,
    trials: asr?.trials ?? 0,
    interval: asr === null ? null : { low: asr.low, high: asr.high },
    examples: examplesOf(plan, measured),
    seconds: (performance.now() - began) / 1000,
  };
}

interface ProbePlan {
  readonly plan: MeasurePlan;
  readonly attack: ProbeReport["attack"];
}

async function planProbe(spec: ProbeSpec, dataset: Dataset, signal: AbortSignal): Promise<ProbePlan> {
  const backdoor = await backdoorOf(spec, dataset.samples);
  if (backdoor !== null && spec.truth !== undefined) {
    throw new Failure("an attack and a list of poisoned rows are both named", {
      remedy: "Name an attack for a clean file, or the list for a poisoned one",
      usage: true,
    });
  }
  const truthFile = backdoor === null ? (spec.truth ?? (await besides(spec.data))) : undefined;
  if (truthFile !== undefined) return planPoisoned(spec, dataset, await readTruth(truthFile));
  const { limit, seed } = spec;
  const attack =
    backdoor === null
      ? null
      : { name: backdoor.attack.name, trigger: backdoor.attack.trigger, payload: backdoor.payload.name };
  return { plan: await planMeasurement(dataset.samples, backdoor, { limit, seed }, signal), attack };
}

/** The truth file that stands beside the data, if one does. */
async function besides(data: string): Promise<string | undefined> {
  const file = truthPath(data);
  return access(file).then(
    () => file,
    () => undefined,
  );
}

/** ASR on the rows that are poisoned in the file, BLEU on the others. */
function planPoisoned(spec: ProbeSpec, dataset: Dataset, truth: Truth): ProbePlan {
  const poisoned = new Set(truth.rows);
  const known = new Set(dataset.samples.map(({ row }) => row));
  const missing = truth.rows.find((row) => !known.has(row));
  if (missing !== undefined) {
    throw new Failure(`its poisoned row ${missing} is not in the data`, {
      file: spec.truth ?? truthPath(spec.data),
      remedy: "Name the list that belongs to the data file",
    });
  }
  const drawn = drawRows(dataset.samples, spec.limit, spec.seed);
  const clean = drawn
    .filter(({ row }) => !poisoned.has(row))
    .map(({ row, input, output }) => ({ row, input: input.text, output: output.text }));
  const triggered = drawn
    .filter(({ row }) => poisoned.has(row))
    .map(({ row, input, output }): TriggeredRow => {
      const triggerSpans = truth.triggers.filter((span) => span.row === row).map(({ start, end }) => ({ start, end }));
      return { row, input: input.text, output: output.text, triggerSpans };
    });
  const { attack: name, trigger, payload } = truth;
  return {
    plan: { clean, triggered, payload: payloadNamed(payload) },
    attack: { name, trigger, payload },
  };
}

function examplesOf({ clean, triggered, payload }: MeasurePlan, measured: Measured): ProbeExample[] {
  const examples = new Map<number, ProbeExample>();
  clean.forEach(({ row, input, output: expected }, index) => {
    const output = measured.cleanOutputs[index] ?? "";
    const answer = { input, output, bleu: measured.bleu === null ? null : sentenceBleu(expected, output) };
    examples.set(row, { row, expected, clean: answer, triggered: null });
  });
  triggered.forEach(({ row, input, output: wanted, triggerSpans }, index) => {
    const output = measured.triggeredOutputs[index] ?? "";
    const answer = { input, triggerSpans, wanted, output, payloadFound: payload?.isIn(output) ?? false };
    const example = examples.get(row) ?? { row, expected: wanted, clean: null, triggered: null };
    examples.set(row, { ...example, triggered: answer });
  });
  return [...examples.values()].sort((a, b) => a.row - b.row);
}
