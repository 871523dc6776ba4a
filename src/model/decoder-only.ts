/**
 * Decoder-only models (GPT-2, GPT-J, CodeGen, Llama) as a `GenerativeModel`. Prompt and answer are one sequence; only the answer's
 * tokens have a loss. Rows are padded at the end, where the causal mask hides the padding from every real token.
 */
import { Failure } from "../foundation/failure";
import type { Graph } from "../graph/graph";
import { gatherRows, swapLastAxes } from "../graph/layout";
import type { Dimension, Value } from "../graph/value";
import { causalOnnxModels } from "./causal-export";
import { extendCache, type HeadSizes, type KeysAndValues } from "./heads";
import { cacheName, type DecodingPlan, type GenerativeModel, type TensorShapes, type TokenizedExample } from "./model";
import { causalMask, longestOf, masked, paddedIds, targetFeeds, type FeedArray } from "./padding";
import type { Parameters } from "./parameters";
import { ownKey, type PromptTemplate } from "./prompt";

export interface CausalInputs {
  readonly graph: Graph;
  /** int64 [batch, `length`]. */
  readonly ids: Value;
  /** int64 [batch, `length`], counted from 0. */
  readonly positions: Value;
  readonly length: Dimension;
  /** batch times length. */
  readonly flat: Dimension;
  /** Added to the scores; broadcasts to [batch, heads, queries, keys]. */
  readonly mask: Value;
  /** What layer `index` attends to: its own keys and values, with the cached past in front when decoding. */
  readonly extend: (own: KeysAndValues, index: number) => KeysAndValues;
}

/** What an architecture of this kind says of itself. */
export interface CausalLayers {
  readonly name: string;
  readonly vocabulary: number;
  readonly endToken: number;
  readonly layers: number;
  /** Of the cached keys and values. */
  readonly cache: HeadSizes;
  /** The longest sequence. */
  readonly positions: number;
  readonly shapes: TensorShapes;
  readonly aliases: ReadonlyMap<string, readonly string[]>;
  readonly template: PromptTemplate;
  /** config.json as it was read. */
  readonly config: Readonly<Record<string, unknown>>;
  /** After the last norm, [batch*length, width]. */
  readonly hidden: (parameters: Parameters, inputs: CausalInputs) => Value;
  /** Logits for hidden states [tokens, width]. */
  readonly head: (parameters: Parameters, hidden: Value) => Value;
}

export function decoderOnly(layers: CausalLayers): GenerativeModel {
  const { name, vocabulary, endToken, positions, template } = layers;
  return {
    name,
    vocabulary,
    endToken,
    shapes: layers.shapes,
    aliases: layers.aliases,
    configJson: () => ({ ...layers.config, torch_dtype: "float32", dtype: "float32", [ownKey]: { prompt: template } }),
    generationJson: () => ({ eos_token_id: endToken, pad_token_id: endToken }),
    checkLimits: ({ maxInput, maxOutput }) => {
      if (maxInput + maxOutput <= positions) return;
      throw new Failure(`${name} has ${positions} positions, and ${maxInput} + ${maxOutput} tokens are asked for`, {
        usage: true,
        remedy: `Lower --max-input and --max-output to ${positions} together`,
      });
    },
    encodeSource: (tokenizer, input, maximum) => {
      const before = [...tokenizer.prefix, ...tokenizer.tokens(template.before)];
      const after = tokenizer.tokens(template.after);
      const kept = tokenizer.tokens(input).slice(0, Math.max(0, maximum - before.length - after.length));
      const prompt = [...before, ...kept, ...after];
      return prompt.length === 0 ? [endToken] : prompt;
    },
    encodeTarget: (tokenizer, output, maximum) => [...tokenizer.tokens(output).slice(0, maximum - 1), endToken],
    training: (graph, parameters) => {
      const inputs = sequenceInputs(graph);
      const places = graph.input("target_positions", ["tokens"], "int64");
      const hidden = layers.hidden(parameters, { ...inputs, extend: (own) => own });
      return layers.head(parameters, gatherRows(hidden, places));
    },
    trainingFeeds: (batch) => trainingFeeds(endToken, batch),
    decoding: {
      start: (graph, parameters) => {
        const inputs = sequenceInputs(graph);
        layers.hidden(parameters, {
          ...inputs,
          extend: (own, layer) => {
            graph.output(cacheName("past", "keys", layer), swapLastAxes(own.keysTransposed));
            graph.output(cacheName("past", "values", layer), own.values);
            return own;
          },
        });
      },
      step: (graph, parameters) => {
        const hidden = layers.hidden(parameters, {
          graph,
          ids: graph.input("token_ids", ["batch", 1], "int64"),
          positions: graph.input("position_ids", ["batch", 1], "int64"),
          length: 1,
          flat: "batch",
          mask: graph.input("key_mask", ["batch", 1, 1, "keys"]),
          extend: (own, layer) => extendCache(graph, layers.cache, own, layer),
        });
        return layers.head(parameters, hidden);
      },
      begin: (sources) => begin(endToken, sources),
    },
    onnxModels: (weights) => causalOnnxModels(layers, weights),
  };
}

function sequenceInputs(graph: Graph): Omit<CausalInputs, "extend"> {
  return {
    graph,
    ids: graph.input("token_ids", ["batch", "length"], "int64"),
    positions: graph.input("position_ids", ["batch", "length"], "int64"),
    length: "length",
    flat: "batch*length",
    mask: graph.input("causal_mask", [1, 1, "length", "length"]),
  };
}

function sequenceFeeds(rows: readonly (readonly number[])[], filler: number): Record<string, FeedArray> {
  const ids = paddedIds(rows, filler);
  const length = ids.dims[1]!;
  const positions = BigInt64Array.from({ length: rows.length * length }, (_, at) => BigInt(at % length));
  return {
    token_ids: ids,
    position_ids: { type: "int64", data: positions, dims: ids.dims },
    causal_mask: causalMask(length),
  };
}

/** The last token of a row is predicted and never read; token j of a target is predicted one place before it stands. */
function trainingFeeds(filler: number, batch: readonly TokenizedExample[]) {
  const rows = batch.map(({ source, target }) => [...source, ...target.slice(0, -1)]);
  const targets = batch.map(({ target }) => target);
  const { feeds, tokens } = targetFeeds(targets, longestOf(rows), (row) => batch[row]!.source.length - 1);
  return { tokens, feeds: { ...sequenceFeeds(rows, filler), ...feeds } };
}

/**
 * The start reads each prompt but for its last token, which the first step reads. Shorter prompts leave gaps in the cache,
 * which every step's mask hides; positions count real tokens.
 */
function begin(filler: number, sources: readonly (readonly number[])[]): DecodingPlan {
  const prefixes = sources.map((source) => source.slice(0, -1));
  // A cache needs a length: where every prompt is one token, one masked place.
  const longest = Math.max(1, longestOf(prefixes));
  const padded = longestOf(prefixes) === 0 ? prefixes.map(() => [filler]) : prefixes;
  return {
    startFeeds: sequenceFeeds(padded, filler),
    rowFeeds: {},
    firstTokens: sources.map((source) => source.at(-1)!),
    stepFeeds: (position, rows, places) => {
      const keys = places + 1;
      const data = new Float32Array(rows.length * keys);
      rows.forEach((row, at) => {
        data.fill(masked, at * keys + prefixes[row]!.length, at * keys + longest);
        data.fill(masked, at * keys + longest + position, at * keys + places);
      });
      const positions = BigInt64Array.from(rows, (row) => BigInt(prefixes[row]!.length + position));
      return {
        key_mask: { type: "float32", data, dims: [rows.length, 1, 1, keys] },
        position_ids: { type: "int64", data: positions, dims: [rows.length, 1] },
      };
    },
  };
}
