/** How much memory a job may count on, in bytes. */
import os from "node:os";

/** What macOS calls free is next to nothing: caches that it gives back on demand count as used. It lets a program have about this share. */
const shareOnMac = 0.75;

/** Free memory, or what a container's limit leaves of it. */
export function availableMemory(platform = process.platform, total = os.totalmem()): number {
  const free = process.availableMemory();
  return platform === "darwin" ? Math.max(free, shareOnMac * total) : free;
}

/** What this process may take in all, with what it holds already. */
export const memoryOfThisProcess = (): number => availableMemory() + process.memoryUsage.rss();
