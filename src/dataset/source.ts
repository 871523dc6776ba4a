/**
 * The bytes of a dataset file, and whether they are UTF-8 text at all. Everything behind this works on byte offsets, so that
 * text is decoded record by record and only once.
 */
import { isUtf8 } from "node:buffer";
import { createHash } from "node:crypto";
import { readFile, stat } from "node:fs/promises";
import { asFileFailure, Failure, throwIfCancelled } from "../foundation/failure";
import { UnreadableDataset } from "./unreadable";

/** A file of more bytes is refused: it is read whole. */
export const MAX_FILE_BYTES = 512 * 1024 * 1024;

export interface Source {
  readonly path: string;
  readonly bytes: Buffer;
  /** Of the file's bytes, hexadecimal. */
  readonly sha256: string;
  /** First byte after a byte order mark, else 0. */
  readonly start: number;
  /** Whether all bytes are valid UTF-8; where not, records are checked one by one. */
  readonly isUtf8: boolean;
}

/** Reads a file. Throws a Failure for one that cannot be read, is too large, empty, compressed, binary or in UTF-16. */
export async function readSource(path: string, signal?: AbortSignal): Promise<Source> {
  const bytes = await readBytes(path, signal);
  throwIfCancelled(signal);
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  const refuse = (what: string, remedy: string): never => {
    throw new UnreadableDataset(
      what,
      { file: path, remedy },
      { format: null, sha256, bytes: bytes.length, rows: 0, skipped: [] },
    );
  };
  if (bytes.length === 0) refuse("the file is empty", "Name a file with records");
  const foreign = foreignContent(bytes);
  if (foreign !== null) refuse(foreign.what, foreign.remedy);
  const start = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  return { path, bytes, sha256, start, isUtf8: isUtf8(bytes) };
}

async function readBytes(path: string, signal?: AbortSignal): Promise<Buffer> {
  throwIfCancelled(signal);
  try {
    // Before it is opened, for opening a pipe waits for a writer.
    const status = await stat(path);
    const { size } = status;
    if (!status.isFile() && !status.isDirectory())
      throw new Failure("it is not a regular file", { file: path, remedy: "Name a file" });
    if (size > MAX_FILE_BYTES) {
      const megabytes = Math.ceil(size / 1024 / 1024);
      throw new Failure(`the file has ${megabytes} MB, and at most ${MAX_FILE_BYTES / 1024 / 1024} MB can be read`, {
        file: path,
        remedy: "Split it into smaller files",
      });
    }
    return await readFile(path);
  } catch (error) {
    throw asFileFailure(error, path, "read");
  }
}

interface Foreign {
  readonly what: string;
  readonly remedy: string;
}

const toUtf8 = "Save it as UTF-8";
const signatures: readonly (readonly [readonly number[], string, string])[] = [
  [[0xff, 0xfe, 0, 0], "the file is in UTF-32, and only UTF-8 can be read", toUtf8],
  [[0, 0, 0xfe, 0xff], "the file is in UTF-32, and only UTF-8 can be read", toUtf8],
  [[0xff, 0xfe], "the file is in UTF-16, and only UTF-8 can be read", toUtf8],
  [[0xfe, 0xff], "the file is in UTF-16, and only UTF-8 can be read", toUtf8],
  [[0x1f, 0x8b], "the file is compressed (gzip)", "Decompress it first"],
  [[0x28, 0xb5, 0x2f, 0xfd], "the file is compressed (zstd)", "Decompress it first"],
  [[0x50, 0x4b, 3, 4], "the file is a zip archive", "Unpack it first"],
  [[0x50, 0x41, 0x52, 0x31], "the file is Parquet, which cannot be read yet", "Convert it to JSONL or CSV"],
];

/** What the file is if its first bytes show that it is no UTF-8 text. */
function foreignContent(bytes: Buffer): Foreign | null {
  for (const [signature, what, remedy] of signatures) {
    if (signature.every((byte, i) => bytes[i] === byte)) return { what, remedy };
  }
  const head = bytes.subarray(0, 65_536);
  const zeros = [0, 0];
  head.forEach((byte, i) => {
    if (byte === 0) zeros[i % 2] = (zeros[i % 2] ?? 0) + 1;
  });
  const [even = 0, odd = 0] = zeros;
  if (Math.max(even, odd) > 0.2 * head.length && Math.min(even, odd) < 0.05 * head.length) {
    return { what: "the file looks like UTF-16 without a byte order mark, and only UTF-8 can be read", remedy: toUtf8 };
  }
  if (even + odd > 8 && even + odd > 0.05 * head.length) {
    return { what: "the file is binary, not text", remedy: "Name a CSV, TSV, JSONL or JSON file" };
  }
  return null;
}
