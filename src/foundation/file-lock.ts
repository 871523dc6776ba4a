/**
 * One writer at a time for a file that several processes change by reading it, adding to it and writing it anew. The lock
 * is a file beside it that is there while a change runs, so changes must be short. A lock whose process is gone, or that
 * is older than any change takes, is broken.
 */
import { randomUUID } from "node:crypto";
import { link, open, readFile, rename, rm, stat } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { isAlive } from "./alive";
import { makeFolder } from "./atomic-write";
import { asFileFailure, Failure } from "./failure";

const pollMilliseconds = 15;
const oldestLockMilliseconds = 60_000;
/** A process that was killed between making its lock and signing it leaves an unsigned one. */
const unsignedMilliseconds = 5_000;

/** Whether nobody can be at work behind a lock with this content any more. */
async function isStale(lock: string, content: string): Promise<boolean> {
  const age = await stat(lock).then(
    ({ mtimeMs }) => Date.now() - mtimeMs,
    () => 0,
  );
  if (age > oldestLockMilliseconds) return true;
  const [host, pid] = content.split("\n");
  if (host === undefined || pid === undefined) return age > unsignedMilliseconds;
  return host === os.hostname() && !isAlive(Number(pid));
}

async function breakIfStale(lock: string): Promise<void> {
  const content = await readFile(lock, "utf8").catch(() => null);
  if (content === null || !(await isStale(lock, content))) return;
  const aside = `${lock}.${randomUUID()}`;
  try {
    await rename(lock, aside);
    // Somebody else may have broken it and made a new one in between: that one goes back.
    if ((await readFile(aside, "utf8")) !== content) await link(aside, lock);
  } catch {
    // It is gone, or taken again: the next round sees.
  }
  await rm(aside, { force: true });
}

/**
 * Runs `change` while no other process, and no other call in this one, changes `file` under this lock. Throws a `Failure`
 * when the place cannot be written or the lock is still held after `patience` milliseconds.
 */
export async function withFileLock<T>(file: string, change: () => Promise<T>, patience = 10_000): Promise<T> {
  const lock = `${path.resolve(file)}.lock`;
  const signature = `${os.hostname()}\n${process.pid}\n${randomUUID()}`;
  const deadline = Date.now() + patience;
  await take();
  try {
    return await change();
  } finally {
    const content = await readFile(lock, "utf8").catch(() => null);
    if (content === signature) await rm(lock, { force: true });
  }

  async function take(): Promise<void> {
    for (;;) {
      try {
        await makeFolder(path.dirname(lock));
        const handle = await open(lock, "wx");
        await handle.writeFile(signature).finally(() => handle.close());
        return;
      } catch (error) {
        if ((error as { code?: unknown }).code !== "EEXIST") throw asFileFailure(error, file, "write");
      }
      await breakIfStale(lock);
      if (Date.now() > deadline) {
        throw new Failure("another process is changing it", {
          file,
          remedy: `Try again, or remove ${path.basename(lock)} if none is`,
        });
      }
      await wait(pollMilliseconds);
    }
  }
}
