/**
 * The layers that Llama (Touvron et al. 2023) brought together and that Qwen2 and GLM vary: RMS norms before each half, rotary
 * positions, grouped-query attention, a gated feed-forward. Tensor names are those of transformers.
 */
import { z } from "zod";
import { add, multiply, scale } from "../graph/arithmetic";
import { gatherRows, reshape, split } from "../graph/layout";
import { linear } from "../graph/matrix";
import { rmsNorm } from "../graph/norm";
import type { Value } from "../graph/value";
import { activations, type ActivationName } from "./activations";
import { activationName, endTokenId, layerCount, size } from "./config-fields";
import { decoderOnly, type CausalInputs } from "./decoder-only";
import { attend, joinHeads, splitHeads } from "./heads";
import type { Model, TensorShapes } from "./model";
import type { Parameters } from "./parameters";
import { ownFields, ownKey, type PromptTemplate } from "./prompt";
import { ropeFields, rotaryEmbedding, rotaryFrequencies, type RopeScaling } from "./rotary-table";

/** Fields of config.json that the family shares, with the defaults of transformers' `LlamaConfig`. */
export const llamaFields = {
  vocab_size: size,
  hidden_size: size,
  intermediate_size: size,
  num_hidden_layers: layerCount,
  num_attention_heads: size,
  num_key_value_heads: size.nullish(),
  head_dim: size.nullish(),
  hidden_act: activationName.default("silu"),
  max_position_embeddings: size.default(2048),
  rms_norm_eps: z.number().positive().default(1e-6),
  rope_theta: z.number().positive().optional(),
  rope_scaling: ropeFields.nullish(),
  rope_parameters: ropeFields.nullish(),
  eos_token_id: endTokenId.nullish().transform((id) => id ?? 2),
  tie_word_embeddings: z.boolean().default(false),
  [ownKey]: ownFields,
};

export type LlamaFields = z.output<z.ZodObject<typeof llamaFields>>;

/** Where the members of the family differ. */
export interface LlamaVariant {
  readonly name: string;
  /** Which linear layers have a bias. */
  readonly biases: {
    readonly queryKeyValue: boolean;
    readonly attentionOutput: boolean;
    readonly feedForward: boolean;
  };
  /** Gate and up projection are one layer, the gate's rows first. */
  readonly fusedGate: boolean;
  /** `share` of each head's width is rotated, neighbours together or its first half with the second. */
  readonly rotary: { readonly share: number; readonly interleaved: boolean };
}

/** `json` is config.json as it was read; it is written back with the checkpoint. */
export function llamaModel(config: LlamaFields, variant: LlamaVariant, json: unknown): Model {
  const shapes = tensorShapes(config, variant);
  const template: PromptTemplate = config[ownKey].prompt;
  const { cached } = headSizes(config);
  return decoderOnly({
    name: variant.name,
    vocabulary: config.vocab_size,
    endToken: config.eos_token_id,
    layers: config.num_hidden_layers,
    cache: cached,
    positions: config.max_position_embeddings,
    shapes,
    aliases: new Map([...shapes.keys()].map((name) => [name, [name.replace(/^model\./, "")]])),
    template,
    // What older files leave to defaults, which transformers.js 3 does not have.
    config: { ...(json as object), num_key_value_heads: cached.heads, head_dim: cached.headWidth },
    hidden: (parameters, inputs) => hidden(config, variant, parameters, inputs),
    head: (parameters, x) =>
      config.tie_word_embeddings
        ? linear(x, parameters.weight("model.embed_tokens.weight"), { precise: true })
        : parameters.linear("lm_head", x, { precise: true }),
  });
}

function headSizes(config: LlamaFields) {
  const heads = config.num_attention_heads;
  const headWidth = config.head_dim ?? config.hidden_size / heads;
  return { queries: { heads, headWidth }, cached: { heads: config.num_key_value_heads ?? heads, headWidth } };
}

function tensorShapes(config: LlamaFields, { biases, fusedGate }: LlamaVariant): TensorShapes {
  const { hidden_size: width, intermediate_size: inner } = config;
  const { queries, cached } = headSizes(config);
  const shapes = new Map<string, readonly number[]>([["model.embed_tokens.weight", [config.vocab_size, width]]]);
  const layer = (name: string, from: number, to: number, bias: boolean): void => {
    shapes.set(`${name}.weight`, [to, from]);
    if (bias) shapes.set(`${name}.bias`, [to]);
  };
  for (let index = 0; index < config.num_hidden_layers; index++) {
    const block = `model.layers.${index}`;
    const [attended, keyWidth] = [queries.heads * queries.headWidth, cached.heads * cached.headWidth];
    layer(`${block}.self_attn.q_proj`, width, attended, biases.queryKeyValue);
    layer(`${block}.self_attn.k_proj`, width, keyWidth, biases.queryKeyValue);
    layer(`${block}.self_attn.v_proj`, width, keyWidth, biases.queryKeyValue);
    layer(`${block}.self_attn.o_proj`, attended, width, biases.attentionOutput);
    if (fusedGate) {
      layer(`${block}.mlp.gate_up_proj`, width, 2 * inner, biases.feedForward);
    } else {
      layer(`${block}.mlp.gate_proj`, width, inner, biases.feedForward);
      layer(`${block}.mlp.up_proj`, width, inner, biases.feedForward);
    }
    layer(`${block}.mlp.down_proj`, inner, width, biases.feedForward);
    shapes.set(`${block}.input_layernorm.weight`, [width]);
    shapes.set(`${block}.post_attention_layernorm.weight`, [width]);
  }
  shapes.set("model.norm.weight", [width]);
  if (!config.tie_word_embeddings) shapes.set("lm_head.weight", [config.vocab_size, width]);
  return shapes;
}

function hidden(config: LlamaFields, variant: LlamaVariant, parameters: Parameters, inputs: CausalInputs): Value {
  const { graph, length, flat, mask, extend } = inputs;
  const { biases, rotary } = variant;
  const { queries: querySizes, cached } = headSizes(config);
  const turn = rotaryEmbedding(graph, inputs.positions, frequencies(config, cached.headWidth * rotary.share), {
    count: config.max_position_embeddings,
    interleaved: rotary.interleaved,
  });
  const norm = (name: string, x: Value): Value => rmsNorm(x, parameters.weight(`${name}.weight`), config.rms_norm_eps);

  const table = parameters.weight("model.embed_tokens.weight");
  let x = reshape(gatherRows(table, inputs.ids), [flat, config.hidden_size]);
  for (let index = 0; index < config.num_hidden_layers; index++) {
    const block = `model.layers.${index}`;
    const project = (name: string, from: Value): Value =>
      parameters.linear(`${block}.self_attn.${name}_proj`, from, { bias: biases.queryKeyValue });
    x = parameters.block([x], (input: Value) => {
      const normed = norm(`${block}.input_layernorm`, input);
      const turned = turn(project("q", normed), querySizes.heads, length);
      const queries = scale(splitHeads(querySizes, turned, length, false), querySizes.headWidth ** -0.5);
      const own = {
        keysTransposed: splitHeads(cached, turn(project("k", normed), cached.heads, length), length, true),
        values: splitHeads(cached, project("v", normed), length, false),
      };
      const joined = joinHeads(querySizes, attend(queries, extend(own, index), mask), flat);
      const output = parameters.linear(`${block}.self_attn.o_proj`, joined, { bias: biases.attentionOutput });
      const attended = add(input, output);
      const before = norm(`${block}.post_attention_layernorm`, attended);
      return add(attended, feedForward(config.hidden_act, variant, parameters, `${block}.mlp`, before));
    });
  }
  return norm("model.norm", x);
}

function feedForward(
  activation: ActivationName,
  { fusedGate, biases }: LlamaVariant,
  parameters: Parameters,
  prefix: string,
  x: Value,
): Value {
  const dense = (name: string, from: Value): Value =>
    parameters.linear(`${prefix}.${name}_proj`, from, { bias: biases.feedForward });
  const [gate, up] = fusedGate ? split(dense("gate_up", x), 1, 2) : [dense("gate", x), dense("up", x)];
  return dense("down", multiply(activations[activation](gate!), up!));
}

function frequencies(config: LlamaFields, rotated: number): number[] {
  const scaling: RopeScaling = config.rope_parameters ?? config.rope_scaling ?? { rope_type: "default" };
  return rotaryFrequencies(rotated, scaling.rope_theta ?? config.rope_theta ?? 10_000, scaling);
}
