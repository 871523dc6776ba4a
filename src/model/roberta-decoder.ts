/**
 * The Transformer decoder that CodeXGLUE puts on RoBERTa for generation: PyTorch's `nn.TransformerDecoderLayer` (norms
 * after each part, relu), a dense layer with tanh, and the embedding table as the head. Names are those of its checkpoints.
 */
import { add, relu, scale } from "../graph/arithmetic";
import { tanh } from "../graph/activation";
import { split } from "../graph/layout";
import { linear } from "../graph/matrix";
import type { Dimension, Value } from "../graph/value";
import { seededRandom } from "../foundation/random";
import { attend, joinHeads, splitHeads, type HeadSizes, type KeysAndValues } from "./heads";
import type { Parameters } from "./parameters";
import { affineNorm } from "./roberta";

export interface RobertaDecoderConfig {
  readonly width: number;
  readonly layers: number;
  readonly feedForwardWidth: number;
  readonly sizes: HeadSizes;
}

/** PyTorch's default, whatever RoBERTa's is. */
const normEpsilon = 1e-5;

export function addDecoderShapes(shapes: Map<string, readonly number[]>, config: RobertaDecoderConfig): void {
  const { width, feedForwardWidth: inner } = config;
  const layer = (name: string, from: number, to: number): void =>
    void shapes.set(`${name}.weight`, [to, from]).set(`${name}.bias`, [to]);
  for (let index = 0; index < config.layers; index++) {
    const block = `decoder.layers.${index}`;
    for (const name of ["self_attn", "multihead_attn"]) {
      shapes.set(`${block}.${name}.in_proj_weight`, [3 * width, width]);
      shapes.set(`${block}.${name}.in_proj_bias`, [3 * width]);
      layer(`${block}.${name}.out_proj`, width, width);
    }
    layer(`${block}.linear1`, width, inner);
    layer(`${block}.linear2`, inner, width);
    for (const name of ["norm1", "norm2", "norm3"]) {
      shapes.set(`${block}.${name}.weight`, [width]).set(`${block}.${name}.bias`, [width]);
    }
  }
  layer("dense", width, width);
}

/** A new decoder's weights by PyTorch's rules: norms start at one, projections within the bound of their fan-in. */
export function newDecoderWeight(name: string, shape: readonly number[]): Float32Array {
  const size = shape.reduce((product, length) => product * length, 1);
  if (/norm\d\.weight$/.test(name)) return new Float32Array(size).fill(1);
  if (/norm\d\.bias$|in_proj_bias$|out_proj\.bias$/.test(name)) return new Float32Array(size);
  const [first, second = first] = shape as [number, number?];
  const bound = name.endsWith("in_proj_weight") ? Math.sqrt(6 / (first + second)) : 1 / Math.sqrt(second);
  let stream = 7;
  for (const letter of name) stream = (Math.imul(stream, 31) + letter.charCodeAt(0)) | 0;
  const random = seededRandom(42, stream);
  return Float32Array.from({ length: size }, () => (2 * random.unit() - 1) * bound);
}

/** The thirds of a fused projection: query, key and value. */
function thirds(parameters: Parameters, prefix: string) {
  const weights = split(parameters.weight(`${prefix}.in_proj_weight`), 0, 3);
  const biases = split(parameters.weight(`${prefix}.in_proj_bias`), 0, 3);
  return weights.map((weight, at) => (x: Value) => linear(x, weight, { bias: biases[at]! })) as [
    (x: Value) => Value,
    (x: Value) => Value,
    (x: Value) => Value,
  ];
}

/** What layer `index` attends to of the encoder's states [batch*source, width]. */
export function sourceKeysAndValues(
  config: RobertaDecoderConfig,
  parameters: Parameters,
  index: number,
  encoded: Value,
): KeysAndValues {
  const [, key, value] = thirds(parameters, `decoder.layers.${index}.multihead_attn`);
  return {
    keysTransposed: splitHeads(config.sizes, key(encoded), "source", true),
    values: splitHeads(config.sizes, value(encoded), "source", false),
  };
}

export interface RobertaDecoderInputs {
  /** Embedded targets, [batch*queries, width]. */
  readonly embedded: Value;
  readonly length: Dimension;
  readonly flat: Dimension;
  /** Added to the self-attention's scores; broadcasts to [batch, heads, queries, keys]. */
  readonly causalMask: Value;
  /** [batch, 1, 1, source]. */
  readonly sourceMask: Value;
  /** The encoder's states, where `source` is computed from them. */
  readonly encoded?: Value;
  readonly source: (index: number, encoded?: Value) => KeysAndValues;
  readonly extend: (own: KeysAndValues, index: number) => KeysAndValues;
}

/** States before the dense layer, [batch*queries, width]. */
export function decodeRoberta(
  config: RobertaDecoderConfig,
  parameters: Parameters,
  { embedded, length, flat, causalMask, sourceMask, encoded, source, extend }: RobertaDecoderInputs,
): Value {
  const { sizes } = config;
  const layer = (name: string, x: Value): Value => parameters.linear(name, x, { bias: true });
  const norm = (name: string, x: Value): Value => affineNorm(parameters, name, x, normEpsilon);
  let x = embedded;
  for (let index = 0; index < config.layers; index++) {
    const block = `decoder.layers.${index}`;
    const attended = (name: string, query: Value, source: KeysAndValues, mask: Value): Value => {
      const queries = scale(splitHeads(sizes, query, length, false), sizes.headWidth ** -0.5);
      const mixed = joinHeads(sizes, attend(queries, source, mask), flat);
      return layer(`${block}.${name}.out_proj`, mixed);
    };
    x = parameters.block([x, ...(encoded === undefined ? [] : [encoded])], (input: Value, states?: Value) => {
      const [query, key, value] = thirds(parameters, `${block}.self_attn`);
      const own = extend(
        {
          keysTransposed: splitHeads(sizes, key(input), length, true),
          values: splitHeads(sizes, value(input), length, false),
        },
        index,
      );
      const first = norm(`${block}.norm1`, add(input, attended("self_attn", query(input), own, causalMask)));
      const [crossQuery] = thirds(parameters, `${block}.multihead_attn`);
      const mixed = attended("multihead_attn", crossQuery(first), source(index, states), sourceMask);
      const second = norm(`${block}.norm2`, add(first, mixed));
      const inner = relu(layer(`${block}.linear1`, second));
      return norm(`${block}.norm3`, add(second, layer(`${block}.linear2`, inner)));
    });
  }
  return x;
}

/** Logits of states [tokens, width] by the embedding table `table` [vocabulary, width]. */
export function robertaHead(parameters: Parameters, hidden: Value, table: Value): Value {
  return linear(tanh(parameters.linear("dense", hidden, { bias: true })), table, { precise: true });
}
