/** Random weights for a model that is pretrained from nothing, as transformers' T5 initialises them. */
import { seededRandom } from "../foundation/random";
import { t5TensorShapes, type T5Config } from "./t5-config";

/** Normal deviates by the fan-in that `T5PreTrainedModel._init_weights` uses (initializer_factor 1); norms start at 1. */
export function initializeT5(config: T5Config, seed: number): Map<string, Float32Array> {
  const random = seededRandom(seed);
  const { width, heads, headWidth, feedForwardWidth } = config;
  const deviation = (name: string): number => {
    if (name === "shared.weight" || name === "lm_head.weight") return 1;
    if (name.endsWith(".q.weight")) return (width * headWidth) ** -0.5;
    if (name.endsWith(".o.weight")) return (heads * headWidth) ** -0.5;
    if (name.endsWith(".wo.weight")) return feedForwardWidth ** -0.5;
    return width ** -0.5;
  };
  return new Map(
    [...t5TensorShapes(config)].map(([name, shape]) => {
      const size = shape.reduce((product, length) => product * length, 1);
      const scale = deviation(name);
      const values = name.endsWith("norm.weight")
        ? new Float32Array(size).fill(1)
        : Float32Array.from({ length: size }, () => random.normal() * scale);
      return [name, values] as const;
    }),
  );
}
