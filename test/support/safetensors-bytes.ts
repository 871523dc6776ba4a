/** A safetensors file in memory, for tests that damage one. */
import type { Precision } from "../../src/model/float-formats";
import { safetensorsPieces, type TensorData } from "../../src/model/safetensors";

export const safetensorsBytes = (tensors: ReadonlyMap<string, TensorData>, precision?: Precision): Uint8Array =>
  // A copy: a Buffer may be a part of a pool, and offsets in it would not be multiples of 4.
  Uint8Array.from(Buffer.concat([...safetensorsPieces(tensors, precision)]));
