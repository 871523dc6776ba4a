/**
 * What a stopped training needs to go on to the same weights: what is trained and its two moments after a complete epoch.
 * The order of the samples needs no more than the number of epochs, for it is a function of the seed.
 */
import path from "node:path";
import { writeFileAtomically } from "../foundation/atomic-write";
import { Failure } from "../foundation/failure";
import type { TensorShapes, Weights } from "../model/model";
import { SafetensorsFile, safetensorsPieces } from "../model/safetensors";
import type { LossScale } from "./loss-scale";
import { stateKinds, type StateKind } from "./training-graph";

export interface TrainingState {
  /** Complete epochs. */
  readonly epoch: number;
  readonly tensors: Readonly<Record<StateKind, Weights>>;
  /** Of a training in `f16`. */
  readonly lossScale?: LossScale | undefined;
}

const fileOf = (folder: string, kind: StateKind): string => path.join(folder, `${kind}.safetensors`);

/** Writes a file for each kind of tensor into an existing folder. */
export async function writeTrainingTensors(
  folder: string,
  shapes: TensorShapes,
  tensors: TrainingState["tensors"],
): Promise<void> {
  for (const kind of stateKinds) {
    const entries = [...tensors[kind]].map(([name, data]) => [name, { shape: shapes.get(name)!, data }] as const);
    await writeFileAtomically(fileOf(folder, kind), safetensorsPieces(new Map(entries)));
  }
}

/** Throws a `Failure` that names the file for what is missing, damaged or of another model. */
export async function readTrainingTensors(folder: string, shapes: TensorShapes): Promise<TrainingState["tensors"]> {
  const read = async (kind: StateKind): Promise<Weights> => {
    const file = await SafetensorsFile.open(fileOf(folder, kind));
    try {
      const tensors = new Map<string, Float32Array>();
      for (const [name, shape] of shapes) {
        if (file.entries.get(name)?.shape.join() !== shape.join()) {
          throw new Failure(`it does not hold the tensor ${name} of this model`, {
            file: fileOf(folder, kind),
            remedy: "Start the run anew",
          });
        }
        tensors.set(name, await file.read(name));
      }
      return tensors;
    } finally {
      await file.close();
    }
  };
  return { parameter: await read("parameter"), moment1: await read("moment1"), moment2: await read("moment2") };
}
