/** Tensors one after the other in arrays, and each by its name as a view of one. */
import type { TensorShapes } from "../model/model";

/** Elements that each tensor starts at a multiple of. */
const alignment = 16;

/** Where tensors lie: an array's length, and from and to which of its elements each tensor reaches. */
export interface ArrayLayout {
  readonly length: number;
  readonly places: ReadonlyMap<string, readonly [from: number, to: number]>;
}

/** Arrays of up to `longest` elements; a longer tensor has one of its own. */
export function layoutsOf(shapes: TensorShapes, longest: number): ArrayLayout[] {
  const layouts: { length: number; places: Map<string, readonly [number, number]> }[] = [];
  for (const [name, shape] of shapes) {
    const size = shape.reduce((product, length) => product * length, 1);
    let layout = layouts.at(-1);
    let from = Math.ceil((layout?.length ?? 0) / alignment) * alignment;
    if (layout === undefined || from + size > longest) {
      layout = { length: 0, places: new Map() };
      layouts.push(layout);
      from = 0;
    }
    layout.length = from + size;
    layout.places.set(name, [from, layout.length]);
  }
  return layouts;
}

export class FlatTensors {
  readonly views: ReadonlyMap<string, Float32Array>;

  /** `arrays` are as long as the layouts say; zeros unless given. */
  constructor(
    layouts: readonly ArrayLayout[],
    readonly arrays: readonly Float32Array[] = layouts.map(({ length }) => new Float32Array(length)),
  ) {
    const views = layouts.flatMap(({ places }, index) =>
      [...places].map(([name, place]) => [name, arrays[index]!.subarray(...place)] as const),
    );
    this.views = new Map(views);
  }
}
