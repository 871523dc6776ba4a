/**
 * The sessions that answer with a checkpoint, and how they get its weights: as constants, which ONNX Runtime packs once for each
 * session, or, where those copies would be large, as inputs of every run, of which all sessions share the one there is.
 */
import { Graph } from "../graph/graph";
import { GpuUploader } from "../graph/gpu-upload";
import {
  createSession,
  loadRuntime,
  type ResolvedDevice,
  type Runtime,
  type Session,
  type Tensor,
  type TensorsByName,
} from "../graph/runtime";
import type { Model, Weights } from "../model/model";
import { constantParameters, inputParameters, largestConstants, type Parameters } from "../model/parameters";

export interface AnsweringOptions {
  readonly device: ResolvedDevice;
  /** As in `SessionOptions`. */
  readonly threads?: number;
  /** Weights of more bytes are fed; `largestConstants` unless stated. */
  readonly largestConstants?: number;
}

/** One run of a session, on all its inputs but the weights. */
export type Run = (feeds: TensorsByName) => Promise<TensorsByName>;

/** `dispose` ends all of its sessions; their outputs are not to be used after that. */
export class AnsweringSessions {
  private readonly sessions: Session[] = [];
  private readonly uploader = new GpuUploader();
  private readonly inputs = new Map<string, Tensor>();

  private constructor(
    private readonly runtime: Runtime,
    private readonly model: Model,
    private readonly weights: Weights,
    private readonly options: AnsweringOptions,
    private readonly bound: boolean,
  ) {}

  static async create(model: Model, weights: Weights, options: AnsweringOptions): Promise<AnsweringSessions> {
    const bytes = [...weights.values()].reduce((sum, { byteLength }) => sum + byteLength, 0);
    return new AnsweringSessions(
      await loadRuntime(),
      model,
      weights,
      options,
      bytes <= (options.largestConstants ?? largestConstants),
    );
  }

  /** A session for the graph that `build` makes. On a GPU the outputs that `keeps` names stay there, until they are disposed of. */
  async session(
    build: (graph: Graph, parameters: Parameters) => void,
    keeps: (output: string) => boolean = () => false,
  ): Promise<Run> {
    const graph = new Graph();
    const { device, threads = 0 } = this.options;
    const { shapes } = this.model;
    const read: string[] = [];
    const input = (name: string): string => {
      read.push(name);
      return inputName(name);
    };
    build(graph, this.bound ? constantParameters(graph, shapes, this.weights) : inputParameters(graph, shapes, input));
    const session = await createSession(graph, { device, threads, keepOutputs: keeps });
    this.sessions.push(session);
    const inputs: TensorsByName = {};
    for (const name of read) inputs[inputName(name)] = await this.input(name);
    return (feeds) => session.run({ ...feeds, ...inputs });
  }

  private async input(name: string): Promise<Tensor> {
    const known = this.inputs.get(name);
    if (known !== undefined) return known;
    const tensor = new this.runtime.Tensor("float32", this.weights.get(name)!, this.model.shapes.get(name));
    const placed = this.options.device === "webgpu" ? await this.uploader.upload(tensor) : tensor;
    this.inputs.set(name, placed);
    return placed;
  }

  async dispose(): Promise<void> {
    // Before the sessions: with the last of them the GPU's context goes, and a tensor disposed after that aborts.
    for (const tensor of this.inputs.values()) if (tensor.location === "gpu-buffer") tensor.dispose();
    await this.uploader.release();
    for (const session of this.sessions) await session.release();
  }
}

const inputName = (weight: string): string => `weight:${weight}`;
