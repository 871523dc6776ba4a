/** The floating-point formats that checkpoints are stored in, to and from float32. */
import { Float16Array } from "@petamoriken/float16";

export type Precision = "float32" | "float16" | "bfloat16";

/** Names and bytes per element in safetensors. */
const widths = { F32: 4, F16: 2, BF16: 2 } as const;
export type FloatTypeName = keyof typeof widths;

export const isFloatType = (name: string): name is FloatTypeName => Object.hasOwn(widths, name);
export const widthOf = (type: FloatTypeName): number => widths[type];

/** Little-endian bytes as float32; those of F32 are not copied. */
export function decodeFloats(type: FloatTypeName, bytes: ArrayBuffer): Float32Array {
  if (type === "F32") return new Float32Array(bytes);
  if (type === "F16") return Float32Array.from(new Float16Array(bytes));
  const bits = Uint32Array.from(new Uint16Array(bytes), (high) => high << 16);
  return new Float32Array(bits.buffer);
}

export function encodeFloats(data: Float32Array, precision: Precision): { type: FloatTypeName; bytes: Uint8Array } {
  const bytesOf = ({ buffer, byteOffset, byteLength }: Float32Array | Float16Array | Uint16Array): Uint8Array =>
    new Uint8Array(buffer, byteOffset, byteLength);
  if (precision === "float16") return { type: "F16", bytes: bytesOf(new Float16Array(data)) };
  if (precision === "bfloat16") return { type: "BF16", bytes: bytesOf(toBfloat16(data)) };
  return { type: "F32", bytes: bytesOf(data) };
}

/** Rounds to nearest, ties to even; what is no number stays so. */
function toBfloat16(data: Float32Array): Uint16Array {
  const bits = new Uint32Array(data.buffer, data.byteOffset, data.length);
  return Uint16Array.from(bits, (value, at) =>
    Number.isNaN(data[at]) ? (value >>> 16) | 0x40 : (value + 0x7fff + ((value >>> 16) & 1)) >>> 16,
  );
}
