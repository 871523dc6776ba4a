/**
 * Steps on the CPU. A session computes the gradients; weights and moments are updated where they lie. Every kind of tensor is one
 * array.
 */
import { createSession, loadRuntime, type Session, type Tensor } from "../graph/runtime";
import type { TensorShapes } from "../model/model";
import { clipFactorOf, type AdamWScalars } from "./adamw";
import { makeAdamWKernel, type AdamWKernel } from "./adamw-kernel";
import type { Stepper, StepperOptions, StepResult, TensorsByName } from "./stepper";
import { additionGraph, gradientGraph, gradientName, nextName, stateName, type StateKind } from "./training-graph";

/** Elements added at a time. */
const stretchLength = 2 ** 17;

/** The tensors of all names one after the other in one array, and each as a view of it. */
class FlatTensors {
  readonly whole: Float32Array;
  readonly views: ReadonlyMap<string, Float32Array>;

  constructor(shapes: TensorShapes) {
    const views: [string, number, number][] = [];
    let end = 0;
    for (const [name, shape] of shapes) {
      const start = end;
      end += shape.reduce((product, length) => product * length, 1);
      views.push([name, start, end]);
    }
    this.whole = new Float32Array(end);
    this.views = new Map(views.map(([name, from, to]) => [name, this.whole.subarray(from, to)]));
  }
}

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
    private readonly update: AdamWKernel,
    private readonly clipNorm: number,
    private readonly state: Readonly<Record<StateKind, FlatTensors>>,
    private readonly gradient: FlatTensors,
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
    const flat = (kind: StateKind): FlatTensors => {
      const tensors = new FlatTensors(shapes);
      for (const [name, view] of tensors.views) view.set(initial(kind, name) ?? []);
      return tensors;
    };
    const state = { parameter: flat("parameter"), moment1: flat("moment1"), moment2: flat("moment2") };
    const gradient = new FlatTensors(shapes);
    const tensor = (data: Float32Array, shape: readonly number[]): Tensor => new runtime.Tensor("float32", data, shape);
    const bound: Stretch = { feeds: {}, fetches: {} };
    for (const [name, shape] of shapes) {
      bound.feeds[stateName("parameter", name)] = tensor(state.parameter.views.get(name)!, shape);
      bound.fetches[gradientName(name)] = tensor(gradient.views.get(name)!, shape);
    }
    for (const [name, data] of frozen) {
      bound.feeds[stateName("parameter", name)] = tensor(data, model.shapes.get(name)!);
    }
    const makeAddition = async (): Promise<Addition> => {
      const other = new FlatTensors(shapes);
      const part = [...shapes].map(([name, shape]) => [gradientName(name), tensor(other.views.get(name)!, shape)]);
      const stretches: Stretch[] = [];
      for (let from = 0; from < gradient.whole.length; from += stretchLength) {
        const stretch = ({ whole }: FlatTensors): Tensor => {
          const data = whole.subarray(from, from + stretchLength);
          return tensor(data, [data.length]);
        };
        const sum = stretch(gradient);
        stretches.push({ feeds: { sum, part: stretch(other) }, fetches: { [nextName("sum")]: sum } });
      }
      const session = await createSession(additionGraph(), { device: "cpu", threads });
      return { session, part: Object.fromEntries(part) as TensorsByName, stretches };
    };
    const addition = options.inParts ? await makeAddition() : undefined;
    const skipsOverflow = precision === "f16";
    const update = makeAdamWKernel();
    return new CpuStepper(gradients, update, clipNorm, state, gradient, bound, addition, skipsOverflow);
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
    const { parameter, moment1, moment2 } = this.state;
    await this.update(
      {
        parameter: parameter.whole,
        moment1: moment1.whole,
        moment2: moment2.whole,
        gradient: this.gradient.whole,
      },
      { ...update, clip },
    );
    return { loss, gradientNorm };
  }

  read(kind: StateKind): Promise<Map<string, Float32Array>> {
    return Promise.resolve(new Map(this.state[kind].views));
  }

  async dispose(): Promise<void> {
    await this.addition?.session.release();
    await this.gradients.release();
  }
}

const scalarOf = (tensor: Tensor): number => (tensor.data as Float32Array)[0]!;
