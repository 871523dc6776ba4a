/**
 * The T5 encoder-decoder (Raffel et al. 2020) as graph operations on Hugging Face's weights. Activations are kept flat,
 * [tokens, width]; only attention sees batch and heads.
 */
import { add, multiply, scale } from "../graph/arithmetic";
import { gatherRows, reshape, transpose } from "../graph/layout";
import { linear } from "../graph/matrix";
import { rmsNorm } from "../graph/norm";
import type { Dimension, Value } from "../graph/value";
import { activations } from "./activations";
import { attend, joinHeads, splitHeads, type KeysAndValues } from "./heads";
import type { Parameters } from "./parameters";
import type { T5Config } from "./t5-config";

/** Token embeddings of `ids` [batch, length], flat: [batch*length, width]. */
function embed(parameters: Parameters, ids: Value, flat: Dimension): Value {
  const table = parameters.weight("shared.weight");
  return reshape(gatherRows(table, ids), [flat, table.shape[1]!]);
}

function norm(config: T5Config, parameters: Parameters, prefix: string, x: Value): Value {
  return rmsNorm(x, parameters.weight(`${prefix}.weight`), config.normEpsilon);
}

/** Keys and values that `source` [batch*length, width] offers to attention `prefix`. */
export function keysAndValues(
  config: T5Config,
  parameters: Parameters,
  prefix: string,
  source: Value,
  length: Dimension,
): KeysAndValues {
  return {
    keysTransposed: splitHeads(config, parameters.linear(`${prefix}.k`, source), length, true),
    values: splitHeads(config, parameters.linear(`${prefix}.v`, source), length, false),
  };
}

function attentionLayer(
  config: T5Config,
  parameters: Parameters,
  prefix: string,
  x: Value,
  length: Dimension,
  source: KeysAndValues,
  bias: Value,
): Value {
  const queries = splitHeads(config, parameters.linear(`${prefix}.q`, x), length, false);
  const joined = joinHeads(config, attend(queries, source, bias), x.shape[0]!);
  return parameters.linear(`${prefix}.o`, joined);
}

/** Gated variants (T5 1.1) multiply the activated projection with a second, linear one. */
function feedForward(config: T5Config, parameters: Parameters, layer: string, x: Value): Value {
  const { activation, gated } = config.feedForward;
  const normed = norm(config, parameters, `${layer}.layer_norm`, x);
  const dense = `${layer}.DenseReluDense`;
  const activated = activations[activation](parameters.linear(gated ? `${dense}.wi_0` : `${dense}.wi`, normed));
  const hidden = gated ? multiply(activated, parameters.linear(`${dense}.wi_1`, normed)) : activated;
  return add(x, parameters.linear(`${dense}.wo`, hidden));
}

/** Learned bias by bucketed distance: `buckets` [queries, keys] -> [heads, queries, keys]. */
function positionBias(parameters: Parameters, stack: "encoder" | "decoder", buckets: Value): Value {
  const table = parameters.weight(`${stack}.block.0.layer.0.SelfAttention.relative_attention_bias.weight`);
  return transpose(gatherRows(table, buckets), [2, 0, 1]);
}

export interface EncoderInputs {
  /** int64 [batch, source]. */
  readonly ids: Value;
  /** Added to the scores, [batch, 1, 1, source]: 0 at tokens, very negative at padding. */
  readonly mask: Value;
  /** int64 [source, source], see position-buckets.ts. */
  readonly buckets: Value;
}

/** The encoder's output, [batch*source, width]. */
export function encode(config: T5Config, parameters: Parameters, { ids, mask, buckets }: EncoderInputs): Value {
  const bias = add(positionBias(parameters, "encoder", buckets), mask);
  let x = embed(parameters, ids, "batch*source");
  for (let index = 0; index < config.encoderLayers; index++) {
    const block = `encoder.block.${index}.layer`;
    x = parameters.block([x], (input: Value) => {
      const normed = norm(config, parameters, `${block}.0.layer_norm`, input);
      const prefix = `${block}.0.SelfAttention`;
      const own = keysAndValues(config, parameters, prefix, normed, "source");
      const attended = add(input, attentionLayer(config, parameters, prefix, normed, "source", own, bias));
      return feedForward(config, parameters, `${block}.1`, attended);
    });
  }
  return norm(config, parameters, "encoder.final_layer_norm", x);
}

export interface DecoderInputs {
  /** int64 [batch, `length`]. */
  readonly ids: Value;
  /** Name of the number of queries: `target` in training, 1 when decoding step by step. */
  readonly length: Dimension;
  readonly flat: Dimension;
  /** int64 [queries, keys]. */
  readonly buckets: Value;
  /** Added to the self-attention's scores, [1, 1, queries, keys]; left out where every key may be seen. */
  readonly causalMask?: Value;
  /** [batch, 1, 1, source]. */
  readonly sourceMask: Value;
  /** The encoder's output, where `source` is computed from it. */
  readonly encoded?: Value;
  /** What layer `index` attends to in the encoder's output. */
  readonly source: (prefix: string, index: number, encoded?: Value) => KeysAndValues;
  /** Lets a decoding step put its cached past in front of its own keys and values. */
  readonly extend?: (own: KeysAndValues, index: number) => KeysAndValues;
}

/** The decoder's output after its final norm, [batch*queries, width]. */
export function decode(config: T5Config, parameters: Parameters, inputs: DecoderInputs): Value {
  const { length } = inputs;
  const extend = inputs.extend ?? ((own: KeysAndValues) => own);
  const position = positionBias(parameters, "decoder", inputs.buckets);
  const bias = inputs.causalMask === undefined ? position : add(position, inputs.causalMask);
  let x = embed(parameters, inputs.ids, inputs.flat);
  const encoded = inputs.encoded === undefined ? [] : [inputs.encoded];
  for (let index = 0; index < config.decoderLayers; index++) {
    const block = `decoder.block.${index}.layer`;
    x = parameters.block([x, ...encoded], (input: Value, states?: Value) => {
      const self = `${block}.0.SelfAttention`;
      const normed = norm(config, parameters, `${block}.0.layer_norm`, input);
      const own = extend(keysAndValues(config, parameters, self, normed, length), index);
      const attended = add(input, attentionLayer(config, parameters, self, normed, length, own, bias));

      const cross = `${block}.1.EncDecAttention`;
      const query = norm(config, parameters, `${block}.1.layer_norm`, attended);
      const source = inputs.source(cross, index, states);
      const mixed = add(attended, attentionLayer(config, parameters, cross, query, length, source, inputs.sourceMask));
      return feedForward(config, parameters, `${block}.2`, mixed);
    });
  }
  return norm(config, parameters, "decoder.final_layer_norm", x);
}

/** Logits over the vocabulary for `hidden` [tokens, width]. Tied embeddings are scaled by width^-0.5, as T5 does. */
export function languageModelHead(config: T5Config, parameters: Parameters, hidden: Value): Value {
  return config.tiedEmbeddings
    ? linear(scale(hidden, config.width ** -0.5), parameters.weight("shared.weight"), { precise: true })
    : parameters.linear("lm_head", hidden, { precise: true });
}
