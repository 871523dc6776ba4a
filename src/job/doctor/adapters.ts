/**
 * Graphics adapters by name, as the system's own tools tell them: nvidia-smi, vulkaninfo, the kernel's files, Windows'
 * and macOS' inventories. ONNX Runtime tells no names.
 */
import path from "node:path";
import type { Machine } from "./machine";
import type { Adapter } from "./report";

const mebibyte = 2 ** 20;
/** PCI numbers of vendors, for adapters that only the kernel tells of. */
const vendors: Readonly<Record<string, string>> = { "0x10de": "NVIDIA", "0x1002": "AMD", "0x8086": "Intel" };
const softwareName = /llvmpipe|lavapipe|swiftshader|basic render|softpipe/i;

const kindOf = (name: string): Adapter["kind"] => (softwareName.test(name) ? "software" : "hardware");

/** Every adapter once, under the name of the tool that tells most of it. */
export async function findAdapters(machine: Machine): Promise<readonly Adapter[]> {
  if (machine.platform === "darwin") return fromMacInventory(machine);
  if (machine.platform === "win32") return fromWindowsInventory(machine);
  const [nvidia, vulkan, kernel] = await Promise.all([fromNvidia(machine), fromVulkan(machine), fromKernel(machine)]);
  const found = [...nvidia];
  for (const adapter of vulkan) {
    const known = found.findIndex(({ name }) => name === adapter.name);
    if (known < 0) found.push(adapter);
    else found[known] = { ...found[known]!, features: [...found[known]!.features, ...adapter.features] };
  }
  // The kernel knows vendors only: it is asked where the tools told of no adapter of that vendor.
  const named = (vendor: string): boolean => found.some(({ name }) => name.includes(vendor));
  return [...found, ...kernel.filter(({ name }) => !named(name.split(" ", 1)[0]!))];
}

/** Bytes that the largest of the graphics cards has; undefined where one of them does not tell, or shares the machine's memory. */
export async function largestGpuMemory(machine: Machine): Promise<number | undefined> {
  const cards = (await findAdapters(machine)).filter(({ kind }) => kind === "hardware");
  const told = cards.flatMap(({ memory }) => memory ?? []);
  return told.length > 0 && told.length === cards.length ? Math.max(...told) : undefined;
}

async function fromNvidia(machine: Machine): Promise<Adapter[]> {
  const query = ["--query-gpu=name,memory.total,driver_version", "--format=csv,noheader,nounits"];
  const { outcome, output } = await machine.run("nvidia-smi", query);
  if (outcome !== "ok") return [];
  return output.split("\n").flatMap((line) => {
    const { name, memory, driver } =
      /^(?<name>[^,]+), (?<memory>\d+|\[.+\]), (?<driver>[\d.]+)$/.exec(line.trim())?.groups ?? {};
    if (name === undefined || driver === undefined) return [];
    const megabytes = Number(memory);
    return [
      {
        name,
        kind: "hardware" as const,
        memory: Number.isFinite(megabytes) ? megabytes * mebibyte : null,
        features: [`driver ${driver}`],
        source: "nvidia-smi",
      },
    ];
  });
}

/** `vulkaninfo --summary`: a block of `key = value` lines for each GPU. */
async function fromVulkan(machine: Machine): Promise<Adapter[]> {
  const { outcome, output } = await machine.run("vulkaninfo", ["--summary"]);
  if (outcome !== "ok") return [];
  return output
    .split(/^GPU\d+:\s*$/m)
    .slice(1)
    .flatMap((block) => {
      const value = (key: string): string | undefined =>
        new RegExp(`^\\s*${key}\\s*=\\s*(.+?)\\s*$`, "m").exec(block)?.[1];
      const name = value("deviceName");
      if (name === undefined) return [];
      const isSoftware = value("deviceType") === "PHYSICAL_DEVICE_TYPE_CPU";
      const [version, driver] = [value("apiVersion"), value("driverInfo")];
      return [
        {
          name,
          kind: isSoftware ? ("software" as const) : kindOf(name),
          memory: null,
          features: [
            ...(version === undefined ? [] : [`Vulkan ${version}`]),
            ...(driver === undefined ? [] : [driver]),
          ],
          source: "vulkaninfo --summary",
        },
      ];
    });
}

async function fromKernel(machine: Machine): Promise<Adapter[]> {
  const adapters: Adapter[] = [];
  for (const card of (await machine.list("/sys/class/drm")).filter((name) => /^card\d+$/.test(name))) {
    const folder = path.posix.join("/sys/class/drm", card, "device");
    const vendor = (await machine.read(`${folder}/vendor`))?.trim();
    const device = (await machine.read(`${folder}/device`))?.trim();
    if (vendor === undefined || device === undefined) continue;
    const memory = Number((await machine.read(`${folder}/mem_info_vram_total`))?.trim());
    adapters.push({
      name: `${vendors[vendor] ?? `vendor ${vendor}`} device ${device}`,
      kind: "hardware",
      memory: memory > 0 ? memory : null,
      features: [],
      source: folder,
    });
  }
  return adapters;
}

async function fromMacInventory(machine: Machine): Promise<Adapter[]> {
  const { outcome, output } = await machine.run("system_profiler", ["SPDisplaysDataType", "-json"]);
  if (outcome !== "ok") return [];
  return records(parsed(output), "SPDisplaysDataType").flatMap((entry) => {
    const name = entry.sppci_model;
    if (typeof name !== "string") return [];
    const metal = entry.spdisplays_mtlgpufamilysupport ?? entry.spdisplays_metal;
    const features = [
      "shares the machine's memory",
      ...(typeof metal === "string" ? [metal.replace("spdisplays_", "")] : []),
    ];
    return [{ name, kind: "hardware" as const, memory: null, features, source: "system_profiler SPDisplaysDataType" }];
  });
}

async function fromWindowsInventory(machine: Machine): Promise<Adapter[]> {
  const nvidia = await fromNvidia(machine);
  const list = "Get-CimInstance Win32_VideoController | Select-Object Name, DriverVersion | ConvertTo-Json";
  const { outcome, output } = await machine.run("powershell.exe", ["-NoProfile", "-Command", list]);
  const answer = outcome === "ok" ? parsed(output) : undefined;
  const entries = records({ list: Array.isArray(answer) ? answer : [answer] }, "list");
  return [
    ...nvidia,
    ...entries.flatMap(({ Name: name, DriverVersion: driver }) => {
      if (typeof name !== "string" || nvidia.some((known) => known.name === name)) return [];
      // Win32_VideoController's AdapterRAM is cut to 4 GB, so no memory is told.
      const features = typeof driver === "string" ? [`driver ${driver}`] : [];
      return [{ name, kind: kindOf(name), memory: null, features, source: "Win32_VideoController" }];
    }),
  ];
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function records(holder: unknown, key: string): Readonly<Record<string, unknown>>[] {
  const list: unknown = (holder as Readonly<Record<string, unknown>> | null | undefined)?.[key];
  if (!Array.isArray(list)) return [];
  return list.filter((entry): entry is Record<string, unknown> => typeof entry === "object" && entry !== null);
}
