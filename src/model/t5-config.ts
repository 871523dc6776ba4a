/** config.json of a T5 checkpoint: read, checked, and turned into the list of tensors that it promises. */
import { z } from "zod";
import { Failure } from "../foundation/failure";
import { isActivation, type ActivationName } from "./activations";
import { layerCount } from "./config-fields";
import type { TensorShapes } from "./model";

export interface T5FeedForward {
  readonly activation: ActivationName;
  readonly gated: boolean;
}

/** `relu`, `gated-gelu`...; `gated-gelu` has always meant the tanh approximation. */
function feedForwardOf(text: string, context: z.RefinementCtx): T5FeedForward {
  const gated = text.startsWith("gated-");
  const name = text === "gated-gelu" ? "gelu_new" : text.replace(/^gated-/, "");
  if (isActivation(name)) return { activation: name, gated };
  context.addIssue({ code: "custom", message: `${JSON.stringify(text)} is no activation this version knows` });
  return z.NEVER;
}

const schema = z.object({
  model_type: z.literal("t5"),
  architectures: z.array(z.string()).optional(),
  vocab_size: z.int().positive(),
  d_model: z.int().positive(),
  d_kv: z.int().positive(),
  d_ff: z.int().positive(),
  num_layers: layerCount,
  num_decoder_layers: layerCount.optional(),
  num_heads: z.int().positive(),
  relative_attention_num_buckets: z.int().positive().default(32),
  relative_attention_max_distance: z.int().positive().default(128),
  layer_norm_epsilon: z.number().positive().default(1e-6),
  feed_forward_proj: z.string().default("relu").transform(feedForwardOf),
  tie_word_embeddings: z.boolean().default(true),
  /** What transformers 5 writes in place of `tie_word_embeddings`. */
  scale_decoder_outputs: z.boolean().optional(),
  pad_token_id: z.int().nonnegative().default(0),
  eos_token_id: z.int().nonnegative().default(1),
  decoder_start_token_id: z.int().nonnegative().default(0),
});

export interface T5Config {
  readonly vocabulary: number;
  readonly width: number;
  readonly headWidth: number;
  readonly feedForwardWidth: number;
  readonly encoderLayers: number;
  readonly decoderLayers: number;
  readonly heads: number;
  readonly positionBuckets: number;
  readonly maximumDistance: number;
  readonly normEpsilon: number;
  readonly feedForward: T5FeedForward;
  /** The head is the embedding table, and its inputs are scaled. */
  readonly tiedEmbeddings: boolean;
  readonly padToken: number;
  readonly endToken: number;
  readonly startToken: number;
}

/** Throws a `Failure` that names the first field which is missing, wrong or not supported. */
export function parseT5Config(json: unknown, file: string): T5Config {
  const parsed = schema.safeParse(json);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new Failure(
      `not a T5 configuration this version can use: ${issue?.path.join(".") ?? ""}: ${issue?.message ?? ""}`,
      {
        file,
        remedy: "Name a T5-style checkpoint (CodeT5, CodeT5+, or the built-in base)",
      },
    );
  }
  const { data } = parsed;
  return {
    vocabulary: data.vocab_size,
    width: data.d_model,
    headWidth: data.d_kv,
    feedForwardWidth: data.d_ff,
    encoderLayers: data.num_layers,
    decoderLayers: data.num_decoder_layers ?? data.num_layers,
    heads: data.num_heads,
    positionBuckets: data.relative_attention_num_buckets,
    maximumDistance: data.relative_attention_max_distance,
    normEpsilon: data.layer_norm_epsilon,
    feedForward: data.feed_forward_proj,
    tiedEmbeddings: data.scale_decoder_outputs ?? data.tie_word_embeddings,
    padToken: data.pad_token_id,
    endToken: data.eos_token_id,
    startToken: data.decoder_start_token_id,
  };
}

function formatFeedForward({ activation, gated }: T5FeedForward): string {
  if (!gated) return activation;
  return activation === "gelu_new" ? "gated-gelu" : `gated-${activation}`;
}

/** The config.json that Hugging Face transformers reads. */
export function formatT5Config(config: T5Config): Readonly<Record<string, unknown>> {
  return {
    architectures: ["T5ForConditionalGeneration"],
    model_type: "t5",
    is_encoder_decoder: true,
    vocab_size: config.vocabulary,
    d_model: config.width,
    d_kv: config.headWidth,
    d_ff: config.feedForwardWidth,
    num_layers: config.encoderLayers,
    num_decoder_layers: config.decoderLayers,
    num_heads: config.heads,
    relative_attention_num_buckets: config.positionBuckets,
    relative_attention_max_distance: config.maximumDistance,
    layer_norm_epsilon: config.normEpsilon,
    feed_forward_proj: formatFeedForward(config.feedForward),
    tie_word_embeddings: config.tiedEmbeddings,
    dropout_rate: 0,
    use_cache: true,
    pad_token_id: config.padToken,
    eos_token_id: config.endToken,
    decoder_start_token_id: config.startToken,
  };
}

/** Every tensor of the checkpoint with its shape, under Hugging Face's names and in a fixed order. */
export function t5TensorShapes(config: T5Config): TensorShapes {
  const { width, heads, headWidth, feedForwardWidth: feedForward } = config;
  const inner = heads * headWidth;
  const shapes = new Map<string, readonly number[]>([["shared.weight", [config.vocabulary, width]]]);
  const attention = (prefix: string): void => {
    for (const name of ["q", "k", "v"]) shapes.set(`${prefix}.${name}.weight`, [inner, width]);
    shapes.set(`${prefix}.o.weight`, [width, inner]);
  };
  const stack = (name: "encoder" | "decoder", layers: number): void => {
    for (let index = 0; index < layers; index++) {
      const block = `${name}.block.${index}.layer`;
      attention(`${block}.0.SelfAttention`);
      if (index === 0) {
        shapes.set(`${block}.0.SelfAttention.relative_attention_bias.weight`, [config.positionBuckets, heads]);
      }
      shapes.set(`${block}.0.layer_norm.weight`, [width]);
      if (name === "decoder") {
        attention(`${block}.1.EncDecAttention`);
        shapes.set(`${block}.1.layer_norm.weight`, [width]);
      }
      const last = name === "decoder" ? 2 : 1;
      for (const name of config.feedForward.gated ? ["wi_0", "wi_1"] : ["wi"]) {
        shapes.set(`${block}.${last}.DenseReluDense.${name}.weight`, [feedForward, width]);
      }
      shapes.set(`${block}.${last}.DenseReluDense.wo.weight`, [width, feedForward]);
      shapes.set(`${block}.${last}.layer_norm.weight`, [width]);
    }
    shapes.set(`${name}.final_layer_norm.weight`, [width]);
  };
  stack("encoder", config.encoderLayers);
  stack("decoder", config.decoderLayers);
  if (!config.tiedEmbeddings) shapes.set("lm_head.weight", [config.vocabulary, width]);
  return shapes;
}
