/** Checks before hours of work whether its result can be written, so that a job fails at its beginning, not at its end. */
import { constants } from "node:fs";
import { access, readdir, stat } from "node:fs/promises";
import path from "node:path";
import { asFileFailure, Failure } from "./failure";

/** Throws a `Failure` when a file could not be written at `file`: it is a folder, or its nearest folder is closed. */
export async function checkWritableFile(file: string): Promise<void> {
  const isFolder = await stat(file).then(
    (stats) => stats.isDirectory(),
    () => false,
  );
  if (isFolder)
    throw new Failure("cannot write: it is a folder, and a file is needed", { file, remedy: "Name a file" });
  await checkNearestFolder(file);
}

/**
 * Throws a `Failure` when `folder` could not be made or replaced, also when it holds other things than `replaceable`
 * accepts: its content would be lost.
 */
export async function checkWritableFolder(
  folder: string,
  replaceable: (names: readonly string[]) => boolean,
): Promise<void> {
  try {
    const names = await readdir(folder);
    if (names.length > 0 && !replaceable(names)) {
      throw new Failure("the folder holds other things, which would be lost", {
        file: folder,
        remedy: "Name a new folder, or one that holds a checkpoint to replace",
        usage: true,
      });
    }
  } catch (error) {
    if ((error as { code?: unknown }).code !== "ENOENT") throw asFileFailure(error, folder, "write");
  }
  await checkNearestFolder(folder);
}

async function checkNearestFolder(target: string): Promise<void> {
  for (let folder = path.dirname(path.resolve(target)); ; folder = path.dirname(folder)) {
    try {
      const isFolder = (await stat(folder)).isDirectory();
      if (!isFolder) throw Object.assign(new Error("not a folder"), { code: "ENOTDIR" });
      await access(folder, constants.W_OK | constants.X_OK);
      return;
    } catch (error) {
      const isMissing = (error as { code?: unknown }).code === "ENOENT";
      if (!isMissing || folder === path.dirname(folder)) throw asFileFailure(error, target, "write");
    }
  }
}
