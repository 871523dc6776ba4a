/** Reads and writes safetensors files: an 8-byte header length, a JSON header, raw little-endian data. Never pickle. */
import { Float16Array } from "@petamoriken/float16";
import { z } from "zod";
import { Failure } from "../foundation/failure";

export interface TensorData {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

const largestHeader = 100_000_000;
const entrySchema = z.object({
  dtype: z.string(),
  shape: z.array(z.int().nonnegative()),
  data_offsets: z.tuple([z.int().nonnegative(), z.int().nonnegative()]),
});
const headerSchema = z.record(z.string(), z.unknown());

/** All tensors of a file as float32. Throws a `Failure` that names the file and the tensor that is damaged. */
export function parseSafetensors(bytes: Uint8Array, file: string): Map<string, TensorData> {
  const broken = (what: string): Failure =>
    new Failure(`the checkpoint is damaged: ${what}`, { file, remedy: "Copy or download the checkpoint again" });
  if (bytes.byteLength < 8) throw broken(`${bytes.byteLength} bytes are too few for safetensors`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headerLength = Number(view.getBigUint64(0, true));
  if (headerLength > largestHeader || 8 + headerLength > bytes.byteLength) {
    throw broken(`its header would be ${headerLength} bytes in a file of ${bytes.byteLength}`);
  }
  let header: Record<string, unknown>;
  try {
    header = headerSchema.parse(
      JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(8, 8 + headerLength))),
    );
  } catch (error) {
    throw new Failure("the checkpoint is damaged: its header is not JSON", { file, cause: error });
  }
  const body = bytes.subarray(8 + headerLength);
  const tensors = new Map<string, TensorData>();
  for (const [name, value] of Object.entries(header)) {
    if (name === "__metadata__") continue;
    const parsed = entrySchema.safeParse(value);
    if (!parsed.success) throw broken(`tensor ${name} has no dtype, shape and offsets`);
    const { dtype, shape, data_offsets: offsets } = parsed.data;
    const [begin, end] = offsets;
    const width = { F32: 4, F16: 2, BF16: 2 }[dtype];
    if (width === undefined) throw broken(`tensor ${name} is of type ${dtype}; F32, F16 and BF16 are known`);
    const count = shape.reduce((product, size) => product * size, 1);
    if (end > body.byteLength) throw broken(`tensor ${name} ends at byte ${end} of ${body.byteLength}`);
    if (end - begin !== count * width)
      throw broken(`tensor ${name} has ${end - begin} bytes, its shape needs ${count * width}`);
    tensors.set(name, { shape, data: decodeFloats(dtype, aligned(body, begin, end)) });
  }
  return tensors;
}

/** A copy, since tensors may start at any byte; a Node Buffer's own `slice` would be a view. */
function aligned(bytes: Uint8Array, begin: number, end: number): ArrayBuffer {
  const copy = new Uint8Array(end - begin);
  copy.set(bytes.subarray(begin, end));
  return copy.buffer;
}

function decodeFloats(dtype: string, buffer: ArrayBuffer): Float32Array {
  if (dtype === "F32") return new Float32Array(buffer);
  if (dtype === "F16") return Float32Array.from(new Float16Array(buffer));
  const bits = Uint32Array.from(new Uint16Array(buffer), (high) => high << 16);
  return new Float32Array(bits.buffer);
}

/** The bytes of a file with `tensors`, in their order; `float16` halves the size and rounds to 11 bits. */
export function formatSafetensors(
  tensors: ReadonlyMap<string, TensorData>,
  precision: "float32" | "float16" = "float32",
): Uint8Array {
  const header: Record<string, unknown> = { __metadata__: { format: "pt" } };
  const parts: Uint8Array[] = [];
  let offset = 0;
  for (const [name, { shape, data }] of tensors) {
    const stored = precision === "float16" ? new Float16Array(data) : data;
    const part = new Uint8Array(stored.buffer, stored.byteOffset, stored.byteLength);
    const dtype = precision === "float16" ? "F16" : "F32";
    header[name] = { dtype, shape, data_offsets: [offset, offset + part.byteLength] };
    parts.push(part);
    offset += part.byteLength;
  }
  const json = new TextEncoder().encode(JSON.stringify(header));
  // Padded with spaces so that the data starts at a multiple of 8, as the reference implementation does.
  const headerLength = Math.ceil(json.byteLength / 8) * 8;
  const file = new Uint8Array(8 + headerLength + offset).fill(0x20, 8, 8 + headerLength);
  new DataView(file.buffer).setBigUint64(0, BigInt(headerLength), true);
  file.set(json, 8);
  let at = 8 + headerLength;
  for (const part of parts) {
    file.set(part, at);
    at += part.byteLength;
  }
  return file;
}
