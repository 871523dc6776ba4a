/** Qwen2, the architecture of Qwen2.5-Coder: Llama with biases on query, key and value. */
import { z } from "zod";
import { parseConfig, size } from "./config-fields";
import { llamaFields, llamaModel } from "./llama-layers";
import type { Model } from "./model";

const schema = z.object({
  ...llamaFields,
  model_type: z.literal("qwen2"),
  max_position_embeddings: size.default(32_768),
  use_sliding_window: z.literal(false, "attention in a sliding window is not supported").default(false),
});

/** Throws a `Failure` for a config.json that this version cannot use. */
export function qwen2(json: unknown, file: string): Model {
  const config = parseConfig(schema, json, file, "Qwen2");
  const variant = {
    name: "Qwen2",
    biases: { queryKeyValue: true, attentionOutput: false, feedForward: false },
    fusedGate: false,
    rotary: { share: 1, interleaved: false },
  };
  return llamaModel(config, variant, json);
}
