/**
 * Changes of element type for mixed precision (Micikevicius et al. 2018): matrix products read and give 16-bit numbers, all else
 * computes in the graph's own. In a graph whose products are in its own type nothing here makes a node.
 */
import { onceThereIs } from "./postponed";
import { onnxTypes, type FloatType, type Value } from "./value";

export function castWithoutGradient(value: Value, type: FloatType): Value {
  if (value.type === type) return value;
  return value.graph.node("Cast", [value], { shape: value.shape, type, attributes: { to: onnxTypes[type] } });
}

/** Made once for all that read `value` in this type. */
export function cast(value: Value, type: FloatType): Value {
  const { graph } = value;
  const own = value.type as FloatType;
  if (own === type) return value;
  return graph.shared(`${type}:${value.name}`, () =>
    graph.record(castWithoutGradient(value, type), [value], (upstream) => [castWithoutGradient(upstream, own)]),
  );
}

/** As the operand of a matrix product. */
export const forProduct = (value: Value): Value => cast(value, value.graph.products);

/** In the graph's own type. */
export const inFull = (value: Value): Value => cast(value, value.graph.float);

/**
 * `value` in another type, outside the tape and not before `earlier` is there: this copy is made when it is read, and no other
 * that was made before is held for it.
 */
export function castOnceThereIs(earlier: Value, value: Value, type: FloatType): Value {
  return value.type === type ? value : castWithoutGradient(onceThereIs(earlier, value), type);
}
