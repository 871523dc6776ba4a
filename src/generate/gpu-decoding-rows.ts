/**
 * What the rows of a batch carry from step to step, on the GPU: neither the cache nor what is read of the sources goes up or comes down,
 * but for masks. Each token's place is filled by a copy of the cache within the GPU's memory, where both are for that moment.
 */
import { Graph } from "../graph/graph";
import { createSession, type Runtime, type Session, type Tensor, type TensorsByName } from "../graph/runtime";
import type { Dimension, Value } from "../graph/value";
import { pastNameOf, selectRows, withPastApart, type DecodingRows } from "./decoding-rows";
import { placesAdded } from "./key-value-cache";

type CacheDims = readonly [rows: number, heads: number, places: number, width: number];

/** The sessions that move rows on the GPU, made when they are first needed. Release it when no tensor of theirs is left. */
export class GpuRowSessions {
  private readonly sessions = new Map<string, Session>();

  /** `past_*` [rows, heads, places, width] with `own_*` [rows, heads, 1, width] at the place that `isPlace` tells. */
  async place(past: TensorsByName, own: TensorsByName, isPlace: Tensor): Promise<TensorsByName> {
    const session = await this.session("place", (graph) => {
      const at = graph.input("is_place", [1, 1, "places", 1], "bool");
      for (const [name, { dims }] of Object.entries(own)) {
        const [, heads, , width] = dims as CacheDims;
        const token = graph.input(name, ["rows", heads, 1, width]);
        const before = graph.input(pastNameOf(name), ["rows", heads, "places", width]);
        const after = graph.node("Where", [at, token, before], { shape: before.shape });
        graph.output(`placed:${pastNameOf(name)}`, after);
      }
    });
    const placed = await session.run({ ...past, ...own, is_place: isPlace });
    return Object.fromEntries(Object.keys(past).map((name) => [name, placed[`placed:${name}`]!]));
  }

  /** With `placesAdded` free places more. */
  grown(past: Tensor): Promise<Tensor> {
    return this.runOn("grown", past, {}, (graph, tensor, shape) => {
      const pads = graph.integers([0, 0, 0, 0, 0, 0, placesAdded, 0]);
      return graph.node("Pad", [tensor, pads], { shape: shape.map((size, axis) => (axis === 2 ? "after" : size)) });
    });
  }

  selected(tensor: Tensor, rows: Tensor): Promise<Tensor> {
    return this.runOn("selected", tensor, { rows }, (graph, original, [, ...rest]) =>
      graph.node("Gather", [original, graph.input("rows", ["kept"], "int64")], { shape: ["kept", ...rest] }),
    );
  }

  async release(): Promise<void> {
    for (const session of this.sessions.values()) await session.release();
  }

  private async runOn(
    kind: string,
    tensor: Tensor,
    feeds: TensorsByName,
    build: (graph: Graph, tensor: Value, shape: readonly Dimension[]) => Value,
  ): Promise<Tensor> {
    const session = await this.session(`${kind}:${tensor.dims.length}`, (graph) => {
      const shape = tensor.dims.map((_, axis) => `d${axis}`);
      graph.output("result", build(graph, graph.input("tensor", shape), shape));
    });
    return (await session.run({ tensor, ...feeds })).result!;
  }

  private async session(kind: string, build: (graph: Graph) => void): Promise<Session> {
    const known = this.sessions.get(kind);
    if (known !== undefined) return known;
    const graph = new Graph();
    build(graph);
    const session = await createSession(graph, { device: "webgpu", keepOutputs: true, forbidFallback: true });
    this.sessions.set(kind, session);
    return session;
  }
}

export class GpuDecodingRows implements DecodingRows {
  places = 0;
  private filled = 0;
  private readonly past: TensorsByName;
  private readonly perRow: TensorsByName;

  private constructor(
    private readonly runtime: Runtime,
    private readonly sessions: GpuRowSessions,
    tensors: TensorsByName,
  ) {
    ({ past: this.past, perRow: this.perRow } = withPastApart(tensors));
  }

  /** The start's outputs, kept on the GPU and from now on disposed of here, and `rowFeeds`. */
  static async of(runtime: Runtime, sessions: GpuRowSessions, tensors: TensorsByName): Promise<GpuDecodingRows> {
    const rows = new GpuDecodingRows(runtime, sessions, tensors);
    const [first] = Object.values(rows.past);
    rows.filled = rows.places = first?.dims[2] ?? 0;
    try {
      await rows.grow();
    } catch (error) {
      rows.dispose();
      throw error;
    }
    return rows;
  }

  feeds(): TensorsByName {
    return { ...this.perRow, ...this.past };
  }

  async add(own: TensorsByName): Promise<void> {
    try {
      if (this.filled === this.places) await this.grow();
      const isPlace = Uint8Array.from({ length: this.places }, (_, place) => (place === this.filled ? 1 : 0));
      const { Tensor } = this.runtime;
      const placed = await this.sessions.place(this.past, own, new Tensor("bool", isPlace, [1, 1, this.places, 1]));
      disposeOf(this.past);
      Object.assign(this.past, placed);
      this.filled++;
    } finally {
      disposeOf(own);
    }
  }

  async keep(rows: readonly number[]): Promise<void> {
    const kept = new this.runtime.Tensor("int64", BigInt64Array.from(rows, BigInt), [rows.length]);
    const select = (tensor: Tensor): Promise<Tensor> | Tensor =>
      onGpu(tensor) ? this.sessions.selected(tensor, kept) : selectRows(this.runtime, tensor, rows);
    await replace(this.perRow, select);
    await replace(this.past, select);
  }

  dispose(): void {
    disposeOf(this.perRow);
    disposeOf(this.past);
  }

  private async grow(): Promise<void> {
    this.places += placesAdded;
    await replace(this.past, (tensor) => {
      const [rows, heads, before, width] = tensor.dims as CacheDims;
      if (before > 0) return this.sessions.grown(tensor);
      // A buffer of no bytes is nothing that a GPU has.
      const dims = [rows, heads, placesAdded, width];
      return new this.runtime.Tensor("float32", new Float32Array(rows * heads * placesAdded * width), dims);
    });
  }
}

const onGpu = (tensor: Tensor): boolean => tensor.location === "gpu-buffer";

function disposeOf(tensors: TensorsByName): void {
  for (const tensor of Object.values(tensors)) if (onGpu(tensor)) tensor.dispose();
}

/** Puts each tensor's successor into its place and disposes of the tensor. */
async function replace(tensors: TensorsByName, successor: (tensor: Tensor) => Promise<Tensor> | Tensor): Promise<void> {
  for (const [name, tensor] of Object.entries(tensors)) {
    tensors[name] = await successor(tensor);
    disposeOf({ tensor });
  }
}
