/**
 * GPT-J (Wang and Komatsuzaki 2021) and CodeGen (Nijkamp et al. 2022): attention and feed-forward side by side on one norm,
 * rotary positions on neighbours. CodeGen fuses query, value and key, in four groups of heads.
 */
import { z } from "zod";
import { add, scale } from "../graph/arithmetic";
import { gatherRows, reshape, split } from "../graph/layout";
import { layerNorm } from "../graph/norm";
import type { Dimension, Value } from "../graph/value";
import { activations } from "./activations";
import { activationName, endTokenId, parseConfig, layerCount, size } from "./config-fields";
import { decoderOnly, type CausalInputs } from "./decoder-only";
import { attend, joinHeads, splitHeads } from "./heads";
import type { Model, TensorShapes } from "./model";
import type { Parameters } from "./parameters";
import { ownFields, ownKey } from "./prompt";
import { rotaryEmbedding, rotaryFrequencies } from "./rotary-table";

/** How many groups CodeGen's fused projection has: the devices it was trained on. */
const groups = 4;

const schema = z
  .object({
    model_type: z.enum(["gptj", "codegen"]),
    vocab_size: size,
    n_positions: size.default(2048),
    n_embd: size,
    n_layer: layerCount,
    n_head: size,
    n_inner: size.nullish(),
    rotary_dim: size.nullish(),
    activation_function: activationName.default("gelu_new"),
    layer_norm_epsilon: z.number().positive().default(1e-5),
    eos_token_id: endTokenId.nullish().transform((id) => id ?? 50256),
    tie_word_embeddings: z.literal(false).default(false),
    [ownKey]: ownFields,
  })
  .refine((config) => config.model_type === "gptj" || config.n_head % groups === 0, {
    path: ["n_head"],
    message: `CodeGen's heads come in groups of ${groups}`,
  });

type GptJConfig = z.output<typeof schema>;

/** Throws a `Failure` for a config.json that this version cannot use. */
export function gptj(json: unknown, file: string): Model {
  const config = parseConfig(schema, json, file, "GPT-J");
  return decoderOnly({
    name: config.model_type === "gptj" ? "GPT-J" : "CodeGen",
    vocabulary: config.vocab_size,
    endToken: config.eos_token_id,
    layers: config.n_layer,
    cache: headSizes(config),
    positions: config.n_positions,
    shapes: tensorShapes(config),
    aliases: new Map(),
    template: config[ownKey].prompt,
    config: json as Readonly<Record<string, unknown>>,
    hidden: (parameters, inputs) => hidden(config, parameters, inputs),
    head: (parameters, x) => parameters.linear("lm_head", x, { bias: true, precise: true }),
  });
}

const headSizes = ({ n_embd: width, n_head: heads }: GptJConfig) => ({ heads, headWidth: width / heads });

function tensorShapes(config: GptJConfig): TensorShapes {
  const { n_embd: width } = config;
  const inner = config.n_inner ?? 4 * width;
  const shapes = new Map<string, readonly number[]>([["transformer.wte.weight", [config.vocab_size, width]]]);
  const layer = (name: string, from: number, to: number, bias = true): void => {
    shapes.set(`${name}.weight`, [to, from]);
    if (bias) shapes.set(`${name}.bias`, [to]);
  };
  const norm = (name: string): void => void shapes.set(`${name}.weight`, [width]).set(`${name}.bias`, [width]);
  for (let index = 0; index < config.n_layer; index++) {
    const block = `transformer.h.${index}`;
    norm(`${block}.ln_1`);
    if (config.model_type === "codegen") layer(`${block}.attn.qkv_proj`, width, 3 * width, false);
    else for (const name of ["q", "k", "v"]) layer(`${block}.attn.${name}_proj`, width, width, false);
    layer(`${block}.attn.out_proj`, width, width, false);
    layer(`${block}.mlp.fc_in`, width, inner);
    layer(`${block}.mlp.fc_out`, inner, width);
  }
  norm("transformer.ln_f");
  layer("lm_head", width, config.vocab_size);
  return shapes;
}

/** Query, key and value of x, each [tokens, width]. */
function projections(config: GptJConfig, parameters: Parameters, prefix: string, x: Value, flat: Dimension) {
  if (config.model_type === "gptj") {
    return (["q", "k", "v"] as const).map((name) => parameters.linear(`${prefix}.${name}_proj`, x));
  }
  const fused = reshape(parameters.linear(`${prefix}.qkv_proj`, x), [flat, groups, 3, config.n_embd / groups]);
  const [query, value, key] = split(fused, 2, 3).map((part) => reshape(part, [flat, config.n_embd]));
  return [query!, key!, value!];
}

function hidden(config: GptJConfig, parameters: Parameters, inputs: CausalInputs): Value {
  const { graph, length, flat, mask, extend } = inputs;
  const sizes = headSizes(config);
  const rotated = config.rotary_dim ?? sizes.headWidth;
  const turn = rotaryEmbedding(graph, inputs.positions, rotaryFrequencies(rotated, 10_000, { rope_type: "default" }), {
    count: config.n_positions,
    interleaved: true,
  });
  const norm = (name: string, x: Value): Value =>
    layerNorm(x, parameters.weight(`${name}.weight`), parameters.weight(`${name}.bias`), config.layer_norm_epsilon);

  let x = reshape(gatherRows(parameters.weight("transformer.wte.weight"), inputs.ids), [flat, config.n_embd]);
  for (let index = 0; index < config.n_layer; index++) {
    const block = `transformer.h.${index}`;
    x = parameters.block([x], (input: Value) => {
      const normed = norm(`${block}.ln_1`, input);
      const projected = projections(config, parameters, `${block}.attn`, normed, flat);
      const [query, key, value] = projected as [Value, Value, Value];
      const turned = turn(query, sizes.heads, length);
      const queries = scale(splitHeads(sizes, turned, length, false), sizes.headWidth ** -0.5);
      const own = {
        keysTransposed: splitHeads(sizes, turn(key, sizes.heads, length), length, true),
        values: splitHeads(sizes, value, length, false),
      };
      const mixed = joinHeads(sizes, attend(queries, extend(own, index), mask), flat);
      const attended = parameters.linear(`${block}.attn.out_proj`, mixed);
      const inner = activations[config.activation_function](
        parameters.linear(`${block}.mlp.fc_in`, normed, { bias: true }),
      );
      return add(add(attended, parameters.linear(`${block}.mlp.fc_out`, inner, { bias: true })), input);
    });
  }
  return norm("transformer.ln_f", x);
}
