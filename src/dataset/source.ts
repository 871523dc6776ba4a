/**
 * The bytes of a dataset file as UTF-8 text: unpacked and converted where the file is compressed or in UTF-16. Everything behind
 * this works on byte offsets, so that text is decoded record by record and only once.
 */
import { isUtf8 } from "node:buffer";
import { createHash } from "node:crypto";
import { open, stat } from "node:fs/promises";
import { asFileFailure, Failure, throwIfCancelled } from "../foundation/failure";
import { fromText, toUtf8, Utf16Places, utf16Of, type Utf16 } from "./encoding";
import { compressionOf, unpack, type Compression } from "./unpack";
import { UnreadableDataset } from "./unreadable";
import { MAX_FILE_BYTES, tooLarge } from "./whole-file";

export interface Source {
  readonly path: string;
  /** The text; the file's own bytes unless `wrapping` says otherwise. */
  readonly bytes: Buffer;
  /** Of the file's bytes, hexadecimal. */
  readonly sha256: string;
  /** First byte after a byte order mark, else 0. */
  readonly start: number;
  /** Whether all bytes are valid UTF-8; where not, records are checked one by one. */
  readonly isUtf8: boolean;
  /** How the file's bytes differ from `bytes`; absent where they do not. */
  readonly wrapping?: Wrapping;
}

export interface Wrapping {
  /** Size of the file. */
  readonly fileBytes: number;
  readonly compression: Compression | null;
  /** Why what follows `bytes` could not be unpacked, as a clause; null where nothing follows. */
  readonly damage: string | null;
  /** The file's text before it was converted, unpacked. */
  readonly utf16: { readonly encoding: Utf16; readonly bytes: Buffer; readonly places: Utf16Places } | null;
}

export const sizeOf = ({ bytes, wrapping }: Source): number => wrapping?.fileBytes ?? bytes.length;

/** Where byte `at` of the text stands in the file; of a compressed file, in what it unpacks to. */
export const placeInFile = ({ wrapping }: Source, at: number): number => wrapping?.utf16?.places.inFile(at) ?? at;

/** The file's own bytes for a stretch of the text; of a compressed file, what it unpacks to. */
export function fileSlice({ bytes, wrapping }: Source, start: number, end: number): Buffer {
  if (wrapping?.utf16 == null) return bytes.subarray(start, end);
  const { places, bytes: original } = wrapping.utf16;
  return original.subarray(places.inFile(start), end === bytes.length ? original.length : places.inFile(end));
}

/** As `fileSlice` from the file's first byte, a byte order mark included. */
export function fileHead({ bytes, wrapping }: Source, end: number): Buffer {
  if (wrapping?.utf16 == null) return bytes.subarray(0, end);
  return wrapping.utf16.bytes.subarray(0, wrapping.utf16.places.inFile(end));
}

/** `text` as it stands in this file. */
export const encodedFor = ({ wrapping }: Source, text: string): Buffer =>
  wrapping?.utf16 == null ? Buffer.from(text) : fromText(text, wrapping.utf16.encoding);

/** Why a record holds bytes that are no text. */
export const invalidText = ({ wrapping }: Source): string =>
  wrapping?.utf16 == null ? "not valid UTF-8" : "not valid UTF-16";

/** Reads a file. Throws a Failure for one that cannot be read, is too large, empty, binary or in an encoding unknown here. */
export async function readSource(path: string, signal?: AbortSignal): Promise<Source> {
  const raw = await readBytes(path, signal);
  throwIfCancelled(signal);
  const sha256 = createHash("sha256").update(raw).digest("hex");
  const refuse = (what: string, remedy: string): never => {
    throw new UnreadableDataset(
      what,
      { file: path, remedy },
      { format: null, sha256, bytes: raw.length, rows: 0, skipped: [] },
    );
  };
  if (raw.length === 0) refuse("the file is empty", "Name a file with records");
  const compression = compressionOf(raw);
  const { bytes: unpacked, damage } =
    compression === null
      ? { bytes: raw, damage: null }
      : await unpack(path, raw, compression, MAX_FILE_BYTES, signal).catch((error: unknown) =>
          error instanceof Failure ? refuse(error.message, error.remedy ?? "") : Promise.reject(error as Error),
        );
  if (unpacked.length === 0) {
    if (damage !== null) refuse(`nothing in the file can be read: ${damage}`, "Make or download it again");
    refuse("the compressed file holds nothing", "Name a file with records");
  }
  const foreign = isParquet(unpacked) ? null : foreignContent(unpacked);
  const encoding = foreign?.isUtf16 === true ? utf16Of(unpacked) : null;
  if (foreign !== null && encoding === null) refuse(foreign.what, foreign.remedy);
  const bytes = encoding === null ? unpacked : toUtf8(unpacked, encoding);
  const start = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  const source = { path, bytes, sha256, start, isUtf8: isUtf8(bytes) };
  if (compression === null && encoding === null) return source;
  const utf16 = encoding === null ? null : { encoding, bytes: unpacked, places: new Utf16Places(bytes) };
  return { ...source, wrapping: { fileBytes: raw.length, compression, damage, utf16 } };
}

const MAGIC = Buffer.from("PAR1");
/** Whether this is the beginning of a Parquet file. */
export const isParquet = (bytes: Uint8Array): boolean => MAGIC.equals(bytes.subarray(0, MAGIC.length));

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
      const most = MAX_FILE_BYTES / 1024 / 1024;
      throw tooLarge(path, `the file has ${megabytes} MB, and at most ${most} MB can be read whole`);
    }
    return await readUnchanged(path);
  } catch (error) {
    throw asFileFailure(error, path, "read");
  }
}

/** Reads a file of which nothing changes meanwhile: half an old and half a new one is neither. */
async function readUnchanged(path: string): Promise<Buffer> {
  const handle = await open(path, "r");
  try {
    const before = await handle.stat({ bigint: true });
    const bytes = await handle.readFile();
    const after = await handle.stat({ bigint: true });
    if (before.mtimeNs === after.mtimeNs && after.size === BigInt(bytes.length)) return bytes;
  } finally {
    await handle.close();
  }
  throw new UnreadableDataset(
    "the file changed while it was read",
    { file: path, remedy: "Scan it again when it is complete" },
    { format: null, sha256: null, bytes: 0, rows: 0, skipped: [] },
  );
}

interface Foreign {
  readonly what: string;
  readonly remedy: string;
  /** It has the byte order mark of UTF-16. */
  readonly isUtf16: boolean;
}

const saveAsUtf8 = "Save it as UTF-8";
const signatures: readonly (readonly [readonly number[], string, string])[] = [
  [[0xff, 0xfe, 0, 0], "the file is in UTF-32, and only UTF-8 and UTF-16 can be read", saveAsUtf8],
  [[0, 0, 0xfe, 0xff], "the file is in UTF-32, and only UTF-8 and UTF-16 can be read", saveAsUtf8],
  [[0xff, 0xfe], "the file is in UTF-16", saveAsUtf8],
  [[0xfe, 0xff], "the file is in UTF-16", saveAsUtf8],
  [[0x1f, 0x8b], "the file is compressed twice (gzip)", "Decompress it first"],
  [[0x28, 0xb5, 0x2f, 0xfd], "the file is compressed twice (zstd)", "Decompress it first"],
  [[0x50, 0x4b, 3, 4], "the file is a zip archive", "Unpack it first"],
  [[0x50, 0x41, 0x52, 0x31], "the file is Parquet, not text", "Read it as Parquet"],
  [[...Buffer.from("version https://git-lfs")], "the file is a Git LFS pointer, not the data", "Run git lfs pull"],
];

/** What the file is if its first bytes show that it is no UTF-8 text. */
export function foreignContent(bytes: Buffer): Foreign | null {
  for (const [signature, what, remedy] of signatures) {
    if (!signature.every((byte, i) => bytes[i] === byte)) continue;
    return { what, remedy, isUtf16: signature.length === 2 && utf16Of(bytes) !== null };
  }
  const head = bytes.subarray(0, 65_536);
  const zeros = [0, 0];
  head.forEach((byte, i) => {
    if (byte === 0) zeros[i % 2] = (zeros[i % 2] ?? 0) + 1;
  });
  const [even = 0, odd = 0] = zeros;
  if (Math.max(even, odd) > 0.2 * head.length && Math.min(even, odd) < 0.05 * head.length) {
    const what = "the file looks like UTF-16 without a byte order mark, which cannot be told apart safely";
    return { what, remedy: saveAsUtf8, isUtf16: false };
  }
  if (even + odd > 8 && even + odd > 0.05 * head.length) {
    const remedy = "Name a CSV, TSV, JSONL, JSON or Parquet file";
    return { what: "the file is binary, not text", remedy, isUtf16: false };
  }
  return null;
}
