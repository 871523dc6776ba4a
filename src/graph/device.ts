/** Which device a job runs on. */
import { Graph } from "./graph";
import { createSession, type Device, type ResolvedDevice } from "./runtime";

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

/** On Linux a GPU shows as a DRM render node, an NVIDIA device file, or WSL's /dev/dxg. */
async function hasGpuDeviceNode(): Promise<boolean> {
  const { readdir } = await import("node:fs/promises");
  const devices = await readdir("/dev").catch(() => []);
  const render = await readdir("/dev/dri").catch(() => []);
  return [...devices, ...render].some(namesGpu);
}

/** Whether an entry of /dev or /dev/dri is a GPU's. */
export const namesGpu = (entry: string): boolean => /^(nvidia\d+|dxg|renderD\d+)$/.test(entry);
