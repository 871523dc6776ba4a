/**
 * How much memory a training takes, told before it starts: weights, moments and gradients, the checkpoint it starts from, and the
 * step's tensors for the largest batch. What does not fit is refused with what would.
 */
import { Failure } from "../foundation/failure";
import type { Graph } from "../graph/graph";
import { peakBytes, sizesOf } from "../graph/memory";
import type { LoraSpec } from "../model/lora";
import type { Model, TensorShapes } from "../model/model";
import { largestConstants } from "../model/parameters";
import type { LossSpec } from "./loss";
import type { TrainingPrecision } from "./precisions";
import { gradientGraph, trainedShapes, trainingGraph } from "./training-graph";

/** The largest step. */
export interface StepShape {
  readonly rows: number;
  /** Tokens of the longest input and output. */
  readonly source: number;
  readonly target: number;
  /** Parts that the rows are computed in, 1 unless stated. */
  readonly accumulate?: number | undefined;
  readonly checkpointing?: boolean | undefined;
}

const gibibyte = 2 ** 30;
/** Fitted to be above every measured peak (docs/engine.md, Memory): Node and ONNX Runtime themselves, */
const ownBytes = 0.25 * gibibyte;
/** buffers of the weights' size (the checkpoint, weights, moments, gradients, and the epoch's weights), */
const weightBuffers = 6;
/** with adapters those of the adapters, and of the weights: the checkpoint, and one that is merged, */
const frozenBuffers = 2;
/** what sessions that answer hold of them as constants, */
const constantBuffers = 2;
/** and what its allocator takes for each byte of a step's tensors. */
const arenaFactor = 1.5;

/** Bytes that training with steps up to `shape` takes. */
export type MemoryEstimate = (shape: StepShape) => number;

/** On the CPU: above every peak that was measured. */
export function memoryEstimate(model: Model, loss: LossSpec, lora?: LoraSpec): MemoryEstimate {
  const peakOf = stepPeak(model, (checkpointing) => gradientGraph(model, loss, { lora, checkpointing }));
  const trained = bytesOf(trainedShapes(model, lora));
  const all = bytesOf(model.shapes);
  const constants = all <= largestConstants ? constantBuffers * all : 0;
  const weights = weightBuffers * trained + constants + (lora === undefined ? 0 : frozenBuffers * all);
  return (shape) => ownBytes + weights + sumBytes(shape, trained) + arenaFactor * peakOf(shape);
}

/**
 * On a GPU: what it has to hold at least, weights and moments before and after the step, weights under adapters, and the step's
 * tensors without what its allocator adds.
 */
export function leastGpuMemory(
  model: Model,
  loss: LossSpec,
  { lora, precision }: { readonly lora?: LoraSpec | undefined; readonly precision?: TrainingPrecision | undefined },
): MemoryEstimate {
  const peakOf = stepPeak(model, (checkpointing) => trainingGraph(model, loss, 1, { lora, checkpointing, precision }));
  const trained = bytesOf(trainedShapes(model, lora));
  const weights = 6 * trained + (lora === undefined ? 0 : bytesOf(model.shapes));
  return (shape) => weights + sumBytes(shape, trained) + peakOf(shape);
}

/** Parts are added to the gradients of those before them. */
const sumBytes = ({ accumulate = 1 }: StepShape, trained: number): number => (accumulate > 1 ? trained : 0);

/** Bytes of a step's tensors at their peak, by the graph of a step with and without blocks that are computed again. */
function stepPeak(model: Model, graphOf: (checkpointing: boolean) => Graph): MemoryEstimate {
  const graphs = new Map<boolean, Graph>();
  return ({ rows, source, target, accumulate = 1, checkpointing = false }) => {
    const row = { source: new Array<number>(source).fill(0), target: new Array<number>(target).fill(0) };
    const { feeds } = model.trainingFeeds(new Array<typeof row>(Math.ceil(rows / accumulate)).fill(row));
    const dims = Object.fromEntries(Object.entries(feeds).map(([name, feed]) => [name, feed.dims]));
    const graph = graphs.get(checkpointing) ?? graphOf(checkpointing);
    graphs.set(checkpointing, graph);
    return peakBytes(graph, sizesOf(graph, dims));
  };
}

function bytesOf(shapes: TensorShapes): number {
  return [...shapes.values()].reduce((sum, shape) => sum + shape.reduce((product, length) => product * length, 4), 0);
}

/** Whose memory is asked for: what is free of the machine's, or all that the GPU has. */
export type MemoryKind = "machine" | "gpu";

/**
 * Throws a `Failure` that says what would fit, where `estimate` of the shape is more than the `available` bytes. `withLora`
 * is the estimate with adapters of rank 8, where there are none.
 */
export function checkMemory(
  estimate: MemoryEstimate,
  shape: StepShape,
  available: number,
  {
    withLora,
    of = "machine",
  }: { readonly withLora?: (() => MemoryEstimate) | undefined; readonly of?: MemoryKind } = {},
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
  const lacking =
    of === "gpu"
      ? `takes at least ${amount(needed)} of the GPU's memory, and it has ${amount(available)}`
      : `takes about ${amount(needed)} of memory, and ${amount(available)} are free`;
  throw new Failure(
    `training ${lacking} (batches of ${shape.rows}${parts}, inputs of up to ${shape.source} tokens, outputs of up to ${shape.target})`,
    {
      remedy:
        fitting === undefined
          ? of === "gpu"
            ? "Use a smaller checkpoint, or a GPU with more memory"
            : "Close other programs, use a smaller checkpoint, or a machine with more memory"
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
