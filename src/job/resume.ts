/**
 * Resuming a fine-tuning run. `state/` in its run directory holds what stood after its last complete epoch; it is replaced
 * as a whole, so a kill at any time leaves the one before. A finished run has none.
 */
import { readFile, rm, stat } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { z } from "zod";
import { clearLeftovers, writeFileAtomically, writeFolderAtomically } from "../foundation/atomic-write";
import { Failure } from "../foundation/failure";
import type { ResolvedDevice } from "../graph/runtime";
import type { TensorShapes } from "../model/model";
import type { LossScale } from "../train/loss-scale";
import { readTrainingTensors, writeTrainingTensors, type TrainingState } from "../train/training-state";
import type { EpochReport } from "./finetune-report";
import { parseSpec } from "./parse-spec";
import { readRun } from "./read-run";
import { asJson, runsFolder } from "./run-directory";
import type { FinetuneSpec } from "./spec";

/** How far a run came. */
export interface Progress {
  /** The last complete one. */
  readonly epoch: number;
  /** Of the complete epochs. */
  readonly epochs: readonly EpochReport[];
  readonly device: ResolvedDevice;
  readonly threads: number;
  /** Of a run in 16 bits. */
  readonly lossScale?: LossScale | undefined;
}

const measurement = z.custom<EpochReport["valid"]>((value) => typeof value === "object");
const progressSchema = z.object({
  version: z.literal(1),
  epoch: z.int().min(1),
  epochs: z.array(z.object({ epoch: z.int(), loss: z.number(), seconds: z.number(), valid: measurement })),
  device: z.enum(["cpu", "webgpu"]),
  threads: z.int(),
  lossScale: z.object({ scale: z.number().gt(0), steady: z.int().min(0), skipped: z.int().min(0) }).optional(),
});

const folderOf = (directory: string): string => path.join(directory, "state");
const progressFile = (directory: string): string => path.join(folderOf(directory), "progress.json");

/** As many as ONNX Runtime takes by itself go with it; other numbers add up in another order. */
export const threadsHere = (): number => os.availableParallelism();

/** Replaces the run's state. Throws a `Failure` when it cannot be written: the one before is still there then. */
export async function writeState(
  directory: string,
  shapes: TensorShapes,
  { epoch, tensors, lossScale }: TrainingState,
  { epochs, device }: Pick<Progress, "epochs" | "device">,
): Promise<void> {
  const progress: Progress = { epoch, epochs, device, threads: threadsHere(), lossScale };
  await writeFolderAtomically(folderOf(directory), async (partial) => {
    await writeTrainingTensors(partial, shapes, tensors);
    await writeFileAtomically(path.join(partial, "progress.json"), asJson({ version: 1, ...progress }));
  });
}

/** Once the run is finished its state has no use and is several times the checkpoint's size. */
export const removeState = (directory: string): Promise<void> =>
  rm(folderOf(directory), { recursive: true, force: true }).catch(() => undefined);

/** Null where no epoch is complete. Throws a `Failure` for a state that is damaged. */
export async function readProgress(directory: string): Promise<Progress | null> {
  // A kill between two renames leaves the folder beside its place.
  await clearLeftovers(folderOf(directory));
  const file = progressFile(directory);
  const text = await readFile(file, "utf8").catch(() => null);
  if (text === null) return null;
  try {
    return progressSchema.parse(JSON.parse(text));
  } catch (error) {
    throw new Failure("it does not say how far the run came", { file, remedy: "Start the run anew", cause: error });
  }
}

export const readState = async (
  directory: string,
  { epoch, lossScale }: Progress,
  shapes: TensorShapes,
): Promise<TrainingState> => ({
  epoch,
  tensors: await readTrainingTensors(folderOf(directory), shapes),
  lossScale,
});

/**
 * The spec of the run that `run` names (its directory, or its name in the workspace), with `resume` set to the directory.
 * Its relative paths count from where it was started. Throws a `Failure` for what cannot be resumed.
 */
export async function resumedSpec(run: string, workspace: string): Promise<FinetuneSpec> {
  const isFolder = (folder: string): Promise<boolean> =>
    stat(folder).then(
      (stats) => stats.isDirectory(),
      () => false,
    );
  const named = path.join(runsFolder(workspace), run);
  const directory = path.resolve(!(await isFolder(run)) && (await isFolder(named)) ? named : run);
  const { record, state } = await readRun(directory);
  const refuse = (what: string, remedy: string): Failure => new Failure(what, { file: directory, remedy, usage: true });
  if (record === null) throw refuse("it is no run directory", "Name a folder in .dece/runs");
  const { job } = record.spec;
  if (job !== "finetune") throw refuse(`it is a ${job} run, which is not resumed`, "Run it again");
  if (state === "running") throw refuse("the run is still going on", "Wait for its end, or stop it first");
  if (state === "finished") throw refuse("the run is finished", "Fine-tune from its checkpoint for more epochs");
  const spec = parseSpec("finetune", { ...record.spec });
  const base = record.folder ?? process.cwd();
  const absolute = (file: string): string => path.resolve(base, file);
  return {
    ...spec,
    data: absolute(spec.data),
    model: spec.model === "builtin" ? spec.model : absolute(spec.model),
    ...(spec.valid === undefined ? {} : { valid: absolute(spec.valid) }),
    ...(spec.test === undefined ? {} : { test: absolute(spec.test) }),
    ...(spec.out === undefined ? {} : { out: absolute(spec.out) }),
    resume: directory,
  };
}
