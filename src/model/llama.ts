/** Llama (Touvron et al. 2023), the architecture of CodeLlama and DeepSeek-Coder, with grouped-query attention. */
import { z } from "zod";
import { add, multiply, scale } from "../graph/arithmetic";
import { attention } from "../graph/attention";
import { gatherRows, repeatHeads, reshape } from "../graph/layout";
import { linear } from "../graph/matrix";
import { rmsNorm } from "../graph/norm";
import type { Value } from "../graph/value";
import { activations } from "./activations";
import { activationName, endTokenId, parseConfig, size } from "./config-fields";
import { decoderOnly, type CausalInputs } from "./decoder-only";
import { joinHeads, splitHeads } from "./heads";
import type { Model, TensorShapes } from "./model";
import type { Parameters } from "./parameters";
import { ownFields, ownKey } from "./prompt";
import { ropeFields, rotaryEmbedding, rotaryFrequencies } from "./rotary-table";

const schema = z.object({
  model_type: z.literal("llama"),
  vocab_size: size,
  hidden_size: size,
  intermediate_size: size,
  num_hidden_layers: size,
  num_attention_heads: size,
  num_key_value_heads: size.nullish(),
  head_dim: size.nullish(),
  hidden_act: activationName.default("silu"),
  max_position_embeddings: size.default(2048),
  rms_norm_eps: z.number().positive().default(1e-6),
  rope_theta: z.number().positive().optional(),
  rope_scaling: ropeFields.nullish(),
  rope_parameters: ropeFields.nullish(),
  attention_bias: z.boolean().default(false),
  mlp_bias: z.boolean().default(false),
  eos_token_id: endTokenId.nullish().transform((id) => id ?? 2),
  tie_word_embeddings: z.boolean().default(false),
  [ownKey]: ownFields,
});

type LlamaConfig = z.output<typeof schema>;

/** Throws a `Failure` for a config.json that this version cannot use. */
export function llama(json: unknown, file: string): Model {
  const config = parseConfig(schema, json, file, "Llama");
  const sizes = sizesOf(config);
  const shapes = tensorShapes(config);
  return decoderOnly({
    name: "Llama",
    vocabulary: config.vocab_size,
    endToken: config.eos_token_id,
    layers: config.num_hidden_layers,
    cache: sizes.cached,
    positions: config.max_position_embeddings,
    shapes,
    aliases: new Map([...shapes.keys()].map((name) => [name, [name.replace(/^model\./, "")]])),
    template: config[ownKey].prompt,
    config: json as Readonly<Record<string, unknown>>,
    hidden: (parameters, inputs) => hidden(config, parameters, inputs),
    head: (parameters, x) =>
      config.tie_word_embeddings
        ? linear(x, parameters.weight("model.embed_tokens.weight"))
        : parameters.linear("lm_head", x),
  });
}

function sizesOf(config: LlamaConfig) {
  const heads = config.num_attention_heads;
  const headWidth = config.head_dim ?? config.hidden_size / heads;
  return { queries: { heads, headWidth }, cached: { heads: config.num_key_value_heads ?? heads, headWidth } };
}

function tensorShapes(config: LlamaConfig): TensorShapes {
  const { hidden_size: width, intermediate_size: inner } = config;
  const { queries, cached } = sizesOf(config);
  const shapes = new Map<string, readonly number[]>([["model.embed_tokens.weight", [config.vocab_size, width]]]);
  const layer = (name: string, from: number, to: number, bias: boolean): void => {
    shapes.set(`${name}.weight`, [to, from]);
    if (bias) shapes.set(`${name}.bias`, [to]);
  };
  for (let index = 0; index < config.num_hidden_layers; index++) {
    const block = `model.layers.${index}`;
    const [attended, keyWidth] = [queries.heads * queries.headWidth, cached.heads * cached.headWidth];
    layer(`${block}.self_attn.q_proj`, width, attended, config.attention_bias);
    layer(`${block}.self_attn.k_proj`, width, keyWidth, config.attention_bias);
    layer(`${block}.self_attn.v_proj`, width, keyWidth, config.attention_bias);
    layer(`${block}.self_attn.o_proj`, attended, width, config.attention_bias);
    layer(`${block}.mlp.gate_proj`, width, inner, config.mlp_bias);
    layer(`${block}.mlp.up_proj`, width, inner, config.mlp_bias);
    layer(`${block}.mlp.down_proj`, inner, width, config.mlp_bias);
    shapes.set(`${block}.input_layernorm.weight`, [width]);
    shapes.set(`${block}.post_attention_layernorm.weight`, [width]);
  }
  shapes.set("model.norm.weight", [width]);
  if (!config.tie_word_embeddings) shapes.set("lm_head.weight", [config.vocab_size, width]);
  return shapes;
}

function hidden(config: LlamaConfig, parameters: Parameters, inputs: CausalInputs): Value {
  const { graph, length, flat, mask, extend } = inputs;
  const { queries: querySizes, cached } = sizesOf(config);
  const scaling = config.rope_parameters ?? config.rope_scaling ?? { rope_type: "default" };
  const theta = scaling.rope_theta ?? config.rope_theta ?? 10_000;
  const turn = rotaryEmbedding(graph, inputs.positions, rotaryFrequencies(cached.headWidth, theta, scaling), {
    count: config.max_position_embeddings,
    interleaved: false,
  });
  const norm = (name: string, x: Value): Value => rmsNorm(x, parameters.weight(`${name}.weight`), config.rms_norm_eps);
  const repeats = querySizes.heads / cached.heads;

  const table = parameters.weight("model.embed_tokens.weight");
  let x = reshape(gatherRows(table, inputs.ids), [flat, config.hidden_size]);
  for (let index = 0; index < config.num_hidden_layers; index++) {
    const block = `model.layers.${index}`;
    const self = (name: string, from: Value): Value =>
      parameters.linear(`${block}.self_attn.${name}_proj`, from, { bias: config.attention_bias });
    const dense = (name: string, from: Value): Value =>
      parameters.linear(`${block}.mlp.${name}_proj`, from, { bias: config.mlp_bias });
    const normed = norm(`${block}.input_layernorm`, x);
    const turned = turn(self("q", normed), querySizes.heads, length);
    const queries = scale(splitHeads(querySizes, turned, length, false), querySizes.headWidth ** -0.5);
    const own = {
      keysTransposed: splitHeads(cached, turn(self("k", normed), cached.heads, length), length, true),
      values: splitHeads(cached, self("v", normed), length, false),
    };
    const { keysTransposed, values } = extend(own, index);
    const mixed = attention(queries, repeatHeads(keysTransposed, repeats), repeatHeads(values, repeats), mask);
    x = add(x, self("o", joinHeads(querySizes, mixed, flat)));
    const before = norm(`${block}.post_attention_layernorm`, x);
    const gated = multiply(activations[config.hidden_act](dense("gate", before)), dense("up", before));
    x = add(x, dense("down", gated));
  }
  return norm("model.norm", x);
}
