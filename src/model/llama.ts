/** Llama, the architecture of CodeLlama and DeepSeek-Coder. */
import { z } from "zod";
import { parseConfig } from "./config-fields";
import { llamaFields, llamaModel } from "./llama-layers";
import type { Model } from "./model";

const schema = z.object({
  ...llamaFields,
  model_type: z.literal("llama"),
  attention_bias: z.boolean().default(false),
  mlp_bias: z.boolean().default(false),
});

/** Throws a `Failure` for a config.json that this version cannot use. */
export function llama(json: unknown, file: string): Model {
  const config = parseConfig(schema, json, file, "Llama");
  const { attention_bias: attention, mlp_bias: feedForward } = config;
  const variant = {
    name: "Llama",
    biases: { queryKeyValue: attention, attentionOutput: attention, feedForward },
    fusedGate: false,
    rotary: { share: 1, interleaved: false },
  };
  return llamaModel(config, variant, json);
}
