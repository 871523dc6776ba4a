/** Reads and writes safetensors files: an 8-byte header length, a JSON header, raw little-endian data. Never pickle. */
import type { FileHandle } from "node:fs/promises";
import { open } from "node:fs/promises";
import { z } from "zod";
import { asFileFailure, Failure } from "../foundation/failure";
import { decodeFloats, encodeFloats, floatTypeOf, isFloatType, widthOf, type Precision } from "./float-formats";

export interface TensorData {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** Where a tensor stands in the file's data. */
export interface TensorEntry {
  readonly type: string;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

const largestHeader = 100_000_000;
const largestRead = 2 ** 30;
const entrySchema = z.object({
  dtype: z.string(),
  shape: z.array(z.int().nonnegative()),
  data_offsets: z.tuple([z.int().nonnegative(), z.int().nonnegative()]),
});
const headerSchema = z.record(z.string(), z.unknown());

const broken = (file: string, what: string): Failure =>
  new Failure(`the checkpoint is damaged: ${what}`, { file, remedy: "Copy or download the checkpoint again" });

function headerLengthOf(start: Uint8Array, fileSize: number, file: string): number {
  if (start.byteLength < 8) throw broken(file, `${fileSize} bytes are too few for safetensors`);
  const length = Number(new DataView(start.buffer, start.byteOffset, start.byteLength).getBigUint64(0, true));
  if (length > largestHeader || 8 + length > fileSize) {
    throw broken(file, `its header would be ${length} bytes in a file of ${fileSize}`);
  }
  return length;
}

function parseHeader(json: Uint8Array, bodySize: number, file: string): Map<string, TensorEntry> {
  let header: Record<string, unknown>;
  try {
    header = headerSchema.parse(JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(json)));
  } catch (error) {
    throw new Failure("the checkpoint is damaged: its header is not JSON", { file, cause: error });
  }
  const entries = new Map<string, TensorEntry>();
  for (const [name, value] of Object.entries(header)) {
    if (name === "__metadata__") continue;
    const parsed = entrySchema.safeParse(value);
    if (!parsed.success) throw broken(file, `tensor ${name} has no dtype, shape and offsets`);
    const { dtype: type, shape, data_offsets: offsets } = parsed.data;
    const [begin, end] = offsets;
    if (end > bodySize || begin > end) throw broken(file, `tensor ${name} ends at byte ${end} of ${bodySize}`);
    const size = shape.reduce((product, length) => product * length, 1) * (isFloatType(type) ? widthOf(type) : 0);
    if (isFloatType(type) && end - begin !== size) {
      throw broken(file, `tensor ${name} has ${end - begin} bytes, its shape needs ${size}`);
    }
    entries.set(name, { type, shape, begin, end });
  }
  return entries;
}

function decoded(name: string, { type }: TensorEntry, bytes: ArrayBuffer, file: string): Float32Array {
  if (!isFloatType(type)) throw broken(file, `tensor ${name} is of type ${type}; F32, F16 and BF16 are known`);
  return decodeFloats(type, bytes);
}

/** All tensors of a file as float32. Throws a `Failure` that names the file and the tensor that is damaged. */
export function parseSafetensors(bytes: Uint8Array, file: string): Map<string, TensorData> {
  const length = headerLengthOf(bytes, bytes.byteLength, file);
  const body = bytes.subarray(8 + length);
  const tensors = new Map<string, TensorData>();
  for (const [name, entry] of parseHeader(bytes.subarray(8, 8 + length), body.byteLength, file)) {
    // A copy, since tensors may start at any byte; a Node Buffer's own `slice` would be a view.
    const copy = new Uint8Array(entry.end - entry.begin);
    copy.set(body.subarray(entry.begin, entry.end));
    tensors.set(name, { shape: entry.shape, data: decoded(name, entry, copy.buffer, file) });
  }
  return tensors;
}

/** An open file whose tensors are read one by one; `close` it. */
export class SafetensorsFile {
  private constructor(
    readonly file: string,
    private readonly handle: FileHandle,
    private readonly bodyStart: number,
    readonly entries: ReadonlyMap<string, TensorEntry>,
  ) {}

  /** Throws a `Failure` that names the file. */
  static async open(file: string): Promise<SafetensorsFile> {
    const handle = await open(file, "r").catch((error: unknown) => {
      throw asFileFailure(error, file, "read");
    });
    try {
      const { size } = await handle.stat();
      const start = await readExactly(handle, 0, Math.min(8, size), file);
      const length = headerLengthOf(new Uint8Array(start), size, file);
      const header = await readExactly(handle, 8, length, file);
      const bodyStart = 8 + length;
      const entries = parseHeader(new Uint8Array(header), size - bodyStart, file);
      return new SafetensorsFile(file, handle, bodyStart, entries);
    } catch (error) {
      await handle.close();
      throw asFileFailure(error, file, "read");
    }
  }

  /** The tensor as float32. Throws a `Failure` for one of another type, and a RangeError for one that is not there. */
  async read(name: string): Promise<Float32Array> {
    const entry = this.entries.get(name);
    if (entry === undefined) throw new RangeError(`${this.file} has no tensor ${name}`);
    const bytes = await readExactly(this.handle, this.bodyStart + entry.begin, entry.end - entry.begin, this.file);
    return decoded(name, entry, bytes, this.file);
  }

  close(): Promise<void> {
    return this.handle.close();
  }
}

async function readExactly(handle: FileHandle, position: number, length: number, file: string): Promise<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  let at = 0;
  while (at < length) {
    const wanted = Math.min(largestRead, length - at);
    const { bytesRead } = await handle.read(bytes, at, wanted, position + at).catch((error: unknown) => {
      throw asFileFailure(error, file, "read");
    });
    if (bytesRead === 0) throw broken(file, `it ends at byte ${position + at}`);
    at += bytesRead;
  }
  return bytes.buffer;
}

/** A file with `tensors`, in their order, piece by piece; 16-bit precisions halve the size and round to nearest. */
export function* safetensorsPieces(
  tensors: ReadonlyMap<string, TensorData>,
  precision: Precision = "float32",
): Generator<Uint8Array> {
  const dtype = floatTypeOf(precision);
  const header: Record<string, unknown> = { __metadata__: { format: "pt" } };
  let offset = 0;
  for (const [name, { shape, data }] of tensors) {
    const end = offset + data.length * widthOf(dtype);
    header[name] = { dtype, shape, data_offsets: [offset, end] };
    offset = end;
  }
  const json = new TextEncoder().encode(JSON.stringify(header));
  // Padded with spaces so that the data starts at a multiple of 8, as the reference implementation does.
  const headerLength = Math.ceil(json.byteLength / 8) * 8;
  const start = new Uint8Array(8 + headerLength).fill(0x20, 8);
  new DataView(start.buffer).setBigUint64(0, BigInt(headerLength), true);
  start.set(json, 8);
  yield start;
  for (const { data } of tensors.values()) yield encodeFloats(data, precision);
}
