/** Steps on a GPU through WebGPU. Weights and moments stay there: token ids go up, and two numbers come down. */
import { Graph } from "../graph/graph";
import { createSession, loadRuntime, type Runtime, type Session, type Tensor } from "../graph/runtime";
import type { AdamWScalars } from "./adamw";
import type { Stepper, StepperOptions, StepResult, TensorsByName } from "./stepper";
import { nextName, stateKinds, stateName, trainingGraph, type StateKind } from "./training-graph";

export class GpuStepper implements Stepper {
  private readonly copiers = new Map<number, Session>();

  private constructor(
    private readonly runtime: Runtime,
    private readonly session: Session,
    private readonly names: readonly string[],
    private readonly current: TensorsByName,
    private readonly frozen: TensorsByName,
    private readonly uploader: Uploader,
  ) {}

  static async create(options: StepperOptions): Promise<GpuStepper> {
    const { model, loss, clipNorm, lora, shapes, initial, profilePrefix } = options;
    const runtime = await loadRuntime();
    const session = await createSession(trainingGraph(model, loss, clipNorm, lora), {
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
    const uploader = new Uploader();
    for (const [name, data] of options.frozen) {
      const tensor = new runtime.Tensor("float32", data, model.shapes.get(name));
      frozen[stateName("parameter", name)] = await uploader.upload(tensor);
    }
    return new GpuStepper(runtime, session, [...shapes.keys()], current, frozen, uploader);
  }

  async step(
    feeds: Readonly<TensorsByName>,
    update: Readonly<Record<keyof AdamWScalars, number>>,
  ): Promise<StepResult> {
    const numbers = Object.fromEntries(
      Object.entries(update).map(([name, value]) => [
        name,
        new this.runtime.Tensor("float32", Float32Array.of(value), []),
      ]),
    );
    const results = await this.session.run({ ...feeds, ...numbers, ...this.frozen, ...this.current });
    for (const key of Object.keys(this.current)) {
      this.current[key]!.dispose();
      this.current[key] = results[nextName(key)]!;
    }
    return {
      loss: await this.readScalar(results.loss!),
      gradientNorm: await this.readScalar(results.gradient_norm!),
    };
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
    for (const tensor of Object.values({ ...this.current, ...this.frozen })) tensor.dispose();
    for (const copier of this.copiers.values()) await copier.release();
    await this.uploader.release();
    await this.session.release();
  }
}
/** Puts tensors on the GPU, so that they are not sent there in every step. Their memory is the uploader's: it goes last. */
class Uploader {
  private readonly copiers = new Map<number, Session>();

  async upload(tensor: Tensor): Promise<Tensor> {
    const rank = tensor.dims.length;
    const copier = this.copiers.get(rank) ?? (await createCopier(rank, true));
    this.copiers.set(rank, copier);
    const { copy } = await copier.run({ original: tensor });
    return copy!;
  }

  async release(): Promise<void> {
    for (const copier of this.copiers.values()) await copier.release();
  }
}

async function createCopier(rank: number, keepOutputs = false): Promise<Session> {
  const graph = new Graph();
  const shape = Array.from({ length: rank }, (_, axis) => `d${axis}`);
  const original = graph.input("original", shape);
  // A product with one instead of Identity: an identity may be optimised into the input itself.
  graph.output("copy", graph.node("Mul", [original, graph.scalar(1)], { shape }));
  return createSession(graph, { device: "webgpu", keepOutputs });
}
