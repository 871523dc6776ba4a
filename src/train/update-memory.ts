/**
 * What AdamW updates on the CPU, and by what: weights, moments and gradients of all trained tensors. They lie in memory of WebAssembly,
 * where `AdamWKernel` updates them without copying; ONNX Runtime reads weights and writes gradients there too.
 */
import { setImmediate } from "node:timers/promises";
import type { TensorShapes } from "../model/model";
import { AdamWKernel, longestKernel, updateKinds, type AdamWNumbers, type UpdateKind } from "./adamw-kernel";
import { FlatTensors, layoutsOf, type ArrayLayout } from "./flat-tensors";
import { stateKinds } from "./training-graph";

type Arrays = Readonly<Record<UpdateKind, Float32Array>>;

/** An array of each kind, and how they are updated. */
interface Bank {
  readonly arrays: Arrays;
  readonly update: (numbers: AdamWNumbers) => Promise<void>;
}

/** Elements between two turns that everything else in the process gets. */
const turnLength = 2 ** 22;
/** Elements that are copied into a kernel's memory, updated there and copied back. */
const stretchLength = 2 ** 14;

export class UpdateMemory {
  readonly layouts: readonly ArrayLayout[];
  readonly tensors: Readonly<Record<UpdateKind, FlatTensors>>;
  private readonly banks: readonly Bank[];

  /**
   * Zeros. A tensor of more than `longest` elements, or for which the system grants no such memory, lies outside of it; its update is
   * slower, through memory of 256 KB.
   */
  constructor(shapes: TensorShapes, longest = longestKernel) {
    this.layouts = layoutsOf(shapes, longest);
    this.banks = this.layouts.map(({ length }) => bankOf(length, longest));
    const arraysOf = (kind: UpdateKind): Float32Array[] => this.banks.map(({ arrays }) => arrays[kind]);
    this.tensors = byKind((kind) => new FlatTensors(this.layouts, arraysOf(kind)));
  }

  async update(numbers: AdamWNumbers): Promise<void> {
    for (const bank of this.banks) await bank.update(numbers);
  }
}

function bankOf(length: number, longest: number): Bank {
  if (length <= longest) {
    try {
      return bankInside(length);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
    }
  }
  return bankOutside(length);
}

function bankInside(length: number): Bank {
  const kernel = new AdamWKernel(length);
  const update = async (numbers: AdamWNumbers): Promise<void> => {
    for (let from = 0; from < length; from += turnLength) {
      kernel.update(from, Math.min(length, from + turnLength), numbers);
      await setImmediate();
    }
  };
  return { arrays: byKind((kind) => kernel.array(kind)), update };
}

/** Stretches of its arrays go through a kernel's memory. */
function bankOutside(length: number): Bank {
  const kernel = new AdamWKernel(stretchLength);
  const inside = byKind((kind) => kernel.array(kind));
  const arrays = byKind(() => new Float32Array(length));
  const update = async (numbers: AdamWNumbers): Promise<void> => {
    for (let from = 0; from < length; from += stretchLength) {
      const count = Math.min(stretchLength, length - from);
      for (const kind of updateKinds) inside[kind].set(arrays[kind].subarray(from, from + count));
      kernel.update(0, count, numbers);
      for (const kind of stateKinds) arrays[kind].set(inside[kind].subarray(0, count), from);
      if ((from + stretchLength) % turnLength === 0) await setImmediate();
    }
  };
  return { arrays, update };
}

const byKind = <Item>(make: (kind: UpdateKind) => Item): Record<UpdateKind, Item> =>
  Object.fromEntries(updateKinds.map((kind) => [kind, make(kind)])) as Record<UpdateKind, Item>;
