/** ONNX Runtime, loaded only when a job needs it: scanning works where its native library is missing. */
import type * as OnnxRuntime from "onnxruntime-node";
import { Failure } from "../foundation/failure";
import { encodeModel } from "./onnx-model";
import type { Graph } from "./graph";

export type Runtime = typeof OnnxRuntime;
export type Session = OnnxRuntime.InferenceSession;
export type Tensor = OnnxRuntime.Tensor;
/** What a session is fed or gives. */
export type TensorsByName = Record<string, Tensor>;

/** What the user asks for; `auto` takes a hardware GPU where there is one, else the CPU. */
export type Device = "auto" | "cpu" | "webgpu";
export type ResolvedDevice = "cpu" | "webgpu";

let loading: Promise<Runtime> | undefined;

/** Throws a `Failure` on platforms that onnxruntime-node has no library for. */
export function loadRuntime(): Promise<Runtime> {
  loading ??= import("onnxruntime-node").catch((error: unknown) => {
    loading = undefined;
    throw new Failure(`the training engine (onnxruntime-node) does not load on ${process.platform}-${process.arch}`, {
      remedy: "Scanning works here; for training and probing use Linux, Windows or macOS on Apple silicon",
      cause: error,
    });
  });
  return loading;
}

export interface SessionOptions {
  readonly device: ResolvedDevice;
  /** Threads of one operator; 0 lets ONNX Runtime use every physical core. */
  readonly threads?: number;
  /** Keep the outputs, or those that it holds for, on the GPU (WebGPU only). */
  readonly keepOutputs?: boolean | ((output: string) => boolean);
  /** Fail instead of running an operator that WebGPU lacks on the CPU. */
  readonly forbidFallback?: boolean;
  /** For a trial that may fail: ONNX Runtime prints no errors. */
  readonly quiet?: boolean;
  /** Write ONNX Runtime's profile beside this prefix. */
  readonly profilePrefix?: string;
}

/** Builds a session for the graph. Throws a `Failure` when the device refuses it. */
export async function createSession(graph: Graph, options: SessionOptions): Promise<Session> {
  const { InferenceSession } = await loadRuntime();
  const { device, threads = 0, keepOutputs = false, forbidFallback = false, quiet = false, profilePrefix } = options;
  try {
    return await InferenceSession.create(encodeModel(graph), {
      executionProviders: [device],
      intraOpNumThreads: threads,
      graphOptimizationLevel: "all",
      logSeverityLevel: quiet ? 4 : 3,
      // A pattern lays out one block for the tensors of each combination of sizes; nearly every batch has sizes of its own.
      enableMemPattern: false,
      ...(device === "webgpu" ? { preferredOutputLocation: outputLocations(graph, keepOutputs) } : {}),
      ...(forbidFallback ? { extra: { session: { disable_cpu_ep_fallback: "1" } } } : {}),
      ...(profilePrefix === undefined ? {} : { enableProfiling: true, profileFilePrefix: profilePrefix }),
    });
  } catch (error) {
    throw new Failure(`the ${device} engine refused the model: ${firstLine(error)}`, {
      remedy: device === "webgpu" ? "Use --device cpu" : "Report this with the checkpoint's config.json",
      cause: error,
    });
  }
}

function outputLocations(
  graph: Graph,
  keeps: boolean | ((output: string) => boolean),
): Record<string, OnnxRuntime.Tensor.DataLocation> {
  const isKept = typeof keeps === "boolean" ? (): boolean => keeps : keeps;
  return Object.fromEntries(graph.outputs.map(({ name }) => [name, isKept(name) ? "gpu-buffer" : "cpu"]));
}

export function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split("\n", 1)[0] ?? "";
}
