/**
 * WebGPU without a GPU: SwiftShader, the software Vulkan that Debian's chromium package ships. Importing this makes the test's process
 * use it, where it is there.
 */
import { existsSync, readdirSync } from "node:fs";
import { installWithApt } from "./apt";

const driver = "/usr/lib/chromium/vk_swiftshader_icd.json";
const loaders = ["/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib64", "/lib64"];
const hasLoader = (): boolean =>
  loaders.some((folder) => existsSync(folder) && readdirSync(folder).includes("libvulkan.so.1"));
const mayRun = process.platform === "linux" && process.arch === "x64";

/** Installs the Vulkan loader, which Chromium's package does not bring, where that may be done. */
export function installVulkanLoader(): void {
  if (mayRun && !hasLoader()) installWithApt("libvulkan1");
}

export const hasSwiftShader = mayRun && hasLoader() && existsSync(driver);
export const swiftShaderReason = "needs Linux x64 with libvulkan1 and Debian's chromium (for its software Vulkan)";

// Read by the Vulkan loader when the first WebGPU session is made.
if (hasSwiftShader) process.env.VK_ICD_FILENAMES = driver;
