/** Steps on a GPU through WebGPU. Weights and moments stay there: token ids go up, and two numbers come down. */
import { createCopier, GpuUploader } from "../graph/gpu-upload";
import {
  createSession,
  loadRuntime,
  type Runtime,
  type Session,
  type Tensor,
  type TensorsByName,
} from "../graph/runtime";
import type { AdamWScalars } from "./adamw";
import type { Stepper, StepperOptions, StepResult } from "./stepper";
import {
  nextName,
  stateKinds,
  stateName,
  sumName,
  summingGraph,
  trainingGraph,
  type StateKind,
} from "./training-graph";

/** What a step in several parts needs besides. */
interface Summing {
  readonly session: Session;
  /** What the first part is added to. */
  readonly zeros: TensorsByName;
}

export class GpuStepper implements Stepper {
  private readonly copiers = new Map<number, Session>();

  private constructor(
    private readonly runtime: Runtime,
    private readonly session: Session,
    private readonly names: readonly string[],
    private readonly current: TensorsByName,
    private readonly frozen: TensorsByName,
    private readonly uploader: GpuUploader,
    private readonly summing: Summing | undefined,
  ) {}

  static async create(options: StepperOptions): Promise<GpuStepper> {
    const { model, loss, clipNorm, inParts, shapes, initial, profilePrefix } = options;
    const how = { lora: options.lora, checkpointing: options.checkpointing, precision: options.precision };
    const runtime = await loadRuntime();
    const session = await createSession(trainingGraph(model, loss, clipNorm, { ...how, inParts }), {
      device: "webgpu",
      keepOutputs: true,
      ...(profilePrefix === undefined ? {} : { profilePrefix }),
    });
    const current: TensorsByName = {};
    for (const [name, shape] of shapes) {
      const size = shape.reduce((product, length) => product * length, 1);
      for (const kind of stateKinds) {
        const data = initial(kind, name)?.slice() ?? new Float32Array(size);
        current[stateName(kind, name)] = new runtime.Tensor("float32", data, shape);
      }
    }
    const frozen: TensorsByName = {};
    const uploader = new GpuUploader();
    for (const [name, data] of options.frozen) {
      const tensor = new runtime.Tensor("float32", data, model.shapes.get(name));
      frozen[stateName("parameter", name)] = await uploader.upload(tensor);
    }
    const makeSumming = async (): Promise<Summing> => {
      const zeros: TensorsByName = {};
      for (const [name, shape] of shapes) {
        const size = shape.reduce((product, length) => product * length, 1);
        zeros[sumName(name)] = await uploader.upload(new runtime.Tensor("float32", new Float32Array(size), shape));
      }
      const graph = summingGraph(model, loss, how);
      return { session: await createSession(graph, { device: "webgpu", keepOutputs: true }), zeros };
    };
    const summing = inParts ? await makeSumming() : undefined;
    return new GpuStepper(runtime, session, [...shapes.keys()], current, frozen, uploader, summing);
  }

  async step(
    parts: readonly Readonly<TensorsByName>[],
    update: Readonly<Record<keyof AdamWScalars, number>>,
  ): Promise<StepResult> {
    const last = parts.at(-1);
    if (last === undefined) throw new TypeError("a batch has at least one part");
    const { loss, sums } = await this.addUp(parts.slice(0, -1));
    const numbers = Object.fromEntries(
      Object.entries(update).map(([name, value]) => [
        name,
        new this.runtime.Tensor("float32", Float32Array.of(value), []),
      ]),
    );
    const results = await this.session.run({ ...last, ...sums, ...numbers, ...this.frozen, ...this.current });
    if (parts.length > 1) for (const sum of Object.values(sums)) sum.dispose();
    for (const key of Object.keys(this.current)) {
      this.current[key]!.dispose();
      this.current[key] = results[nextName(key)]!;
    }
    return {
      loss: loss + (await this.readScalar(results.loss!)),
      gradientNorm: await this.readScalar(results.gradient_norm!),
    };
  }

  /** Losses and gradients of the parts before the last. Their tensors are the caller's to end, but for the zeros of none. */
  private async addUp(
    parts: readonly Readonly<TensorsByName>[],
  ): Promise<{ readonly loss: number; readonly sums: TensorsByName }> {
    let loss = 0;
    let sums: TensorsByName = { ...this.summing?.zeros };
    for (const [index, part] of parts.entries()) {
      const weights = { ...this.frozen, ...this.parameters() };
      const results = await this.summing!.session.run({ ...part, ...sums, ...weights });
      loss += await this.readScalar(results.loss!);
      if (index > 0) for (const sum of Object.values(sums)) sum.dispose();
      sums = Object.fromEntries(Object.keys(sums).map((key) => [key, results[nextName(key)]!]));
    }
    return { loss, sums };
  }

  private parameters(): TensorsByName {
    const keys = this.names.map((name) => stateName("parameter", name));
    return Object.fromEntries(keys.map((key) => [key, this.current[key]!]));
  }

  async read(kind: StateKind): Promise<Map<string, Float32Array>> {
    const tensors = new Map<string, Float32Array>();
    for (const name of this.names) tensors.set(name, await this.toCpu(this.current[stateName(kind, name)]!));
    return tensors;
  }

  private async readScalar(tensor: Tensor): Promise<number> {
    const value = (await this.toCpu(tensor))[0]!;
    tensor.dispose();
    return value;
  }

  /** `getData` on a GPU tensor of onnxruntime-node aborts the process, so an identity session copies it to the CPU. */
  private async toCpu(tensor: Tensor): Promise<Float32Array> {
    if (tensor.location !== "gpu-buffer") return tensor.data as Float32Array;
    const rank = tensor.dims.length;
    const copier = this.copiers.get(rank) ?? (await createCopier(rank));
    this.copiers.set(rank, copier);
    const { copy } = await copier.run({ original: tensor });
    return copy!.data as Float32Array;
  }

  async dispose(): Promise<void> {
    // Before the sessions: with the last of them the GPU's context goes, and a tensor disposed after that aborts.
    const held = { ...this.current, ...this.frozen, ...this.summing?.zeros };
    for (const tensor of Object.values(held)) tensor.dispose();
    for (const copier of this.copiers.values()) await copier.release();
    await this.uploader.release();
    await this.summing?.session.release();
    await this.session.release();
  }
}
