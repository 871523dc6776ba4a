/** Makes what the Run panel shows from what the run directory holds. */
import path from "node:path";
import { isResumable, type Run } from "../job/read-run";
import type { RunEvent } from "../job/run-directory";
import type { FinetuneSpec, JobSpec } from "../job/spec";
import type { EpochRow, LossPoint, RunView } from "./protocol";
import { lossNames } from "../train/loss-names";

type StepEvent = Extract<RunEvent, { type: "step" }>;
type EpochEvent = Extract<RunEvent, { type: "epoch" }>;

/** More points than pixels help nobody; neighbours are averaged down to at most this many. */
const mostPoints = 800;

export function thin(points: readonly LossPoint[], most = mostPoints): LossPoint[] {
  const size = Math.ceil(points.length / most);
  if (size <= 1) return [...points];
  return Array.from({ length: Math.ceil(points.length / size) }, (_, group) => {
    const members = points.slice(group * size, (group + 1) * size);
    const mean = (pick: (point: LossPoint) => number): number =>
      members.reduce((sum, member) => sum + pick(member), 0) / members.length;
    return { epoch: mean(({ epoch }) => epoch), loss: mean(({ loss }) => loss) };
  });
}

/** `steps` counts the steps of the whole run. */
const lossPoint = (event: StepEvent, epochs: number): LossPoint => ({
  epoch: event.steps === 0 ? 0 : (event.step / event.steps) * epochs,
  loss: event.loss,
});

const epochRow = ({ epoch, epochs, loss, bleu, accuracy, f1, asr, seconds }: EpochEvent): EpochRow => ({
  epoch,
  epochs,
  loss,
  bleu: bleu ?? null,
  accuracy: accuracy ?? null,
  f1: f1 ?? null,
  asr: asr ?? null,
  seconds,
});

const number = (value: number): string => String(Number(value.toPrecision(4)));

/** What is going on, from the last events: `epoch 2 of 8 · step 30 of 800 · loss 0.52 · 61 samples/s · about 3 min left`. */
export function activityOf(events: readonly RunEvent[]): string {
  const at = events.findLastIndex((event) => event.type === "phase");
  const phase = events[at]?.type === "phase" ? events[at] : undefined;
  const last = events.slice(at + 1).findLast((event) => event.type === "step" || event.type === "progress");
  const parts = phase === undefined ? [] : [phase.detail === undefined ? phase.name : `${phase.name}: ${phase.detail}`];
  if (last?.type === "progress") parts.push(`${last.done} of ${last.total} ${last.unit}`);
  if (last?.type === "step") {
    parts.push(`epoch ${last.epoch}`, `step ${last.step} of ${last.steps}`, `loss ${number(last.loss)}`);
    parts.push(`${number(last.samplesPerSecond)} samples/s`);
    const left = secondsLeft(events, last);
    if (left !== null)
      parts.push(left < 90 ? `about ${Math.ceil(left)} s left` : `about ${Math.ceil(left / 60)} min left`);
  }
  return parts.join(" · ");
}

/** From the pace of all steps so far, measuring between epochs included. */
function secondsLeft(events: readonly RunEvent[], last: StepEvent): number | null {
  const first = events.find((event) => event.type === "step");
  if (first === undefined || first.step === last.step) return null;
  const seconds = (Date.parse(last.time) - Date.parse(first.time)) / 1000;
  return (seconds / (last.step - first.step)) * (last.steps - last.step);
}

/** Of training, once it has begun: measuring between epochs does not move the bar back. */
function progressOf(events: readonly RunEvent[]): RunView["progress"] {
  const last =
    events.findLast((event) => event.type === "step") ?? events.findLast((event) => event.type === "progress");
  if (last === undefined) return null;
  return last.type === "step" ? { done: last.step, total: last.steps } : { done: last.done, total: last.total };
}

function settingsOf(spec: FinetuneSpec): RunView["settings"] {
  const dece = spec.loss === "dece";
  const entries: readonly (readonly [string, string | number | undefined])[] = [
    ["Data", spec.data],
    ["Validation", spec.valid],
    ["Start from", spec.model],
    ["Loss", lossNames[spec.loss]],
    ["α", dece ? spec.alpha : undefined],
    ["ε", dece ? spec.epsilon : undefined],
    ["q", spec.loss === "gce" ? spec.q : undefined],
    ["Epochs", spec.epochs],
    ["Batch size", spec.batchSize],
    ["Learning rate", spec.learningRate],
    ["Longest input, tokens", spec.maxInput],
    ["Longest output, tokens", spec.maxOutput],
    ["Seed", spec.seed],
    ["ASR probe", spec.attack === undefined ? undefined : `${spec.attack}, payload ${spec.payload}`],
    ["Device", spec.device],
    ["Precision", spec.precision === "f16" ? "f16, mixed" : undefined],
  ];
  return entries.flatMap(([name, value]) => (value === undefined ? [] : [{ name, value: String(value) }]));
}

function titleOf(spec: JobSpec | undefined, fallback: string): string {
  if (spec?.job === "finetune") {
    return `${lossNames[spec.loss]} fine-tuning on ${path.basename(spec.data)}`;
  }
  if (spec?.job === "probe") return `Probe of ${path.basename(spec.checkpoint)}`;
  return fallback;
}

const epochsIn = (events: readonly RunEvent[]): number =>
  Math.max(1, ...events.map((event) => (event.type === "epoch" ? event.epochs : 1)));

/** `isOurs`: whether this window runs the job. */
export function runView(run: Run, isOurs: boolean, isTrusted: boolean): RunView {
  const spec = run.record?.spec;
  const { events } = run;
  const epochs = spec?.job === "finetune" ? spec.epochs : epochsIn(events);
  const isRunning = run.state === "running";
  const report = run.report as { checkpoint?: unknown } | null;
  return {
    name: run.name,
    title: titleOf(spec, run.name),
    state: run.state,
    error: run.status?.error ?? null,
    started: run.started,
    ended: run.status?.ended ?? null,
    activity: isRunning ? activityOf(events) : "",
    progress: isRunning ? progressOf(events) : null,
    losses: thin(events.flatMap((event) => (event.type === "step" ? [lossPoint(event, epochs)] : []))),
    epochs: events.flatMap((event) => (event.type === "epoch" ? [epochRow(event)] : [])),
    settings: spec?.job === "finetune" ? settingsOf(spec) : [],
    warnings: events.flatMap((event) => (event.type === "log" && event.level === "warning" ? [event.message] : [])),
    checkpoint: run.job === "finetune" && typeof report?.checkpoint === "string" ? report.checkpoint : null,
    canCancel: isOurs && isRunning,
    canResume: isTrusted && !isOurs && isResumable(run),
  };
}
