/**
 * GLM as transformers stores it (`model_type` glm), the layers of CodeGeeX2 (6B) and CodeGeeX4 (9B): Llama with one layer for
 * gate and up projection, biases on query, key and value, and half of each head rotated, neighbours together.
 */
import { z } from "zod";
import { parseConfig, size } from "./config-fields";
import { llamaFields, llamaModel } from "./llama-layers";
import type { Model } from "./model";

const share = z.number().gt(0).max(1).optional();

const schema = z.object({
  ...llamaFields,
  model_type: z.literal("glm"),
  max_position_embeddings: size.default(131_072),
  attention_bias: z.boolean().default(true),
  rms_norm_eps: z.number().positive().default(1.5625e-7),
  partial_rotary_factor: share,
});
/** transformers 5 keeps the share among the other rotary settings. */
const rotarySettings = z.object({ rope_parameters: z.object({ partial_rotary_factor: share }).nullish() });

/** Throws a `Failure` for a config.json that this version cannot use. */
export function glm(json: unknown, file: string): Model {
  const config = parseConfig(schema, json, file, "GLM");
  const { rope_parameters: rotary } = parseConfig(rotarySettings, json, file, "GLM");
  const variant = {
    name: "GLM",
    biases: { queryKeyValue: config.attention_bias, attentionOutput: false, feedForward: false },
    fusedGate: true,
    rotary: { share: rotary?.partial_rotary_factor ?? config.partial_rotary_factor ?? 0.5, interleaved: true },
  };
  return llamaModel(config, variant, json);
}
