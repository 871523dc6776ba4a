/** Files and folders that appear under their final name only when complete: written beside it, flushed, then renamed. */
import { mkdir, open, rename, rm } from "node:fs/promises";
import path from "node:path";
import { asFileFailure } from "./failure";

let serial = 0;
const partialName = (target: string): string => `${target}.${process.pid}-${serial++}.partial`;

/** Writes a file whole or not at all. Throws a `Failure` that names the file. */
export async function writeFileAtomically(file: string, content: string | Uint8Array): Promise<void> {
  const partial = partialName(file);
  try {
    await mkdir(path.dirname(file), { recursive: true });
    const handle = await open(partial, "w");
    try {
      await handle.writeFile(content);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(partial, file);
  } catch (error) {
    await rm(partial, { force: true }).catch(() => undefined);
    throw asFileFailure(error, file, "write");
  }
}

/**
 * Fills a folder through `fill`, which gets a temporary folder beside it, and swaps it into place. A folder that was
 * there before is replaced only after the new one is complete.
 */
export async function writeFolderAtomically(folder: string, fill: (partial: string) => Promise<void>): Promise<void> {
  const partial = partialName(folder);
  const previous = `${partial}.previous`;
  try {
    await mkdir(partial, { recursive: true });
    await fill(partial);
    const replaced = await rename(folder, previous).then(
      () => true,
      (error: unknown) => {
        if ((error as { code?: unknown }).code === "ENOENT") return false;
        throw error;
      },
    );
    try {
      await rename(partial, folder);
    } catch (error) {
      if (replaced) await rename(previous, folder);
      throw error;
    }
    if (replaced) await rm(previous, { recursive: true, force: true });
  } catch (error) {
    await rm(partial, { recursive: true, force: true }).catch(() => undefined);
    throw asFileFailure(error, folder, "write");
  }
}
