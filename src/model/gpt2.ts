/** GPT-2 (Radford et al. 2019), CodeGPT's architecture: learned positions, a fused projection, weights stored [in, out]. */
import { z } from "zod";
import { add, scale } from "../graph/arithmetic";
import { gatherRows, reshape, split } from "../graph/layout";
import { linear } from "../graph/matrix";
import { layerNorm } from "../graph/norm";
import type { Value } from "../graph/value";
import { activations } from "./activations";
import { activationName, endTokenId, parseConfig, layerCount, size } from "./config-fields";
import { decoderOnly, type CausalInputs } from "./decoder-only";
import { attend, joinHeads, splitHeads } from "./heads";
import type { Model, TensorShapes } from "./model";
import type { Parameters } from "./parameters";
import { ownFields, ownKey } from "./prompt";

const schema = z.object({
  model_type: z.literal("gpt2"),
  vocab_size: size,
  n_positions: size.default(1024),
  n_embd: size,
  n_layer: layerCount,
  n_head: size,
  n_inner: size.nullish(),
  activation_function: activationName.default("gelu_new"),
  layer_norm_epsilon: z.number().positive().default(1e-5),
  eos_token_id: endTokenId.nullish().transform((id) => id ?? 50256),
  tie_word_embeddings: z.boolean().default(true),
  scale_attn_weights: z.literal(true).default(true),
  scale_attn_by_inverse_layer_idx: z.literal(false).default(false),
  [ownKey]: ownFields,
});

type Gpt2Config = z.output<typeof schema>;

/** Throws a `Failure` for a config.json that this version cannot use. */
export function gpt2(json: unknown, file: string): Model {
  const config = parseConfig(schema, json, file, "GPT-2");
  const shapes = tensorShapes(config);
  return decoderOnly({
    name: "GPT-2",
    vocabulary: config.vocab_size,
    endToken: config.eos_token_id,
    layers: config.n_layer,
    cache: headSizes(config),
    positions: config.n_positions,
    shapes,
    // OpenAI's own checkpoints hold the body alone.
    aliases: new Map([...shapes.keys()].map((name) => [name, [name.replace(/^transformer\./, "")]])),
    template: config[ownKey].prompt,
    config: json as Readonly<Record<string, unknown>>,
    hidden: (parameters, inputs) => hidden(config, parameters, inputs),
    head: (parameters, x) =>
      linear(x, parameters.weight(config.tie_word_embeddings ? "transformer.wte.weight" : "lm_head.weight"), {
        precise: true,
      }),
  });
}

const headSizes = ({ n_embd: width, n_head: heads }: Gpt2Config) => ({ heads, headWidth: width / heads });

function tensorShapes(config: Gpt2Config): TensorShapes {
  const { n_embd: width } = config;
  const inner = config.n_inner ?? 4 * width;
  const shapes = new Map<string, readonly number[]>([
    ["transformer.wte.weight", [config.vocab_size, width]],
    ["transformer.wpe.weight", [config.n_positions, width]],
  ]);
  const norm = (name: string): void => {
    shapes.set(`${name}.weight`, [width]).set(`${name}.bias`, [width]);
  };
  const layer = (name: string, from: number, to: number): void => {
    shapes.set(`${name}.weight`, [from, to]).set(`${name}.bias`, [to]);
  };
  for (let index = 0; index < config.n_layer; index++) {
    const block = `transformer.h.${index}`;
    norm(`${block}.ln_1`);
    layer(`${block}.attn.c_attn`, width, 3 * width);
    layer(`${block}.attn.c_proj`, width, width);
    norm(`${block}.ln_2`);
    layer(`${block}.mlp.c_fc`, width, inner);
    layer(`${block}.mlp.c_proj`, inner, width);
  }
  norm("transformer.ln_f");
  if (!config.tie_word_embeddings) shapes.set("lm_head.weight", [config.vocab_size, width]);
  return shapes;
}

function hidden(config: Gpt2Config, parameters: Parameters, inputs: CausalInputs): Value {
  const { length, flat, mask, extend } = inputs;
  const sizes = headSizes(config);
  const rows = (table: string, indices: Value): Value => {
    const weight = parameters.weight(`transformer.${table}.weight`);
    return reshape(gatherRows(weight, indices), [flat, config.n_embd]);
  };
  const norm = (name: string, x: Value): Value =>
    layerNorm(x, parameters.weight(`${name}.weight`), parameters.weight(`${name}.bias`), config.layer_norm_epsilon);
  const layer = (name: string, x: Value): Value => parameters.linear(name, x, { bias: true, inputFirst: true });

  let x = add(rows("wte", inputs.ids), rows("wpe", inputs.positions));
  for (let index = 0; index < config.n_layer; index++) {
    const block = `transformer.h.${index}`;
    x = parameters.block([x], (input: Value) => {
      const projected = layer(`${block}.attn.c_attn`, norm(`${block}.ln_1`, input));
      const [query, key, value] = split(projected, 1, 3) as [Value, Value, Value];
      const queries = scale(splitHeads(sizes, query, length, false), sizes.headWidth ** -0.5);
      const own = {
        keysTransposed: splitHeads(sizes, key, length, true),
        values: splitHeads(sizes, value, length, false),
      };
      const mixed = joinHeads(sizes, attend(queries, extend(own, index), mask), flat);
      const attended = add(input, layer(`${block}.attn.c_proj`, mixed));
      const inner = layer(`${block}.mlp.c_fc`, norm(`${block}.ln_2`, attended));
      return add(attended, layer(`${block}.mlp.c_proj`, activations[config.activation_function](inner)));
    });
  }
  return norm("transformer.ln_f", x);
}
