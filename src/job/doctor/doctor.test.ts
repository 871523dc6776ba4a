/** Machines of every kind, as the doctor sees them: each failed check says what was run, the answer and the right remedy. */
import { describe, expect, it } from "vitest";
import { largestGpuMemory } from "./adapters";
import { doctor } from "./doctor";
import { tryEngine, type Trial, type TrialKind } from "./engine-trial";
import type { Machine } from "./machine";
import type { DoctorReport } from "./report";
import { doctorText } from "./text";

interface Facts extends Partial<Omit<Machine, "read" | "list" | "run" | "trial">> {
  readonly files?: Readonly<Record<string, string>>;
  readonly folders?: Readonly<Record<string, readonly string[]>>;
  readonly programs?: Readonly<Record<string, string>>;
  readonly trials?: Partial<Record<TrialKind, Trial>>;
}

const works: Trial = { works: true, answer: "3 x 2 = 6", output: "" };
const noAdapter: Trial = {
  works: false,
  answer: "Failed to get a WebGPU adapter: No supported adapters",
  output: "Warning: vkCreateInstance: Found no drivers!\n at x",
};

function machine({ files = {}, folders = {}, programs = {}, trials = {}, ...facts }: Facts): Machine {
  return {
    ...{ platform: "linux", arch: "x64", node: "20.20.2", cpu: "A processor", cores: 8 },
    ...{ memory: 16 * 2 ** 30, freeMemory: 8 * 2 ** 30, environment: {} },
    ...facts,
    read: (file) => Promise.resolve(files[file] ?? null),
    list: (folder) => Promise.resolve(folders[folder] ?? []),
    run: (program) => {
      const output = programs[program];
      return Promise.resolve(output === undefined ? { outcome: "missing", output: "" } : { outcome: "ok", output });
    },
    trial: (kind) => Promise.resolve(trials[kind] ?? works),
  };
}

const loader = { ldconfig: "\tlibvulkan.so.1 (libc6,x86-64) => /lib/libvulkan.so.1\n" };
const nvidiaDevice = { "/dev": ["null", "nvidia0", "nvidiactl"] };
const nvidiaManifest = { "/usr/share/vulkan/icd.d": ["nvidia_icd.json"] };
const nvidiaPrograms = {
  ...loader,
  "nvidia-smi": "NVIDIA H100 80GB HBM3, 81559, 570.1\n",
  vulkaninfo: [
    "GPU0:",
    "\tapiVersion  = 1.3.280",
    "\tdeviceType  = PHYSICAL_DEVICE_TYPE_DISCRETE_GPU",
    "\tdeviceName  = NVIDIA H100 80GB HBM3",
    "\tdriverInfo  = 570.1",
    "GPU1:",
    "\tapiVersion  = 1.3.255",
    "\tdeviceType  = PHYSICAL_DEVICE_TYPE_CPU",
    "\tdeviceName  = llvmpipe (LLVM 15)",
  ].join("\n"),
};

function examine(facts: Facts): Promise<DoctorReport> {
  const context = { signal: new AbortController().signal, report: () => undefined };
  return doctor(context, machine(facts));
}

const checkOf = (report: DoctorReport, id: string) => report.checks.find((check) => check.id === id);

describe("doctor", () => {
  it("names adapters with memory and features, and takes a GPU that works", async () => {
    const folders = { ...nvidiaDevice, ...nvidiaManifest };
    const report = await examine({ programs: nvidiaPrograms, folders });
    expect(report.adapters).toEqual([
      {
        name: "NVIDIA H100 80GB HBM3",
        kind: "hardware",
        memory: 81559 * 2 ** 20,
        features: ["driver 570.1", "Vulkan 1.3.280", "570.1"],
        source: "nvidia-smi",
      },
      {
        ...{ name: "llvmpipe (LLVM 15)", kind: "software", memory: null, features: ["Vulkan 1.3.255"] },
        source: "vulkaninfo --summary",
      },
    ]);
    expect(report).toMatchObject({ device: "webgpu", reason: "WebGPU works; GPU: NVIDIA H100 80GB HBM3" });
    expect(report.checks.filter(({ status }) => status === "failed")).toEqual([]);
    expect(doctorText(report)).toContain("NVIDIA H100 80GB HBM3: hardware, 79.6 GiB, driver 570.1");
  });

  it("tells a memory that training can count on only where every card tells its own", async () => {
    const memory = (facts: Facts) => largestGpuMemory(machine(facts));
    expect(await memory({ programs: nvidiaPrograms })).toBe(81559 * 2 ** 20);
    expect(await memory({ programs: { "nvidia-smi": "A, 24000, 570.1\nB, 80000, 570.1\n" } })).toBe(80000 * 2 ** 20);
    expect(await memory({ programs: { "nvidia-smi": "A, [N/A], 570.1\n" } })).toBeUndefined();
    const shared = "GPU0:\n\tdeviceType = PHYSICAL_DEVICE_TYPE_INTEGRATED_GPU\n\tdeviceName = Intel(R) UHD Graphics\n";
    expect(await memory({ programs: { ...nvidiaPrograms, vulkaninfo: shared } })).toBeUndefined();
    expect(await memory({})).toBeUndefined();
  });

  it.each<[string, Facts, string, RegExp]>([
    ["an old Node", { node: "18.19.0" }, "node", /Install Node\.js 20\.19 or newer/],
    ["little memory", { freeMemory: 2 ** 30 }, "memory", /Close other programs/],
    ["no GPU", { programs: loader }, "gpu-device", /kernel driver/],
    ["a container", { files: { "/.dockerenv": "" } }, "gpu-device", /--gpus all .* --device \/dev\/dri/],
    ["a pod", { files: { "/proc/1/cgroup": "0::/kubepods/x" } }, "gpu-device", /--gpus all/],
    ["WSL", { files: { "/proc/version": "Linux microsoft-standard-WSL2" } }, "gpu-device", /wsl --update/],
    ["no loader", { folders: nvidiaDevice }, "vulkan-loader", /apt install libvulkan1/],
    ["no driver", { programs: loader, folders: { "/dev/dri": ["renderD128"] } }, "vulkan-driver", /mesa-vulkan/],
    ["CUDA alone", { folders: nvidiaDevice, files: { "/.dockerenv": "" } }, "vulkan-driver", /CAPABILITIES=all/],
    ["NVIDIA without Vulkan", { folders: nvidiaDevice, programs: loader }, "vulkan-driver", /libnvidia-gl/],
    ["an empty choice", { environment: { VK_DRIVER_FILES: ":" }, programs: loader }, "gpu-device", /kernel driver/],
    [
      "a driver that is refused",
      { programs: loader, folders: { "/dev": ["nvidia0"], ...nvidiaManifest }, trials: { webgpu: noAdapter } },
      "webgpu",
      /Update the GPU's driver/,
    ],
    ["a missing step", { folders: nvidiaDevice, trials: { webgpu: noAdapter } }, "webgpu", /Mend Vulkan loader first/],
    [
      "musl",
      { trials: { cpu: { works: false, answer: "Error loading shared library ld-linux-x86-64.so.2", output: "" } } },
      "engine",
      /musl will not do/,
    ],
    [
      "an Intel Mac",
      { platform: "darwin", trials: { cpu: { works: false, answer: "Cannot find module", output: "" } } },
      "engine",
      /Intel Macs/,
    ],
  ])("%s: says what was run, the answer and the remedy", async (_, facts, id, remedy) => {
    const report = await examine(facts);
    const check = checkOf(report, id);
    expect(check).toMatchObject({ status: "failed" });
    expect(check?.remedy).toMatch(remedy);
    expect(doctorText(report)).toContain(
      `ran      ${check?.ran}\n  answer   ${check?.answer}\n  remedy   ${check?.remedy}.`,
    );
  });

  it("tells why Dawn passed the adapters over", async () => {
    const report = await examine({ trials: { webgpu: noAdapter } });
    expect(checkOf(report, "webgpu")?.answer).toBe(`${noAdapter.answer}; vkCreateInstance: Found no drivers!`);
    expect(checkOf(report, "float16")).toMatchObject({ status: "skipped" });
    expect(report).toMatchObject({ device: "cpu", reason: expect.stringContaining("GPU device files") as string });
  });

  it("takes the CPU where WebGPU works in software only, and nothing where the engine does not load", async () => {
    expect(await examine({})).toMatchObject({ device: "cpu", reason: expect.stringContaining("software") as string });
    const cpu = { works: false, answer: "onnxruntime-node is not installed", output: "" };
    const report = await examine({ trials: { cpu } });
    expect(report.device).toBeNull();
    expect(checkOf(report, "engine")?.remedy).toMatch(/npm ci/);
    expect(doctorText(report)).toContain("Training does not work");
  });

  it("knows the adapters of macOS and Windows, and those that only the kernel names", async () => {
    const mac = JSON.stringify({ SPDisplaysDataType: [{ sppci_model: "Apple M3", spdisplays_mtlgpufamilysupport: "spdisplays_metal3" }] }); // prettier-ignore
    const onMac = await examine({ platform: "darwin", arch: "arm64", programs: { system_profiler: mac } });
    expect(onMac.adapters).toMatchObject([{ name: "Apple M3", features: ["shares the machine's memory", "metal3"] }]);
    expect(onMac.checks.map(({ id }) => id)).not.toContain("vulkan-loader");
    const windows = JSON.stringify([{ Name: "Intel Arc", DriverVersion: "31.0" }, { Name: "Microsoft Basic Render Driver" }]); // prettier-ignore
    const onWindows = await examine({ platform: "win32", programs: { "powershell.exe": windows } });
    expect(onWindows.adapters.map(({ name, kind }) => [name, kind])).toEqual([
      ["Intel Arc", "hardware"],
      ["Microsoft Basic Render Driver", "software"],
    ]);
    const folders = { "/sys/class/drm": ["card0", "card0-DP-1"], "/dev/dri": ["renderD128"] };
    const device = "/sys/class/drm/card0/device";
    const files = { [`${device}/vendor`]: "0x1002\n", [`${device}/device`]: "0x744c\n", [`${device}/mem_info_vram_total`]: "1024\n" }; // prettier-ignore
    const onLinux = await examine({ folders, files });
    expect(onLinux.adapters).toMatchObject([{ name: "AMD device 0x744c", memory: 1024, source: device }]);
  });

  it("survives tools that answer nonsense", async () => {
    const nonsense = "\u0000{[,,=\n,,\nGPU0:\n";
    const programs = { "nvidia-smi": nonsense, vulkaninfo: nonsense, ldconfig: nonsense, "powershell.exe": nonsense, system_profiler: nonsense }; // prettier-ignore
    for (const platform of ["linux", "win32", "darwin"] as const) {
      expect((await examine({ platform, arch: "arm64", programs })).adapters).toEqual([]);
    }
  });
});

it("the engine computes on the CPU of this machine, in a process of its own", async () => {
  expect(await tryEngine("cpu", new AbortController().signal)).toMatchObject({ works: true, answer: "3 x 2 = 6" });
});
