/** The doctor: what this machine can do, each check with what was run, what it answered, and the remedy where it failed. */
import { throwIfCancelled } from "../../foundation/failure";
import { installationVersion } from "../../foundation/installation";
import type { JobContext } from "../context";
import { findAdapters } from "./adapters";
import { checkGpu, type GpuChecks } from "./gpu-checks";
import { thisMachine, type Machine } from "./machine";
import type { Adapter, Check, DoctorReport } from "./report";
import { lookAround, type Surroundings } from "./surroundings";

const gibibyte = 2 ** 30;
/** The built-in model is trained within it, the measuring included. */
const leastMemory = 2 * gibibyte;

/** Never fails for what it finds. Throws `Cancelled`. */
export async function doctor({ signal, report }: JobContext, machine = thisMachine(signal)): Promise<DoctorReport> {
  report({ type: "phase", name: "Checking", detail: "this machine" });
  const around = await lookAround(machine);
  const engine = await engineCheck(machine);
  const [adapters, gpu] = [await findAdapters(machine), await checkGpu(machine, around)];
  throwIfCancelled(signal);
  const { platform, arch, cpu, cores, memory, freeMemory } = machine;
  return {
    version: 1,
    job: "doctor",
    tool: { name: "dece-audit", version: installationVersion() },
    machine: { platform, arch, cpu, cores, memory, freeMemory },
    adapters,
    checks: [nodeCheck(machine), engine, memoryCheck(machine), ...around.checks, ...gpu.checks],
    ...deviceOf(engine.status === "ok", gpu, adapters, around),
  };
}

function nodeCheck({ node }: Machine): Check {
  const [major = 0, minor = 0] = node.split(".").map(Number);
  const isNew = major > 20 || (major === 20 && minor >= 19);
  return {
    ...{ id: "node", name: "Node.js", ran: "process.versions.node", answer: node },
    ...(isNew ? { status: "ok", remedy: null } : { status: "failed", remedy: "Install Node.js 20.19 or newer" }),
  };
}

async function engineCheck(machine: Machine): Promise<Check> {
  const { works, answer } = await machine.trial("cpu");
  const about = { id: "engine", name: "Training engine", ran: "a product on onnxruntime-node's CPU provider", answer };
  if (works) return { ...about, status: "ok", remedy: null };
  const remedy =
    machine.platform === "darwin" && machine.arch !== "arm64"
      ? "Train on another machine: onnxruntime-node has no library for Intel Macs; scanning works here"
      : /GLIBC|ld-linux|musl|libstdc\+\+/.test(answer)
        ? "Use a system with a current glibc, such as Debian 12 or Ubuntu 22.04; Alpine's musl will not do. Scanning works here"
        : /not installed|Cannot find module/.test(answer)
          ? "Run npm ci, or install DeCE Audit again"
          : "Scanning works here; for training use x64 or arm64 Linux, Windows, or macOS on Apple silicon";
  return { ...about, status: "failed", remedy };
}

function memoryCheck({ memory, freeMemory }: Machine): Check {
  const gigabytes = (bytes: number): string => `${(bytes / gibibyte).toFixed(1)} GiB`;
  const answer = `${gigabytes(freeMemory)} free of ${gigabytes(memory)}`;
  const about = { id: "memory", name: "Memory", ran: "the system's memory and this process's limit", answer };
  if (freeMemory >= leastMemory) return { ...about, status: "ok", remedy: null };
  const remedy = "Close other programs, or raise the container's limit: training the built-in model takes up to 2 GiB";
  return { ...about, status: "failed", remedy };
}

/** The rule of `resolveDevice` (graph/device.ts), told with its reason. */
function deviceOf(
  engineWorks: boolean,
  { works, hasDevice, checks }: GpuChecks,
  adapters: readonly Adapter[],
  { container }: Surroundings,
): Pick<DoctorReport, "device" | "reason"> {
  if (!engineWorks) return { device: null, reason: "the training engine does not work here; scanning does" };
  if (works && hasDevice) {
    const hardware = adapters.find(({ kind }) => kind === "hardware");
    return {
      device: "webgpu",
      reason: hardware === undefined ? "WebGPU works" : `WebGPU works; GPU: ${hardware.name}`,
    };
  }
  if (works) {
    const where = container ? "the container" : "this machine";
    return { device: "cpu", reason: `WebGPU works on a software adapter only, and ${where} shows no GPU device` };
  }
  const cause = checks.find(({ status }) => status === "failed");
  return { device: "cpu", reason: cause === undefined ? "there is no WebGPU here" : `${cause.name}: ${cause.answer}` };
}
