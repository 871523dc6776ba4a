/**
 * Steps on the CPU. One session computes the gradients; another updates weights and moments where they lie, a stretch at a
 * time that stays in the processor's cache through all passes of the update. Every kind of tensor is one array.
 */
import { createSession, loadRuntime, type Runtime, type Session, type Tensor } from "../graph/runtime";
import type { TensorShapes } from "../model/model";
import { clipFactorOf, type AdamWScalars } from "./adamw";
import type { Stepper, StepperOptions, StepResult, TensorsByName } from "./stepper";
import {
  gradientGraph,
  gradientName,
  nextName,
  stateKinds,
  stateName,
  updateGraph,
  type StateKind,
} from "./training-graph";

/** Elements updated at a time. */
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

interface Stretch {
  readonly feeds: TensorsByName;
  readonly fetches: TensorsByName;
}

export class CpuStepper implements Stepper {
  private constructor(
    private readonly runtime: Runtime,
    private readonly gradients: Session,
    private readonly update: Session,
    private readonly clipNorm: number,
    private readonly state: Readonly<Record<StateKind, FlatTensors>>,
    /** Weights, and where the gradients go. */
    private readonly bound: Stretch,
    private readonly stretches: readonly Stretch[],
  ) {}

  static async create(options: StepperOptions): Promise<CpuStepper> {
    const { model, loss, clipNorm, lora, shapes, initial, frozen, threads, profilePrefix } = options;
    const runtime = await loadRuntime();
    const gradients = await createSession(gradientGraph(model, loss, lora), {
      device: "cpu",
      threads,
      ...(profilePrefix === undefined ? {} : { profilePrefix }),
    });
    const update = await createSession(updateGraph(), { device: "cpu", threads });
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
    const stretches: Stretch[] = [];
    for (let from = 0; from < gradient.whole.length; from += stretchLength) {
      const part = ({ whole }: FlatTensors): Tensor => {
        const data = whole.subarray(from, from + stretchLength);
        return tensor(data, [data.length]);
      };
      const here: TensorsByName = Object.fromEntries(stateKinds.map((kind) => [kind, part(state[kind])]));
      const next = stateKinds.map((kind) => [nextName(kind), here[kind]!] as const);
      stretches.push({ feeds: { ...here, gradient: part(gradient) }, fetches: Object.fromEntries(next) });
    }
    return new CpuStepper(runtime, gradients, update, clipNorm, state, bound, stretches);
  }

  async step(
    feeds: Readonly<TensorsByName>,
    update: Readonly<Record<keyof AdamWScalars, number>>,
  ): Promise<StepResult> {
    const { feeds: weights, fetches } = this.bound;
    const results = await this.gradients.run({ ...feeds, ...weights }, { loss: null, gradient_norm: null, ...fetches });
    const gradientNorm = scalarOf(results.gradient_norm!);
    const numbers = Object.entries({ ...update, clip: clipFactorOf(gradientNorm, this.clipNorm) });
    const scalars = Object.fromEntries(
      numbers.map(([name, value]) => [name, new this.runtime.Tensor("float32", Float32Array.of(value), [])]),
    );
    for (const stretch of this.stretches) await this.update.run({ ...stretch.feeds, ...scalars }, stretch.fetches);
    return { loss: scalarOf(results.loss!), gradientNorm };
  }

  read(kind: StateKind): Promise<Map<string, Float32Array>> {
    return Promise.resolve(new Map(this.state[kind].views));
  }

  async dispose(): Promise<void> {
    await this.update.release();
    await this.gradients.release();
  }
}

const scalarOf = (tensor: Tensor): number => (tensor.data as Float32Array)[0]!;
