/** Rotary position embeddings (Su et al. 2021) by ONNX Runtime's own operator; its inverse is its gradient. */
import { castWithoutGradient } from "./cast";
import type { FloatType, Value } from "./value";

export interface RotaryOptions {
  readonly heads: number;
  /** Of each head's width; the rest passes through. */
  readonly rotated: number;
  /** Neighbours are rotated together (GPT-J, CodeGen); else the first half with the second (Llama). */
  readonly interleaved: boolean;
}

/** x [batch, length, heads*width] at int64 `positions` [batch, length]; `cosines` and `sines` [positions, rotated/2]. */
export function rotate(x: Value, positions: Value, cosines: Value, sines: Value, options: RotaryOptions): Value {
  const { graph, shape, type } = x;
  const inType = (table: Value): Value =>
    graph.shared(`${type}:${table.name}`, () => castWithoutGradient(table, type as FloatType));
  const attributes = {
    interleaved: options.interleaved ? 1 : 0,
    num_heads: options.heads,
    rotary_embedding_dim: options.rotated,
  };
  const turn = (value: Value, by: Value): Value =>
    graph.node("com.microsoft:RotaryEmbedding", [value, positions, inType(cosines), by], { shape, type, attributes });
  return graph.record(turn(x, inType(sines)), [x], (upstream) => [
    turn(upstream, graph.node("Neg", [inType(sines)], { shape: sines.shape, type })),
  ]);
}
