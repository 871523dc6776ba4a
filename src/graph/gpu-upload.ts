/** Tensors put on a GPU once, so that they are not sent there in every run. */
import { Graph } from "./graph";
import { createSession, type Session, type Tensor } from "./runtime";

/** What is uploaded is the uploader's memory: dispose of the tensors first, then release it, last of all sessions. */
export class GpuUploader {
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

/** A session from `original` to `copy` for tensors of a rank, which stays on the GPU with `keepOutputs`. */
export async function createCopier(rank: number, keepOutputs = false): Promise<Session> {
  const graph = new Graph();
  const shape = Array.from({ length: rank }, (_, axis) => `d${axis}`);
  const original = graph.input("original", shape);
  // A product with one instead of Identity: an identity may be optimised into the input itself.
  graph.output("copy", graph.node("Mul", [original, graph.scalar(1)], { shape }));
  return createSession(graph, { device: "webgpu", keepOutputs });
}
