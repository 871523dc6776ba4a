import { expect, test } from "vitest";
import type { Run } from "../job/read-run";
import type { RunEvent } from "../job/run-directory";
import { activityOf, runView, thin } from "./run-view";

const at = (second: number): string => new Date(Date.UTC(2026, 0, 31, 12, 0, second)).toISOString();
const step = (number: number, loss: number): RunEvent => ({
  ...{ type: "step", time: at(number), epoch: 1 + Math.floor((number - 1) / 10), step: number, steps: 20, loss },
  ...{ learningRate: 0.001, samplesPerSecond: 61.238 },
});
const events: readonly RunEvent[] = [
  { type: "phase", time: at(0), name: "Fine-tuning", detail: "160 samples" },
  step(1, 3),
  step(11, 1.5),
  { type: "epoch", time: at(12), epoch: 1, epochs: 2, loss: 2, bleu: 40, seconds: 9 },
];
const run = (changes: Partial<Run>): Run => ({
  ...{ directory: "/runs/a", name: "a", job: "finetune", state: "running", started: at(0), record: null },
  ...{ status: null, events, report: null },
  ...changes,
});

test("says what goes on and how long it may take", () => {
  expect(activityOf(events)).toBe(
    "Fine-tuning: 160 samples · epoch 2 · step 11 of 20 · loss 1.5 · 61.24 samples/s · about 9 s left",
  );
  const measuring: RunEvent[] = [
    { type: "phase", time: at(13), name: "Measuring", detail: "epoch 1 of 2" },
    { type: "progress", time: at(14), done: 4, total: 12, unit: "rows" },
  ];
  expect(activityOf([...events, ...measuring])).toBe("Measuring: epoch 1 of 2 · 4 of 12 rows");
  expect(runView(run({ events: [...events, ...measuring] }), true, true).progress).toEqual({ done: 11, total: 20 });
  expect(activityOf([])).toBe("");
});

test("shows losses by epoch and measures that are there, null where they are not", () => {
  const view = runView(run({}), true, true);
  expect(view.losses).toEqual([
    { epoch: 0.1, loss: 3 },
    { epoch: 1.1, loss: 1.5 },
  ]);
  expect(view.epochs).toEqual([
    { epoch: 1, epochs: 2, loss: 2, bleu: 40, accuracy: null, f1: null, asr: null, seconds: 9 },
  ]);
  expect(view).toMatchObject({ canCancel: true, progress: { done: 11, total: 20 }, checkpoint: null });
});

test("a run that has ended shows no activity, cannot be cancelled, and names its checkpoint", () => {
  const view = runView(run({ state: "finished", report: { checkpoint: "/runs/a/checkpoint" } }), true, true);
  expect(view).toMatchObject({ activity: "", progress: null, canCancel: false, checkpoint: "/runs/a/checkpoint" });
});

test("thins long curves by averaging neighbours and keeps short ones", () => {
  const points = Array.from({ length: 2000 }, (_, index) => ({ epoch: index, loss: 2 * index }));
  const thinned = thin(points, 800);
  expect(thinned.length).toBeLessThanOrEqual(800);
  expect(thinned[0]).toEqual({ epoch: 1, loss: 2 });
  expect(thin(points.slice(0, 5), 800)).toEqual(points.slice(0, 5));
});

test("offers to resume fine-tuning that stopped early, and nothing else, in a trusted workspace", () => {
  const canResume = (changes: Partial<Run>, isOurs = false, isTrusted = true): boolean =>
    runView(run(changes), isOurs, isTrusted).canResume;
  expect(canResume({ state: "cancelled" })).toBe(true);
  expect(canResume({ state: "interrupted" })).toBe(true);
  expect(canResume({ state: "failed" })).toBe(true);
  expect(canResume({ state: "running" })).toBe(false);
  expect(canResume({ state: "finished" })).toBe(false);
  expect(canResume({ state: "cancelled", job: "probe" })).toBe(false);
  expect(canResume({ state: "cancelled" }, true)).toBe(false);
  expect(canResume({ state: "cancelled" }, false, false)).toBe(false);
});
