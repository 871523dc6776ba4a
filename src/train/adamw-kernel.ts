/**
 * AdamW's update on the CPU as one pass over weights, moments and gradients. As ONNX nodes it is thirteen passes, which ONNX
 * Runtime does not join; here it is a loop in WebAssembly, four elements at a time, over stretches that stay in the processor's
 * cache. Its operations are those of `adamWUpdate` in the same order, so the results are the same to the last bit, on any machine,
 * but for moments below the smallest normal number: they become zero. The first moment of a row that no batch reads any more would stay
 * there for good, and a processor takes twelve times as long for such numbers.
 */
import { setImmediate } from "node:timers/promises";
import { beta1, beta2, firstShare, squareShare, type AdamWScalars } from "./adamw";

/** Arrays of one length: what is updated, and by what. */
export interface AdamWArrays {
  readonly parameter: Float32Array;
  readonly moment1: Float32Array;
  readonly moment2: Float32Array;
  readonly gradient: Float32Array;
}

export type AdamWNumbers = Readonly<Record<keyof AdamWScalars | "clip", number>>;

const kinds = ["parameter", "moment1", "moment2", "gradient"] as const;
type Kind = (typeof kinds)[number];

/** Elements that are copied into WebAssembly's memory, updated there and copied back. */
const stretchLength = 2 ** 14;
const stretchBytes = 4 * stretchLength;
/** Elements between two turns that everything else in the process gets. */
const turnLength = 2 ** 22;

/** The smallest normal float32, and the smallest of which a square's share of the second moment is one. */
const smallest = 2 ** -126;
const smallestSquared = 2 ** -60;

interface Loop {
  readonly memory: { readonly buffer: ArrayBuffer };
  readonly loop: (bytes: number, ...numbers: number[]) => void;
}
/** Node's types have no constructors for it. */
const { WebAssembly } = globalThis as unknown as {
  readonly WebAssembly: {
    readonly Module: new (bytes: Uint8Array) => object;
    readonly Instance: new (module: object) => { readonly exports: Loop };
  };
};

/** What the loop multiplies by, in the order of its arguments. */
const numberNames = [
  "share",
  "squareShare",
  "beta1",
  "beta2",
  "denominatorEpsilon",
  "decay",
  "stepSize",
  "smallest",
  "smallestSquared",
] as const;
type NumberName = (typeof numberNames)[number];

/** Updates the arrays in place; `clip` scales the gradient first. */
export type AdamWKernel = (arrays: AdamWArrays, numbers: AdamWNumbers) => Promise<void>;

export function makeAdamWKernel(): AdamWKernel {
  const { memory, loop } = new WebAssembly.Instance(new WebAssembly.Module(loopModule())).exports;
  const places = kinds.map((kind) => [kind, new Float32Array(memory.buffer, placeOf(kind), stretchLength)] as const);
  return async (arrays, { clip, ...scalars }) => {
    const share = Math.fround(clip) * Math.fround(firstShare);
    const named: Record<NumberName, number> = {
      ...scalars,
      share,
      squareShare,
      beta1,
      beta2,
      smallest,
      smallestSquared,
    };
    const numbers = numberNames.map((name) => named[name]);
    const { length } = arrays.parameter;
    for (let from = 0; from < length; from += stretchLength) {
      const count = Math.min(stretchLength, length - from);
      for (const [kind, place] of places) place.set(arrays[kind].subarray(from, from + count));
      loop(4 * count, ...numbers);
      for (const [kind, place] of places) {
        if (kind !== "gradient") arrays[kind].set(count < stretchLength ? place.subarray(0, count) : place, from);
      }
      if ((from + stretchLength) % turnLength === 0) await setImmediate();
    }
  };
}

const placeOf = (kind: Kind): number => kinds.indexOf(kind) * stretchBytes;

/** Instructions, or what a section of a module holds: bytes of WebAssembly's binary format. */
type Bytes = readonly number[];

/** The format's integers (LEB128). */
const integer = (value: number): Bytes => (value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...integer(value >>> 7)]);
const counted = (items: readonly Bytes[]): Bytes => [...integer(items.length), ...items.flat()];
const sized = (bytes: Bytes): Bytes => [...integer(bytes.length), ...bytes];
const named = (name: string): Bytes => sized([...Buffer.from(name)]);

const types = { i32: 0x7f, f32: 0x7d, v128: 0x7b } as const;
const vector = (operation: number): Bytes => [0xfd, ...integer(operation)];
const binary =
  (operation: number) =>
  (a: Bytes, b: Bytes): Bytes => [...a, ...b, ...vector(operation)];
const [add, subtract, multiply, divide] = [0xe4, 0xe5, 0xe6, 0xe7].map(binary) as [Binary, Binary, Binary, Binary];
type Binary = ReturnType<typeof binary>;
const atLeast = binary(0x46);
const and = binary(0x4e);
const absolute = (a: Bytes): Bytes => [...a, ...vector(0xe0)];
const squareRoot = (a: Bytes): Bytes => [...a, ...vector(0xe3)];

/** A module with its memory and the function `loop`: the number of bytes of each kind, then `numberNames`. */
function loopModule(): Uint8Array<ArrayBuffer> {
  // Locals: the arguments, each number four times, where the loop is, and what it reads twice.
  const first = 1 + numberNames.length;
  const number = (name: NumberName): Bytes => get(first + numberNames.indexOf(name));
  const [scaled, squared, moment1, moment2, at] = [0, 1, 2, 3, 4].map(
    (place) => first + numberNames.length + place,
  ) as Five;
  const memoryAt = (kind: Kind): Bytes => [4, ...integer(placeOf(kind))];
  const load = (kind: Kind): Bytes => [...get(at), ...vector(0x00), ...memoryAt(kind)];
  const store = (kind: Kind, value: Bytes): Bytes => [...get(at), ...value, ...vector(0x0b), ...memoryAt(kind)];
  const orZero = (local: number, least: NumberName): Bytes =>
    and(get(local), atLeast(absolute(get(local)), number(least)));
  const direction = divide(get(moment1), add(squareRoot(get(moment2)), number("denominatorEpsilon")));
  const square = multiply(multiply(get(squared), get(squared)), number("squareShare"));
  const body: Bytes = [
    ...numberNames.flatMap((_, place) => [...get(1 + place), ...vector(0x13), ...set(first + place)]),
    ...[0x03, 0x40], // loop
    ...set(scaled, multiply(load("gradient"), number("share"))),
    ...set(squared, orZero(scaled, "smallestSquared")),
    ...set(moment1, add(multiply(load("moment1"), number("beta1")), get(scaled))),
    ...set(moment2, add(multiply(load("moment2"), number("beta2")), square)),
    ...set(moment1, orZero(moment1, "smallest")),
    ...set(moment2, orZero(moment2, "smallest")),
    ...store("moment1", get(moment1)),
    ...store("moment2", get(moment2)),
    ...store(
      "parameter",
      subtract(multiply(load("parameter"), number("decay")), multiply(direction, number("stepSize"))),
    ),
    ...set(at, [...get(at), 0x41, 16, 0x6a]), // at + 16
    ...[...get(at), ...get(0), 0x48, 0x0d, 0], // back to the loop while at < bytes
    ...[0x0b, 0x0b], // the ends of loop and function
  ];
  const locals: Bytes = counted([
    [numberNames.length + 4, types.v128],
    [1, types.i32],
  ]);
  const section = (id: number, items: readonly Bytes[]): Bytes => [id, ...sized(counted(items))];
  const parameters = [[types.i32], ...numberNames.map(() => [types.f32])];
  const pages = (kinds.length * stretchBytes) / 2 ** 16;
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [[0x60, ...counted(parameters), 0]]),
    ...section(3, [[0]]),
    ...section(5, [[0, pages]]),
    ...section(7, [
      [...named("memory"), 2, 0],
      [...named("loop"), 0, 0],
    ]),
    ...section(10, [sized([...locals, ...body])]),
  ]);
}

type Five = [number, number, number, number, number];
const get = (local: number): Bytes => [0x20, local];
const set = (local: number, value: Bytes = []): Bytes => [...value, 0x21, local];
