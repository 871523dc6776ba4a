/**
 * How much memory a training takes on the CPU, told before it starts: both sets of weights and moments, the checkpoint it
 * starts from, and the step's tensors for the largest batch. What does not fit is refused with what would.
 */
import { Failure } from "../foundation/failure";
import { peakBytes, sizesOf } from "../graph/memory";
import type { LoraSpec } from "../model/lora";
import type { Model, TensorShapes } from "../model/model";
import type { LossSpec } from "./loss";
import { trainedShapes, trainingGraph } from "./training-graph";

/** The largest batch. */
export interface BatchShape {
  readonly rows: number;
  /** Tokens of the longest input and output. */
  readonly source: number;
  readonly target: number;
}

const gibibyte = 2 ** 30;
/** Fitted to measured peaks (docs/engine.md, Memory): Node and ONNX Runtime themselves, */
const ownBytes = 0.2 * gibibyte;
/**
 * buffers of the weights' size (the checkpoint, two sets of weights and moments, two copies while an epoch is saved, and
 * what ONNX Runtime holds in an update),
 */
const weightBuffers = 14;
/** with adapters those of the adapters, and of the weights: the checkpoint, one that is merged, a copy while it is saved, */
const frozenBuffers = 4;
/** and what its allocator takes for each byte of a step's tensors. */
const arenaFactor = 2.7;

/** Bytes that training with batches up to `shape` takes. */
export type MemoryEstimate = (shape: BatchShape) => number;

export function memoryEstimate(model: Model, loss: LossSpec, lora?: LoraSpec): MemoryEstimate {
  const graph = trainingGraph(model, loss, 1, lora);
  const weights =
    weightBuffers * bytesOf(trainedShapes(model, lora)) +
    (lora === undefined ? 0 : frozenBuffers * bytesOf(model.shapes));
  return ({ rows, source, target }) => {
    const row = { source: new Array<number>(source).fill(0), target: new Array<number>(target).fill(0) };
    const { feeds } = model.trainingFeeds(new Array<typeof row>(rows).fill(row));
    const dims = Object.fromEntries(Object.entries(feeds).map(([name, feed]) => [name, feed.dims]));
    return ownBytes + weights + arenaFactor * peakBytes(graph, sizesOf(graph, dims));
  };
}

function bytesOf(shapes: TensorShapes): number {
  return [...shapes.values()].reduce((sum, shape) => sum + shape.reduce((product, length) => product * length, 4), 0);
}

/**
 * Throws a `Failure` that says what would fit, where `estimate` of the shape is more than the `available` bytes. `withLora`
 * is the estimate with adapters of rank 8, where there are none.
 */
export function checkMemory(
  estimate: MemoryEstimate,
  shape: BatchShape,
  available: number,
  withLora?: () => MemoryEstimate,
): void {
  const needed = estimate(shape);
  if (needed <= available) return;
  const amount = (bytes: number): string => `${(bytes / gibibyte).toFixed(1)} GiB`;
  throw new Failure(
    `training takes about ${amount(needed)} of memory, and ${amount(available)} are free (batches of ${shape.rows}, inputs of up to ${shape.source} tokens, outputs of up to ${shape.target})`,
    { remedy: remedyOf(estimate, shape, available, withLora) },
  );
}

/** The mildest change that is enough: fewer rows, then adapters, then shorter texts as well. */
function remedyOf(
  estimate: MemoryEstimate,
  shape: BatchShape,
  available: number,
  withLora: (() => MemoryEstimate) | undefined,
): string {
  const smaller = (of: MemoryEstimate, from: number): number | undefined => {
    for (let rows = from; rows >= 1; rows = Math.floor(rows / 2)) if (of({ ...shape, rows }) <= available) return rows;
    return undefined;
  };
  const rows = smaller(estimate, Math.floor(shape.rows / 2));
  if (rows !== undefined) return `Use --batch-size ${rows}`;
  const lora = withLora?.();
  const loraRows = lora === undefined ? undefined : smaller(lora, shape.rows);
  if (loraRows !== undefined) return `Use --lora-rank 8${loraRows < shape.rows ? ` --batch-size ${loraRows}` : ""}`;
  for (const [flag, of] of [
    ["", estimate],
    [" --lora-rank 8", lora],
  ] as const) {
    for (let share = 2; of !== undefined && share <= 16; share *= 2) {
      const source = Math.max(1, Math.floor(shape.source / share));
      const target = Math.max(1, Math.floor(shape.target / share));
      if (of({ rows: 1, source, target }) > available) continue;
      return `Use --batch-size 1 --max-input ${source} --max-output ${target}${flag}`;
    }
  }
  return "Close other programs, use a smaller checkpoint, or a machine with more memory";
}
