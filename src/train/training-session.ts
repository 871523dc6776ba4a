/**
 * Weights and moments on a device, and the session that steps them. On the CPU two sets of buffers alternate, written in
 * place; on WebGPU the tensors never leave the GPU until `weights` reads them back.
 */
import { Graph } from "../graph/graph";
import {
  createSession,
  loadRuntime,
  type ResolvedDevice,
  type Runtime,
  type Session,
  type Tensor,
} from "../graph/runtime";
import { initialAdapters, mergeAdapters, type LoraSpec } from "../model/lora";
import type { BatchFeeds, Model, TensorShapes, Weights } from "../model/model";
import { adamWScalarsAt } from "./adamw";
import type { LossSpec } from "./loss";
import { nextName, stateKinds, stateName, trainedShapes, trainingGraph, type StateKind } from "./training-graph";
import type { TrainingState } from "./training-state";

export interface StepSettings {
  /** Counts from 1. */
  readonly step: number;
  readonly learningRate: number;
  readonly weightDecay: number;
  /** a = alpha^epoch, see `blendAt`. */
  readonly blend: number;
}

export interface StepResult {
  /** Mean over the batch's real target tokens. */
  readonly loss: number;
  /** Before clipping. */
  readonly gradientNorm: number;
}

type TensorsByName = Record<string, Tensor>;

export class TrainingSession {
  private constructor(
    private readonly runtime: Runtime,
    private readonly session: Session,
    private readonly device: ResolvedDevice,
    /** Of what is trained. */
    private readonly shapes: TensorShapes,
    private current: TensorsByName,
    private readonly spare: TensorsByName,
    /** Weights under adapters. */
    private readonly frozen: TensorsByName,
    private readonly uploader: Uploader,
    private readonly merged: (trained: Weights) => Weights,
  ) {}

  static async create(
    model: Model,
    weights: Weights,
    options: {
      readonly loss: LossSpec;
      readonly clipNorm: number;
      readonly device: ResolvedDevice;
      readonly threads?: number;
      readonly profilePrefix?: string;
      /** Goes on from there; the moments start from zero otherwise. */
      readonly from?: TrainingState["tensors"] | undefined;
      /** Trains adapters instead of the weights. */
      readonly lora?: (LoraSpec & { readonly seed: number }) | undefined;
    },
  ): Promise<TrainingSession> {
    const { device, threads = 0, profilePrefix, from, lora } = options;
    const runtime = await loadRuntime();
    const session = await createSession(trainingGraph(model, options.loss, options.clipNorm, lora), {
      device,
      threads,
      keepOutputs: true,
      ...(profilePrefix === undefined ? {} : { profilePrefix }),
    });
    const shapes = trainedShapes(model, lora);
    const start = lora === undefined ? weights : initialAdapters(model, lora, lora.seed);
    const current: TensorsByName = {};
    const spare: TensorsByName = {};
    for (const [name, shape] of shapes) {
      const size = shape.reduce((product, length) => product * length, 1);
      for (const kind of stateKinds) {
        const key = stateName(kind, name);
        const earlier = from?.[kind].get(name) ?? (kind === "parameter" ? start.get(name)! : undefined);
        const initial = earlier === undefined ? new Float32Array(size) : earlier.slice();
        current[key] = new runtime.Tensor("float32", initial, shape);
        if (device === "cpu") spare[nextName(key)] = new runtime.Tensor("float32", new Float32Array(size), shape);
      }
    }
    const frozen: TensorsByName = {};
    const uploader = new Uploader();
    if (lora !== undefined) {
      for (const [name, shape] of model.shapes) {
        const tensor = new runtime.Tensor("float32", weights.get(name)!, shape);
        frozen[stateName("parameter", name)] = device === "cpu" ? tensor : await uploader.upload(tensor);
      }
    }
    const merged = (trained: Weights): Weights =>
      lora === undefined ? trained : mergeAdapters(model, lora, weights, trained);
    return new TrainingSession(runtime, session, device, shapes, current, spare, frozen, uploader, merged);
  }

  /** One forward, backward and update on what `Model.trainingFeeds` gives. */
  async step({ feeds, tokens }: BatchFeeds, settings: StepSettings): Promise<StepResult> {
    const { Tensor } = this.runtime;
    const scalar = (value: number): Tensor => new Tensor("float32", Float32Array.of(value), []);
    const scalars = adamWScalarsAt(settings.step, settings.learningRate, settings.weightDecay);
    const inputs: TensorsByName = {
      ...this.current,
      ...this.frozen,
      inverse_tokens: scalar(1 / tokens),
      blend: scalar(settings.blend),
    };
    for (const [name, value] of Object.entries(scalars)) inputs[name] = scalar(value);
    for (const [name, { type, data, dims }] of Object.entries(feeds)) inputs[name] = new Tensor(type, data, dims);
    const results =
      this.device === "cpu"
        ? await this.session.run(inputs, { loss: null, gradient_norm: null, ...this.spare })
        : await this.session.run(inputs);
    this.advance(results);
    return {
      loss: await this.readScalar(results.loss!),
      gradientNorm: await this.readScalar(results.gradient_norm!),
    };
  }

  /** The step's outputs become the next step's inputs. */
  private advance(results: Readonly<Record<string, Tensor>>): void {
    for (const key of Object.keys(this.current)) {
      const next = nextName(key);
      if (this.device === "cpu") {
        const written = this.spare[next]!;
        this.spare[next] = this.current[key]!;
        this.current[key] = written;
      } else {
        this.current[key]!.dispose();
        this.current[key] = results[next]!;
      }
    }
  }

  private async readScalar(tensor: Tensor): Promise<number> {
    const value = (await this.toCpu(tensor))[0]!;
    if (this.device === "webgpu") tensor.dispose();
    return value;
  }

  /** Every weight, on the CPU, adapters merged: copies of what the next step changes. */
  async weights(): Promise<Weights> {
    const trained = await this.read("parameter");
    return this.merged(new Map([...trained].map(([name, values]) => [name, values.slice()])));
  }

  /** All that the next step depends on; on the CPU it holds until that step, which writes over it. */
  async state(): Promise<TrainingState["tensors"]> {
    return {
      parameter: await this.read("parameter"),
      moment1: await this.read("moment1"),
      moment2: await this.read("moment2"),
    };
  }

  private async read(kind: StateKind): Promise<Map<string, Float32Array>> {
    const tensors = new Map<string, Float32Array>();
    for (const name of this.shapes.keys()) {
      tensors.set(name, await this.toCpu(this.current[stateName(kind, name)]!));
    }
    return tensors;
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
  private readonly copiers = new Map<number, Session>();

  async dispose(): Promise<void> {
    // Before the sessions: with the last of them the GPU's context goes, and a tensor disposed after that aborts.
    if (this.device === "webgpu") {
      for (const tensor of Object.values({ ...this.current, ...this.frozen })) tensor.dispose();
    }
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
