/**
 * A text file read by windows of whole records, in bounded memory: the readers work on a window as they do on a small file.
 * Every read checks that the file is still the one that was opened.
 */
import { isUtf8 } from "node:buffer";
import type { BigIntStats } from "node:fs";
import { open, stat, type FileHandle } from "node:fs/promises";
import { asFileFailure, Failure, throwIfCancelled } from "../foundation/failure";
import type { Source } from "./source";
import { UnreadableDataset } from "./unreadable";

/** Bytes read at a time. */
const PIECE = 4 * 1024 * 1024;

export class FileWindows {
  private constructor(
    readonly path: string,
    private readonly handle: FileHandle,
    private readonly opened: BigIntStats,
  ) {}

  /** Opens a regular file, where `identity` is given the one that had it. Throws a `Failure` for anything else. */
  static async open(path: string, identity?: string): Promise<FileWindows> {
    try {
      // Before it is opened, for opening a pipe waits for a writer.
      const status = await stat(path);
      if (!status.isFile()) throw new Failure("it is not a regular file", { file: path, remedy: "Name a file" });
      const handle = await open(path, "r");
      const file = new FileWindows(path, handle, await handle.stat({ bigint: true }));
      if (identity === undefined || identity === file.identity) return file;
      await handle.close();
      throw changed(path);
    } catch (error) {
      throw asFileFailure(error, path, "read");
    }
  }

  /** Differs once the file is replaced or written to. */
  get identity(): string {
    return identityOf(this.opened);
  }

  /** Size in bytes when it was opened. */
  get bytes(): number {
    return Number(this.opened.size);
  }

  /** The bytes from `start` to `end`. Throws a `Failure` where the file has changed. */
  async read(start: number, end: number): Promise<Buffer> {
    const bytes = Buffer.allocUnsafe(Math.max(0, Math.min(end, this.bytes) - start));
    await this.readInto(bytes, start);
    return bytes;
  }

  /** Pieces of the file from `start` to `end`; each is overwritten by the next. Throws `Cancelled`, and as `read` does. */
  async *pieces(start: number, end: number, signal?: AbortSignal): AsyncGenerator<Buffer> {
    const piece = Buffer.allocUnsafe(Math.max(0, Math.min(PIECE, end - start)));
    for (let at = start; at < end; at += piece.length) {
      throwIfCancelled(signal);
      const bytes = piece.subarray(0, Math.min(piece.length, end - at));
      await this.readInto(bytes, at);
      yield bytes;
    }
  }

  /** Throws a `Failure` when the file at the path is not the one that was opened, as it was then. */
  async requireUnchanged(): Promise<void> {
    const now = await stat(this.path, { bigint: true }).catch(() => null);
    if (now === null || identityOf(now) !== this.identity) throw changed(this.path);
  }

  close(): Promise<void> {
    return this.handle.close();
  }

  private async readInto(bytes: Buffer, start: number): Promise<void> {
    await this.requireUnchanged();
    for (let done = 0; done < bytes.length;) {
      const { bytesRead } = await this.handle
        .read(bytes, done, bytes.length - done, start + done)
        .catch((error: unknown) => {
          throw asFileFailure(error, this.path, "read");
        });
      if (bytesRead === 0) {
        await this.requireUnchanged();
        throw new Failure("the file ends before its size", { file: this.path, remedy: "Open it again" });
      }
      done += bytesRead;
    }
  }
}

const identityOf = ({ size, mtimeNs, ino, dev }: BigIntStats): string => [size, mtimeNs, ino, dev].join("-");

const changed = (path: string): UnreadableDataset =>
  new UnreadableDataset(
    "the file changed while it was read",
    { file: path, remedy: "Open it again when it is complete" },
    { format: null, sha256: null, bytes: 0, rows: 0, skipped: [] },
  );

/** Bytes of whole records as a file of their own. */
export const windowSource = (path: string, bytes: Buffer): Source => ({
  path,
  bytes,
  sha256: "",
  start: 0,
  isUtf8: isUtf8(bytes),
});
