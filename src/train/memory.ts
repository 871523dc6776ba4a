/**
 * How much memory a training takes on the CPU, told before it starts: weights, moments and gradients, the checkpoint it starts
 * from, and the step's tensors for the largest batch. What does not fit is refused with what would.
 */
import { Failure } from "../foundation/failure";
import type { Graph } from "../graph/graph";
import { peakBytes, sizesOf } from "../graph/memory";
import type { LoraSpec } from "../model/lora";
import type { Model, TensorShapes } from "../model/model";
import type { LossSpec } from "./loss";
import { gradientGraph, trainedShapes } from "./training-graph";

/** The largest step. */
export interface StepShape {
  readonly rows: number;
  /** Tokens of the longest input and output. */
  readonly source: number;
  readonly target: number;
  /** Parts that the rows are computed in, 1 unless stated. */
  readonly accumulate?: number;
  readonly checkpointing?: boolean;
}

const gibibyte = 2 ** 30;
/** Fitted to be above every measured peak (docs/engine.md, Memory): Node and ONNX Runtime themselves, */
const ownBytes = 0.25 * gibibyte;
/** buffers of the weights' size (the checkpoint, weights, moments, gradients, and the copies of an epoch that is saved), */
const weightBuffers = 8;
/** with adapters those of the adapters, and of the weights: the checkpoint, one that is merged, a copy while it is saved, */
const frozenBuffers = 4;
/** and what its allocator takes for each byte of a step's tensors. */
const arenaFactor = 2.7;

/** Bytes that training with steps up to `shape` takes. */
export type MemoryEstimate = (shape: StepShape) => number;

export function memoryEstimate(model: Model, loss: LossSpec, lora?: LoraSpec): MemoryEstimate {
  const graphs = new Map<boolean, Graph>();
  const graphOf = (checkpointing: boolean): Graph => {
    const graph = graphs.get(checkpointing) ?? gradientGraph(model, loss, { lora, checkpointing });
    graphs.set(checkpointing, graph);
    return graph;
  };
  const trained = bytesOf(trainedShapes(model, lora));
  const weights = weightBuffers * trained + (lora === undefined ? 0 : frozenBuffers * bytesOf(model.shapes));
  return ({ rows, source, target, accumulate = 1, checkpointing = false }) => {
    const row = { source: new Array<number>(source).fill(0), target: new Array<number>(target).fill(0) };
    const { feeds } = model.trainingFeeds(new Array<typeof row>(Math.ceil(rows / accumulate)).fill(row));
    const dims = Object.fromEntries(Object.entries(feeds).map(([name, feed]) => [name, feed.dims]));
    const graph = graphOf(checkpointing);
    // Parts are added to the gradients of those before them.
    const sums = accumulate > 1 ? trained : 0;
    return ownBytes + weights + sums + arenaFactor * peakBytes(graph, sizesOf(graph, dims));
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
  shape: StepShape,
  available: number,
  withLora?: () => MemoryEstimate,
): void {
  const needed = estimate(shape);
  if (needed <= available) return;
  const amount = (bytes: number): string => `${(bytes / gibibyte).toFixed(1)} GiB`;
  const parts = (shape.accumulate ?? 1) > 1 ? ` in ${shape.accumulate} parts` : "";
  let adapters: MemoryEstimate | undefined;
  const fitting = savings(shape, withLora !== undefined).find(({ shape: smaller, lora }) => {
    if (!lora) return estimate(smaller) <= available;
    adapters ??= withLora!();
    return adapters(smaller) <= available;
  });
  throw new Failure(
    `training takes about ${amount(needed)} of memory, and ${amount(available)} are free (batches of ${shape.rows}${parts}, inputs of up to ${shape.source} tokens, outputs of up to ${shape.target})`,
    {
      remedy:
        fitting === undefined
          ? "Close other programs, use a smaller checkpoint, or a machine with more memory"
          : `Use ${flagsOf(shape, fitting).join(" ")}`,
    },
  );
}

interface Saving {
  readonly shape: StepShape;
  /** Adapters instead of all weights. */
  readonly lora: boolean;
}

/** From the mildest: the same steps in more parts, with blocks computed twice; then fewer rows, adapters, shorter texts. */
function savings(shape: StepShape, mayUseLora: boolean): Saving[] {
  const parts: number[] = [];
  for (let count = shape.accumulate ?? 1; count < shape.rows; count *= 2) parts.push(count);
  const checkpointing = shape.checkpointing === true ? [true] : [false, true];
  const found: Saving[] = [];
  for (const lora of mayUseLora ? [false, true] : [false]) {
    for (const again of checkpointing) {
      for (const accumulate of [...parts, shape.rows]) {
        found.push({ shape: { ...shape, accumulate, checkpointing: again }, lora });
      }
    }
    found.push({ shape: { ...shape, rows: 1, accumulate: 1, checkpointing: true }, lora });
  }
  for (const lora of mayUseLora ? [false, true] : [false]) {
    for (let share = 2; share <= 16; share *= 2) {
      const source = Math.max(1, Math.floor(shape.source / share));
      const target = Math.max(1, Math.floor(shape.target / share));
      found.push({ shape: { rows: 1, accumulate: 1, checkpointing: true, source, target }, lora });
    }
  }
  return found;
}

/** What the user has to change. */
function flagsOf(from: StepShape, { shape: to, lora }: Saving): string[] {
  const number = (flag: string, field: "rows" | "accumulate" | "source" | "target"): string[] =>
    to[field] === (from[field] ?? 1) ? [] : [`${flag} ${to[field]}`];
  return [
    ...(lora ? ["--lora-rank 8"] : []),
    ...number("--batch-size", "rows"),
    ...number("--accumulate", "accumulate"),
    ...(to.checkpointing === true && from.checkpointing !== true ? ["--checkpointing"] : []),
    ...number("--max-input", "source"),
    ...number("--max-output", "target"),
  ];
}
