/**
 * Files and folders that appear under their final name only when complete: written beside it, flushed, then renamed. What
 * a killed process left beside it is cleared by the next one that writes there.
 */
import { createHash } from "node:crypto";
import { access, mkdir, open, readdir, rename, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { isAlive } from "./alive";
import { asFileFailure } from "./failure";

/** A process number says nothing on another machine that shares the disk. */
const host = createHash("sha256").update(os.hostname()).digest("hex").slice(0, 8);
let serial = 0;
const partialName = (target: string): string => `${target}.${host}-${process.pid}-${serial++}.partial`;
const leftoverName = /^(?<target>.+)\.(?<owner>[0-9a-f]{8})-(?<pid>\d+)-\d+\.partial(?<previous>\.previous)?$/;

export interface FileContent {
  readonly file: string;
  /** What comes piece by piece is written as it comes. */
  readonly content: string | Uint8Array | Pieces;
}

type Pieces = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

/** Writes a file whole or not at all. Throws a `Failure` that names the file. */
export const writeFileAtomically = (file: string, content: string | Uint8Array | Pieces): Promise<void> =>
  writeFilesAtomically([{ file, content }]);

/**
 * Writes files that belong together: none of them appears before all are on the disk, then they appear in the given
 * order. Throws a `Failure` that names the file.
 */
export async function writeFilesAtomically(files: readonly FileContent[]): Promise<void> {
  const staged = files
    .map(({ file, content }) => ({ target: path.resolve(file), file, content }))
    .map((one) => ({
      ...one,
      partial: partialName(one.target),
    }));
  let current = "";
  try {
    for (const { file, target, partial, content } of staged) {
      current = file;
      await makeFolder(path.dirname(target));
      await clearLeftovers(target);
      const handle = await open(partial, "w");
      try {
        if (typeof content === "string" || content instanceof Uint8Array) await handle.writeFile(content);
        // Of an open file this goes on where the piece before ended.
        else for await (const piece of content) await handle.writeFile(piece);
        await handle.sync();
      } finally {
        await handle.close();
      }
    }
    for (const { file, target, partial } of staged) {
      current = file;
      await rename(partial, target);
    }
  } catch (error) {
    await Promise.allSettled(staged.map(({ partial }) => rm(partial, { force: true })));
    throw asFileFailure(error, current, "write");
  }
}

/**
 * Fills a folder through `fill`, which gets a temporary folder beside it, and swaps it into place. A folder that was
 * there before is replaced only after the new one is complete.
 */
export async function writeFolderAtomically(folder: string, fill: (partial: string) => Promise<void>): Promise<void> {
  const target = path.resolve(folder);
  const partial = partialName(target);
  const previous = `${partial}.previous`;
  try {
    await clearLeftovers(target);
    await makeFolder(partial);
    await fill(partial);
    const replaced = await rename(target, previous).then(
      () => true,
      (error: unknown) => {
        if ((error as { code?: unknown }).code === "ENOENT") return false;
        throw error;
      },
    );
    try {
      await rename(partial, target);
    } catch (error) {
      if (replaced) await rename(previous, target);
      throw error;
    }
    if (replaced) await rm(previous, { recursive: true, force: true });
  } catch (error) {
    await rm(partial, { recursive: true, force: true }).catch(() => undefined);
    throw asFileFailure(error, folder, "write");
  }
}

/** As `clearLeftoversIn`, of one file or folder. */
export async function clearLeftovers(target: string): Promise<void> {
  const { dir, base } = path.parse(path.resolve(target));
  await clearLeftoversIn(dir, (name) => name === base);
}

/**
 * Clears what processes of this machine that are gone left half-written in `folder`, of the targets that `isMeant` chooses.
 * A folder that was moved away and not replaced any more comes back. Never throws: what stays is in nobody's way.
 */
export async function clearLeftoversIn(
  folder: string,
  isMeant: (target: string) => boolean = () => true,
): Promise<void> {
  for (const name of await readdir(folder).catch(() => [])) {
    const { target, owner, pid, previous } = leftoverName.exec(name)?.groups ?? {};
    if (target === undefined || !isMeant(target) || owner !== host || isAlive(Number(pid))) continue;
    const leftover = path.join(folder, name);
    const place = path.join(folder, target);
    const isNeeded = previous !== undefined && !(await exists(place));
    await (isNeeded ? rename(leftover, place) : rm(leftover, { recursive: true, force: true })).catch(() => undefined);
  }
}

/**
 * Makes a folder and those above it. Not by mkdir's `recursive`, which never ends where a file system answers ENOENT for a
 * folder that stands in an existing one (/proc, an automounter's).
 */
export async function makeFolder(folder: string): Promise<void> {
  const make = (): Promise<void> =>
    mkdir(folder).catch((error: unknown) => {
      if ((error as { code?: unknown }).code !== "EEXIST") throw error;
    });
  try {
    await make();
  } catch (error) {
    const parent = path.dirname(folder);
    if ((error as { code?: unknown }).code !== "ENOENT" || parent === folder) throw error;
    await makeFolder(parent);
    await make();
  }
}

const exists = (file: string): Promise<boolean> =>
  access(file).then(
    () => true,
    () => false,
  );
