/**
 * Steps on the CPU. A session computes the gradients; weights and moments are updated where they lie.
 */
import { createSession, loadRuntime, type Session, type Tensor, type TensorsByName } from "../graph/runtime";
import { clipFactorOf, type AdamWScalars } from "./adamw";
import type { Stepper, StepperOptions, StepResult } from "./stepper";
import {
  additionGraph,
  gradientGraph,
  gradientName,
  nextName,
  stateKinds,
  stateName,
  type StateKind,
} from "./training-graph";
import { FlatTensors } from "./flat-tensors";
import { UpdateMemory } from "./update-memory";

/** Elements added at a time. */
const stretchLength = 2 ** 17;

/** What a step in several parts needs besides. */
interface Addition {
  readonly session: Session;
  /** Where the gradients of all parts but the first go. */
  readonly part: TensorsByName;
  /** That part added to the gradients of those before it, stretch by stretch. */
  readonly stretches: readonly Stretch[];
}

interface Stretch {
  readonly feeds: TensorsByName;
  readonly fetches: TensorsByName;
}

export class CpuStepper implements Stepper {
  private constructor(
    private readonly gradients: Session,
    private readonly memory: UpdateMemory,
    private readonly clipNorm: number,
    /** Weights, and where the gradients go. */
    private readonly bound: Stretch,
    private readonly addition: Addition | undefined,
    private readonly skipsOverflow: boolean,
  ) {}

  static async create(options: StepperOptions): Promise<CpuStepper> {
    const { model, loss, clipNorm, lora, checkpointing, precision } = options;
    const { shapes, initial, frozen, threads, profilePrefix } = options;
    const runtime = await loadRuntime();
    const gradients = await createSession(gradientGraph(model, loss, { lora, checkpointing, precision }), {
      device: "cpu",
      threads,
      ...(profilePrefix === undefined ? {} : { profilePrefix }),
    });
    const memory = new UpdateMemory(shapes);
    const { parameter, gradient } = memory.tensors;
    for (const kind of stateKinds) {
      for (const [name, data] of memory.tensors[kind].views) data.set(initial(kind, name) ?? []);
    }
    const tensor = (data: Float32Array, shape: readonly number[]): Tensor => new runtime.Tensor("float32", data, shape);
    const bound: Stretch = { feeds: {}, fetches: {} };
    for (const [name, shape] of shapes) {
      bound.feeds[stateName("parameter", name)] = tensor(parameter.views.get(name)!, shape);
      bound.fetches[gradientName(name)] = tensor(gradient.views.get(name)!, shape);
    }
    for (const [name, data] of frozen) {
      bound.feeds[stateName("parameter", name)] = tensor(data, model.shapes.get(name)!);
    }
    const makeAddition = async (): Promise<Addition> => {
      const other = new FlatTensors(memory.layouts);
      const part = [...shapes].map(([name, shape]) => [gradientName(name), tensor(other.views.get(name)!, shape)]);
      const stretches = gradient.arrays.flatMap((whole, index) =>
        Array.from({ length: Math.ceil(whole.length / stretchLength) }, (_, at): Stretch => {
          const stretch = (array: Float32Array): Tensor => {
            const data = array.subarray(at * stretchLength, (at + 1) * stretchLength);
            return tensor(data, [data.length]);
          };
          const sum = stretch(whole);
          return { feeds: { sum, part: stretch(other.arrays[index]!) }, fetches: { [nextName("sum")]: sum } };
        }),
      );
      const session = await createSession(additionGraph(), { device: "cpu", threads });
      return { session, part: Object.fromEntries(part) as TensorsByName, stretches };
    };
    const addition = options.inParts ? await makeAddition() : undefined;
    const skipsOverflow = precision === "f16";
    return new CpuStepper(gradients, memory, clipNorm, bound, addition, skipsOverflow);
  }

  async step(
    parts: readonly Readonly<TensorsByName>[],
    update: Readonly<Record<keyof AdamWScalars, number>>,
    lossScale: number,
  ): Promise<StepResult> {
    const { feeds: weights, fetches } = this.bound;
    const compute = (feeds: Readonly<TensorsByName>, into: Readonly<TensorsByName>): Promise<TensorsByName> =>
      this.gradients.run({ ...feeds, ...weights }, { loss: null, gradient_norm: null, ...into });
    const [first, ...others] = parts;
    if (first === undefined) throw new TypeError("a batch has at least one part");
    const results = await compute(first, fetches);
    let loss = scalarOf(results.loss!);
    let gradientNorm = scalarOf(results.gradient_norm!);
    for (const part of others) {
      const { session, part: into, stretches } = this.addition!;
      loss += scalarOf((await compute(part, into)).loss!);
      let square = 0;
      for (const stretch of stretches) {
        square += scalarOf((await session.run(stretch.feeds, { square: null, ...stretch.fetches })).square!);
      }
      gradientNorm = Math.sqrt(square) / lossScale;
    }
    if (this.skipsOverflow && !Number.isFinite(gradientNorm)) return { loss, gradientNorm };
    const clip = clipFactorOf(gradientNorm, this.clipNorm) / lossScale;
    await this.memory.update({ ...update, clip });
    return { loss, gradientNorm };
  }

  read(kind: StateKind): Promise<Map<string, Float32Array>> {
    return Promise.resolve(new Map(this.memory.tensors[kind].views));
  }

  async dispose(): Promise<void> {
    await this.addition?.session.release();
    await this.gradients.release();
  }
}

const scalarOf = (tensor: Tensor): number => (tensor.data as Float32Array)[0]!;
