/** RoBERTa's encoder (Liu et al. 2019), CodeBERT's and GraphCodeBERT's, and its embeddings, which the decoder shares. */
import { z } from "zod";
import { Failure } from "../foundation/failure";
import { add, scale } from "../graph/arithmetic";
import { attention } from "../graph/attention";
import type { Graph } from "../graph/graph";
import { gatherRows, reshape } from "../graph/layout";
import { layerNorm } from "../graph/norm";
import type { Dimension, Value } from "../graph/value";
import { activations } from "./activations";
import { activationName, endTokenId, layerCount, size, tokenId } from "./config-fields";
import { joinHeads, splitHeads } from "./heads";
import { longestOf, paddedIds, paddingMask, type FeedArray } from "./padding";
import type { Parameters } from "./parameters";

export const robertaFields = {
  vocab_size: size,
  hidden_size: size,
  num_hidden_layers: layerCount,
  num_attention_heads: size,
  intermediate_size: size,
  hidden_act: activationName.default("gelu"),
  max_position_embeddings: size.default(514),
  type_vocab_size: size.default(1),
  layer_norm_eps: z.number().positive().default(1e-5),
  position_embedding_type: z.literal("absolute").default("absolute"),
  pad_token_id: tokenId.default(1),
  bos_token_id: tokenId.default(0),
  eos_token_id: endTokenId.default(2),
};
export type RobertaConfig = z.output<z.ZodObject<typeof robertaFields>>;

export const robertaHeads = ({ hidden_size: width, num_attention_heads: heads }: RobertaConfig) => ({
  heads,
  headWidth: width / heads,
});

/** Positions count from behind the padding token's number: that many of the table's rows are not used. */
export const firstPosition = (config: RobertaConfig): number => config.pad_token_id + 1;

/** Throws a `Failure` (usage) where `flag` asks for more `tokens` than there are positions. */
export function checkPositions(config: RobertaConfig, flag: string, tokens: number): void {
  const positions = config.max_position_embeddings - firstPosition(config);
  if (tokens <= positions) return;
  throw new Failure(`RoBERTa has ${positions} positions here, and ${tokens} tokens are asked for`, {
    usage: true,
    remedy: `Lower ${flag} to ${positions}`,
  });
}

/** Adds the shapes of embeddings and layers under `prefix`. */
export function addRobertaShapes(shapes: Map<string, readonly number[]>, config: RobertaConfig, prefix: string): void {
  const { hidden_size: width, intermediate_size: inner } = config;
  const norm = (name: string): void => void shapes.set(`${name}.weight`, [width]).set(`${name}.bias`, [width]);
  const layer = (name: string, from: number, to: number): void =>
    void shapes.set(`${name}.weight`, [to, from]).set(`${name}.bias`, [to]);
  shapes.set(`${prefix}.embeddings.word_embeddings.weight`, [config.vocab_size, width]);
  shapes.set(`${prefix}.embeddings.position_embeddings.weight`, [config.max_position_embeddings, width]);
  shapes.set(`${prefix}.embeddings.token_type_embeddings.weight`, [config.type_vocab_size, width]);
  norm(`${prefix}.embeddings.LayerNorm`);
  for (let index = 0; index < config.num_hidden_layers; index++) {
    const block = `${prefix}.encoder.layer.${index}`;
    for (const name of ["query", "key", "value"]) layer(`${block}.attention.self.${name}`, width, width);
    layer(`${block}.attention.output.dense`, width, width);
    norm(`${block}.attention.output.LayerNorm`);
    layer(`${block}.intermediate.dense`, width, inner);
    layer(`${block}.output.dense`, inner, width);
    norm(`${block}.output.LayerNorm`);
  }
}

export function affineNorm(parameters: Parameters, name: string, x: Value, epsilon: number): Value {
  return layerNorm(x, parameters.weight(`${name}.weight`), parameters.weight(`${name}.bias`), epsilon);
}

/** Embeddings of `ids` [batch, length] at `positions` [length], the same for every row: [batch*length, width]. */
export function embedTokens(
  config: RobertaConfig,
  parameters: Parameters,
  prefix: string,
  { ids, positions, flat }: { readonly ids: Value; readonly positions: Value; readonly flat: Dimension },
): Value {
  const table = (name: string): Value => parameters.weight(`${prefix}.embeddings.${name}_embeddings.weight`);
  const kind = gatherRows(table("token_type"), ids.graph.integers([0]));
  const places = add(gatherRows(table("position"), positions), kind);
  const summed = reshape(add(gatherRows(table("word"), ids), places), [flat, config.hidden_size]);
  return affineNorm(parameters, `${prefix}.embeddings.LayerNorm`, summed, config.layer_norm_eps);
}

export interface RobertaInputs {
  /** int64 [batch, source]. */
  readonly ids: Value;
  /** int64 [source]. */
  readonly positions: Value;
  /** Added to the scores, [batch, 1, 1, source]. */
  readonly mask: Value;
}

export function sourceInputs(graph: Graph): RobertaInputs {
  return {
    ids: graph.input("source_ids", ["batch", "source"], "int64"),
    positions: graph.input("source_positions", ["source"], "int64"),
    mask: graph.input("source_mask", ["batch", 1, 1, "source"]),
  };
}

/** Positions `first` to `first + length - 1` of a text. */
export const positionFeed = (config: RobertaConfig, first: number, length: number): FeedArray => ({
  type: "int64",
  data: BigInt64Array.from({ length }, (_, at) => BigInt(firstPosition(config) + first + at)),
  dims: [length],
});

/** What `sourceInputs` declares. */
export function sourceFeeds(config: RobertaConfig, sources: readonly (readonly number[])[]) {
  return {
    source_ids: paddedIds(sources, config.pad_token_id),
    source_positions: positionFeed(config, 0, longestOf(sources)),
    source_mask: paddingMask(sources),
  };
}

/** The last layer's states, [batch*source, width]. */
export function encodeRoberta(
  config: RobertaConfig,
  parameters: Parameters,
  prefix: string,
  { ids, positions, mask }: RobertaInputs,
): Value {
  const sizes = robertaHeads(config);
  const flat = "batch*source";
  const layer = (name: string, x: Value): Value => parameters.linear(name, x, { bias: true });
  const norm = (name: string, x: Value): Value => affineNorm(parameters, name, x, config.layer_norm_eps);
  let x = embedTokens(config, parameters, prefix, { ids, positions, flat });
  for (let index = 0; index < config.num_hidden_layers; index++) {
    const block = `${prefix}.encoder.layer.${index}`;
    x = parameters.block([x], (input: Value) => {
      const project = (name: string, transposed: boolean): Value =>
        splitHeads(sizes, layer(`${block}.attention.self.${name}`, input), "source", transposed);
      const queries = scale(project("query", false), sizes.headWidth ** -0.5);
      const mixed = joinHeads(sizes, attention(queries, project("key", true), project("value", false), mask), flat);
      const attended = layer(`${block}.attention.output.dense`, mixed);
      const middle = norm(`${block}.attention.output.LayerNorm`, add(attended, input));
      const inner = activations[config.hidden_act](layer(`${block}.intermediate.dense`, middle));
      return norm(`${block}.output.LayerNorm`, add(layer(`${block}.output.dense`, inner), middle));
    });
  }
  return x;
}
