/** The way to a GPU, step by step: device files, Vulkan's loader and drivers, WebGPU. A step that fails says how to mend it. */
import path from "node:path";
import { namesGpu } from "../../graph/device";
import type { Machine } from "./machine";
import type { Check } from "./report";
import type { Surroundings } from "./surroundings";

const manifestFolders = [
  "/etc/vulkan/icd.d",
  "/usr/share/vulkan/icd.d",
  "/usr/local/share/vulkan/icd.d",
  "/usr/local/etc/vulkan/icd.d",
];
const libraryFolders = [
  "/usr/lib/x86_64-linux-gnu",
  "/usr/lib/aarch64-linux-gnu",
  "/usr/lib64",
  "/usr/lib",
  "/usr/local/lib",
];

export interface GpuChecks {
  readonly checks: readonly Check[];
  /** Whether WebGPU computes here, on whatever adapter. */
  readonly works: boolean;
  /** Whether a GPU's device file is there; true where the system has no such files. */
  readonly hasDevice: boolean;
}

export async function checkGpu(machine: Machine, around: Surroundings): Promise<GpuChecks> {
  const device = machine.platform === "linux" ? await deviceCheck(machine, around) : null;
  const vulkan =
    machine.platform === "linux" ? await Promise.all([loaderCheck(machine), driverCheck(machine, around, device)]) : [];
  const before = [...(device === null ? [] : [device]), ...vulkan];
  const webgpu = await webgpuCheck(machine, before);
  const works = webgpu.status === "ok";
  return {
    checks: [...before, webgpu, await float16Check(machine, works)],
    works,
    hasDevice: device?.status !== "failed",
  };
}

async function deviceCheck(machine: Machine, { container, wsl }: Surroundings): Promise<Check> {
  const [devices, render] = await Promise.all([machine.list("/dev"), machine.list("/dev/dri")]);
  const names = [
    ...devices.filter((name) => namesGpu(name)).map((name) => `/dev/${name}`),
    ...render.filter((name) => namesGpu(name)).map((name) => `/dev/dri/${name}`),
  ];
  const about = { id: "gpu-device", name: "GPU device files", ran: "ls /dev /dev/dri" };
  if (names.length > 0) return { ...about, status: "ok", answer: names.join(", "), remedy: null };
  const remedy = container
    ? "Start the container with --gpus all -e NVIDIA_DRIVER_CAPABILITIES=all (NVIDIA) or --device /dev/dri (AMD, Intel), if the machine has a GPU"
    : wsl
      ? "Install the GPU's current driver in Windows, and run wsl --update there"
      : "Install the GPU's kernel driver, if the machine has a GPU; without one the CPU does the work";
  return { ...about, status: "failed", answer: "no /dev/nvidia*, no /dev/dri/renderD*, no /dev/dxg", remedy };
}

async function loaderCheck(machine: Machine): Promise<Check> {
  const about = { id: "vulkan-loader", name: "Vulkan loader", ran: "ldconfig -p" };
  const cache = await machine.run("ldconfig", ["-p"]);
  const cached = /libvulkan\.so\.1 .*=> (\S+)/.exec(cache.output)?.[1];
  if (cached !== undefined) return { ...about, status: "ok", answer: cached, remedy: null };
  const ran = `${about.ran}; ls ${libraryFolders.join(" ")}`;
  for (const folder of libraryFolders) {
    if (!(await machine.list(folder)).includes("libvulkan.so.1")) continue;
    return { ...about, ran, status: "ok", answer: `${folder}/libvulkan.so.1`, remedy: null };
  }
  const remedy = "Install it: apt install libvulkan1, dnf install vulkan-loader or pacman -S vulkan-icd-loader";
  return { ...about, ran, status: "failed", answer: "there is no libvulkan.so.1", remedy };
}

async function driverCheck(machine: Machine, around: Surroundings, device: Check | null): Promise<Check> {
  const chosen = ["VK_DRIVER_FILES", "VK_ICD_FILENAMES"].find((name) => (machine.environment[name] ?? "") !== "");
  const about = { id: "vulkan-driver", name: "Vulkan drivers", ran: chosen ?? `ls ${manifestFolders.join(" ")}` };
  const files = chosen === undefined ? await manifests(machine) : machine.environment[chosen]!.split(path.delimiter);
  const answer = files.length === 0 ? "none" : files.map((file) => path.posix.basename(file)).join(", ");
  const hasNvidia = device?.status === "ok" && device.answer.includes("/dev/nvidia");
  const lacksNvidia = hasNvidia && chosen === undefined && !/nvidia/i.test(answer);
  if (files.length > 0 && !lacksNvidia) return { ...about, status: "ok", answer, remedy: null };
  const remedy = lacksNvidia
    ? around.container
      ? "Start the container with -e NVIDIA_DRIVER_CAPABILITIES=all: by default NVIDIA's runtime brings CUDA alone along"
      : "Install the part of NVIDIA's driver that holds Vulkan (nvidia_icd.json): libnvidia-gl or nvidia-driver"
    : chosen === undefined
      ? "Install them: apt install mesa-vulkan-drivers for AMD and Intel, NVIDIA's own driver for NVIDIA"
      : `Unset ${chosen}, or let it name a driver's file`;
  return { ...about, status: "failed", answer: lacksNvidia ? `${answer}; none for the NVIDIA device` : answer, remedy };
}

async function manifests(machine: Machine): Promise<string[]> {
  const found = await Promise.all(
    manifestFolders.map(async (folder) => (await machine.list(folder)).map((name) => `${folder}/${name}`)),
  );
  return found.flat().filter((file) => file.endsWith(".json"));
}

async function webgpuCheck(machine: Machine, before: readonly Check[]): Promise<Check> {
  const ran = "a product on onnxruntime-node's WebGPU provider, with no way back to the CPU";
  const about = { id: "webgpu", name: "WebGPU", ran };
  if (machine.platform === "darwin" && machine.arch !== "arm64") {
    return { ...about, status: "skipped", answer: "onnxruntime-node has no library for Intel Macs", remedy: null };
  }
  if (machine.platform === "linux" && machine.arch !== "x64") {
    const answer = `onnxruntime-node has no WebGPU on linux-${machine.arch}`;
    return { ...about, status: "skipped", answer, remedy: null };
  }
  const trial = await machine.trial("webgpu");
  if (trial.works) return { ...about, status: "ok", answer: trial.answer, remedy: null };
  // Dawn tells on stderr why it passed an adapter over.
  const warnings = trial.output.split("\n").flatMap((line) => /^Warning: (.+)$/.exec(line.trim())?.[1] ?? []);
  const answer = [trial.answer, ...new Set(warnings)].join("; ");
  const cause = before.find(({ status }) => status === "failed");
  const remedy =
    cause === undefined
      ? "Update the GPU's driver: WebGPU needs Vulkan 1.1, Metal or Direct3D 12; without a GPU the CPU does the work"
      : `Mend ${cause.name} first`;
  return { ...about, status: "failed", answer, remedy };
}

async function float16Check(machine: Machine, works: boolean): Promise<Check> {
  const about = { id: "float16", name: "16-bit shaders", ran: "the same product in 16-bit numbers", remedy: null };
  if (!works) return { ...about, status: "skipped", answer: "WebGPU does not work" };
  const trial = await machine.trial("float16");
  return {
    ...about,
    status: "info",
    answer: trial.works ? "yes: --precision f16 works" : "no: --precision f16 does not work; f32 needs none",
  };
}
