/** Which device a job runs on. */
import { Failure } from "../foundation/failure";
import { castWithoutGradient } from "./cast";
import { Graph } from "./graph";
import { createSession, firstLine, loadRuntime, type Device, type ResolvedDevice } from "./runtime";

/** `auto` is the CPU unless a WebGPU session can be made and its adapter is real hardware. */
export async function resolveDevice(device: Device): Promise<ResolvedDevice> {
  if (device !== "auto") return device;
  return (await hasHardwareGpu()) ? "webgpu" : "cpu";
}

/**
 * True where a GPU driver is installed and a WebGPU session works. Software adapters (SwiftShader, llvmpipe) are slower
 * than the CPU provider; they are used only when the user says `webgpu`.
 */
async function hasHardwareGpu(): Promise<boolean> {
  if (process.platform === "linux" && !(await hasGpuDeviceNode())) return false;
  if (process.platform === "darwin" && process.arch !== "arm64") return false;
  const graph = new Graph();
  const x = graph.input("x", [1]);
  graph.output("y", graph.node("Mul", [x, graph.scalar(2)], { shape: [1] }));
  try {
    const session = await createSession(graph, { device: "webgpu", forbidFallback: true });
    await session.release();
    return true;
  } catch {
    return false;
  }
}

/**
 * Throws a `Failure` where 16-bit products would not be computed in 16 bits: on the CPU, whose operators have 32, and on a GPU
 * without 16-bit shaders. The latter shows when a session runs, not when it is made.
 */
export async function checkFloat16(device: ResolvedDevice): Promise<void> {
  if (device === "cpu") {
    throw new Failure("the CPU computes in 32 bits, where --precision f16 saves nothing", {
      remedy: "Leave it out, or use a GPU (--device webgpu)",
      usage: true,
    });
  }
  const graph = new Graph();
  const half = castWithoutGradient(graph.input("x", [1]), "float16");
  const product = graph.node("Mul", [half, graph.scalar(2, "float16")], half);
  graph.output("y", castWithoutGradient(product, "float32"));
  const session = await createSession(graph, { device, quiet: true });
  try {
    const { Tensor } = await loadRuntime();
    await session.run({ x: new Tensor("float32", Float32Array.of(3), [1]) }, { logSeverityLevel: 4 });
  } catch (error) {
    const reason = firstLine(error).replace(/^.*(?=Program )/, "");
    throw new Failure(`this GPU does not compute in 16 bits: ${reason}`, {
      remedy: "Use --precision f32; dece-audit doctor says what the GPU can do",
      cause: error,
    });
  } finally {
    await session.release();
  }
}

/** On Linux a GPU shows as a DRM render node, an NVIDIA device file, or WSL's /dev/dxg. */
async function hasGpuDeviceNode(): Promise<boolean> {
  const { readdir } = await import("node:fs/promises");
  const devices = await readdir("/dev").catch(() => []);
  const render = await readdir("/dev/dri").catch(() => []);
  return [...devices, ...render].some(namesGpu);
}

/** Whether an entry of /dev or /dev/dri is a GPU's. */
export const namesGpu = (entry: string): boolean => /^(nvidia\d+|dxg|renderD\d+)$/.test(entry);
