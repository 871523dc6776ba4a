/**
 * AdamW's update on the CPU as one pass over weights, moments and gradients. As ONNX nodes it is thirteen passes, which ONNX
 * Runtime does not join; here it is a loop in WebAssembly, four elements at a time. Its operations are those of `adamWUpdate` in the
 * same order, so the results are the same to the last bit, on any machine, but for moments below the smallest normal number: they
 * become zero. The first moment of a row that no batch reads any more would stay there for good, and a processor takes twelve times
 * as long for such numbers.
 */
import { beta1, beta2, firstShare, squareShare, type AdamWScalars } from "./adamw";
import { stateKinds } from "./training-graph";

/** What an update reads and, but for the gradient, writes. */
export const updateKinds = [...stateKinds, "gradient"] as const;
export type UpdateKind = (typeof updateKinds)[number];

export type AdamWNumbers = Readonly<Record<keyof AdamWScalars | "clip", number>>;

/** The smallest normal float32, and the smallest of which a square's share of the second moment is one. */
const smallest = 2 ** -126;
const smallestSquared = 2 ** -60;

const pageBytes = 2 ** 16;
/** Bytes that each array starts at a multiple of. */
const alignment = 64;
/** Elements of each kind that there is room for in the memory of one kernel, 4 GiB. */
export const longestKernel = 2 ** 28 - 2 ** 4;

interface Loop {
  readonly memory: { readonly buffer: ArrayBuffer };
  /** From and to which byte of the first kind, bytes from one kind to the next, and `numberNames`. */
  readonly loop: (from: number, to: number, stride: number, ...numbers: number[]) => void;
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

/** Four arrays of one length, one for each kind, and the loop over them. */
export class AdamWKernel {
  private readonly loop: Loop["loop"];
  private readonly buffer: ArrayBuffer;
  private readonly stride: number;

  /** Arrays of zeros. Throws a RangeError where there is no room for them. */
  constructor(readonly length: number) {
    if (length > longestKernel) throw new RangeError(`${length} elements of each kind do not fit`);
    this.stride = Math.ceil((4 * length) / alignment) * alignment;
    const pages = Math.ceil((updateKinds.length * this.stride) / pageBytes);
    const { memory, loop } = new WebAssembly.Instance(new WebAssembly.Module(loopModule(pages))).exports;
    this.buffer = memory.buffer;
    this.loop = loop;
  }

  array(kind: UpdateKind): Float32Array<ArrayBuffer> {
    return new Float32Array(this.buffer, updateKinds.indexOf(kind) * this.stride, this.length);
  }

  /** Updates at least one element, from `from`, a multiple of 4, to `to`, rounded up to one; `clip` scales the gradient first. */
  update(from: number, to: number, { clip, ...scalars }: AdamWNumbers): void {
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
    this.loop(4 * from, 4 * to, this.stride, ...numberNames.map((name) => named[name]));
  }
}

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

/** A module with its memory and the function `loop`. */
function loopModule(pages: number): Uint8Array<ArrayBuffer> {
  // Locals: the arguments, each number four times, what is read twice, and where the loop is in the arrays but the first.
  const [from, to, stride] = [0, 1, 2] as const;
  const first = 3 + numberNames.length;
  const number = (name: NumberName): Bytes => get(first + numberNames.indexOf(name));
  const [scaled, squared, moment1, moment2, at] = [0, 1, 2, 3, 4].map(
    (place) => first + numberNames.length + place,
  ) as Five;
  const places = updateKinds.map((_, index) => (index === 0 ? from : at + index - 1));
  const memoryAt: Bytes = [4, 0];
  const placeOf = (kind: UpdateKind): Bytes => get(places[updateKinds.indexOf(kind)]!);
  const load = (kind: UpdateKind): Bytes => [...placeOf(kind), ...vector(0x00), ...memoryAt];
  const store = (kind: UpdateKind, value: Bytes): Bytes => [...placeOf(kind), ...value, ...vector(0x0b), ...memoryAt];
  const orZero = (local: number, least: NumberName): Bytes =>
    and(get(local), atLeast(absolute(get(local)), number(least)));
  const direction = divide(get(moment1), add(squareRoot(get(moment2)), number("denominatorEpsilon")));
  const square = multiply(multiply(get(squared), get(squared)), number("squareShare"));
  const body: Bytes = [
    ...numberNames.flatMap((_, place) => [...get(3 + place), ...vector(0x13), ...set(first + place)]),
    ...places.slice(1).flatMap((place, index) => set(place, [...get(places[index]!), ...get(stride), 0x6a])), // + stride
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
    ...places.flatMap((place) => set(place, [...get(place), 0x41, 16, 0x6a])), // + 16
    ...[...get(from), ...get(to), 0x49, 0x0d, 0], // back to the loop while from < to
    ...[0x0b, 0x0b], // the ends of loop and function
  ];
  const locals: Bytes = counted([
    [numberNames.length + 4, types.v128],
    [updateKinds.length - 1, types.i32],
  ]);
  const section = (id: number, items: readonly Bytes[]): Bytes => [id, ...sized(counted(items))];
  const parameters = [[types.i32], [types.i32], [types.i32], ...numberNames.map(() => [types.f32])];
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [[0x60, ...counted(parameters), 0]]),
    ...section(3, [[0]]),
    ...section(5, [[0, ...integer(pages)]]),
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
