/** Cosines and sines of rotary position embeddings, with the ways to stretch them that config.json can name. */
import { z } from "zod";
import type { Graph } from "../graph/graph";
import { reshape } from "../graph/layout";
import { rotate, type RotaryOptions } from "../graph/rotary";
import type { Dimension, Value } from "../graph/value";

/** `rope_scaling` of transformers 4 and `rope_parameters` of 5; other kinds are refused by name. */
export const ropeFields = z
  .object({ type: z.string().optional(), rope_type: z.string().optional() })
  .loose()
  .transform((fields) => ({ ...fields, rope_type: fields.rope_type ?? fields.type ?? "default" }))
  .pipe(
    z.discriminatedUnion("rope_type", [
      z.object({ rope_type: z.literal("default"), rope_theta: z.number().positive().optional() }),
      z.object({
        rope_type: z.literal("linear"),
        rope_theta: z.number().positive().optional(),
        factor: z.number().positive(),
      }),
      z.object({
        rope_type: z.literal("llama3"),
        rope_theta: z.number().positive().optional(),
        factor: z.number().positive(),
        low_freq_factor: z.number().positive(),
        high_freq_factor: z.number().positive(),
        original_max_position_embeddings: z.int().positive(),
      }),
    ]),
  );

export type RopeScaling = z.output<typeof ropeFields>;

/** Radians per position of each rotated pair; `width` is how much of a head is rotated. */
export function rotaryFrequencies(width: number, theta: number, scaling: RopeScaling): number[] {
  return Array.from({ length: width / 2 }, (_, pair) => {
    const frequency = theta ** ((-2 * pair) / width);
    if (scaling.rope_type === "default") return frequency;
    if (scaling.rope_type === "linear") return frequency / scaling.factor;
    // Llama 3.1: long wavelengths are stretched, short ones kept, those between interpolated.
    const wavelength = (2 * Math.PI) / frequency;
    const { low_freq_factor: low, high_freq_factor: high, original_max_position_embeddings: original } = scaling;
    if (wavelength < original / high) return frequency;
    if (wavelength > original / low) return frequency / scaling.factor;
    const smooth = (original / wavelength - low) / (high - low);
    return ((1 - smooth) * frequency) / scaling.factor + smooth * frequency;
  });
}

/** A function that turns [batch*length, heads*width] at `positions`; the tables stand in the graph once. */
export function rotaryEmbedding(
  graph: Graph,
  positions: Value,
  frequencies: readonly number[],
  { count, interleaved }: { readonly count: number; readonly interleaved: boolean },
): (x: Value, heads: number, length: Dimension) => Value {
  const table = (name: string, of: (angle: number) => number): Value => {
    const data = new Float32Array(count * frequencies.length);
    // The angle is rounded to float32 first, as in the reference implementation.
    data.forEach((_, at) => {
      const position = Math.floor(at / frequencies.length);
      data[at] = of(Math.fround(position * Math.fround(frequencies[at % frequencies.length]!)));
    });
    return graph.weight(name, [count, frequencies.length], data);
  };
  const cosines = table("rotary_cosines", Math.cos);
  const sines = table("rotary_sines", Math.sin);
  return (x, heads, length) => {
    const [flat, width] = x.shape as [Dimension, Dimension];
    const options: RotaryOptions = { heads, rotated: 2 * frequencies.length, interleaved };
    const turned = rotate(reshape(x, ["batch", length, width]), positions, cosines, sines, options);
    return reshape(turned, [flat, width]);
  };
}
