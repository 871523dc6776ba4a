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
  // Loops: `from` takes twenty times as long, and a checkpoint has billions of these.
  const halves = new Uint16Array(bytes);
  if (type === "F16") {
    const values = (float16Values ??= new Float32Array(
      new Float16Array(Uint16Array.from({ length: 2 ** 16 }, (_, at) => at).buffer),
    ));
    const floats = new Float32Array(halves.length);
    for (let at = 0; at < halves.length; at++) floats[at] = values[halves[at]!]!;
    return floats;
  }
  const bits = new Uint32Array(halves.length);
  for (let at = 0; at < halves.length; at++) bits[at] = halves[at]! << 16;
  return new Float32Array(bits.buffer);
}

/** Every 16-bit number, by its bits. */
let float16Values: Float32Array | undefined;

export const floatTypeOf = (precision: Precision): FloatTypeName =>
  (({ float32: "F32", float16: "F16", bfloat16: "BF16" }) as const)[precision];

/** Little-endian bytes; those of float32 are not copied. */
export function encodeFloats(data: Float32Array, precision: Precision): Uint8Array {
  const bytesOf = ({ buffer, byteOffset, byteLength }: Float32Array | Float16Array | Uint16Array): Uint8Array =>
    new Uint8Array(buffer, byteOffset, byteLength);
  if (precision === "float16") return bytesOf(new Float16Array(data));
  return bytesOf(precision === "bfloat16" ? toBfloat16(data) : data);
}

/** Rounds to nearest, ties to even; what is no number stays so. */
function toBfloat16(data: Float32Array): Uint16Array {
  const bits = new Uint32Array(data.buffer, data.byteOffset, data.length);
  const halves = new Uint16Array(bits.length);
  for (let at = 0; at < bits.length; at++) {
    const value = bits[at]!;
    halves[at] = Number.isNaN(data[at]) ? (value >>> 16) | 0x40 : (value + 0x7fff + ((value >>> 16) & 1)) >>> 16;
  }
  return halves;
}
