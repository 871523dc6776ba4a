/** T5 as a `Model`: what a batch is fed, and the two graphs of decoding. The layers are in t5.ts. */
import { gatherRows } from "../graph/layout";
import { extendCache, type KeysAndValues } from "./heads";
import { cacheName, type BatchFeeds, type DecodingPlan, type GenerativeModel, type TokenizedExample } from "./model";
import { cacheMask, causalMask, longestOf, paddedIds, paddingMask, targetFeeds, type FeedArray } from "./padding";
import { positionBuckets } from "./position-buckets";
import { decode, encode, keysAndValues, languageModelHead } from "./t5";
import { t5OnnxModels } from "./t5-export";
import { formatT5Config, t5TensorShapes, type T5Config } from "./t5-config";

/** Names under which older checkpoints hold the one embedding table. */
const aliasesOfShared = ["encoder.embed_tokens.weight", "decoder.embed_tokens.weight", "lm_head.weight"];

export interface T5Model extends GenerativeModel {
  readonly config: T5Config;
}

export function t5(config: T5Config): T5Model {
  const tables = new LengthTables(config);
  return {
    name: "T5",
    config,
    vocabulary: config.vocabulary,
    endToken: config.endToken,
    shapes: t5TensorShapes(config),
    aliases: new Map([
      ["shared.weight", aliasesOfShared],
      ["lm_head.weight", ["shared.weight"]],
    ]),
    configJson: () => formatT5Config(config),
    generationJson: () => ({
      pad_token_id: config.padToken,
      eos_token_id: config.endToken,
      decoder_start_token_id: config.startToken,
    }),
    checkLimits: () => undefined,
    encodeSource: (tokenizer, input, maximum) => tokenizer.encode(input, maximum),
    encodeTarget: (tokenizer, output, maximum) => tokenizer.encode(output, maximum),
    training: (graph, parameters) => {
      const ids = graph.input("source_ids", ["batch", "source"], "int64");
      const sourceMask = graph.input("source_mask", ["batch", 1, 1, "source"]);
      const buckets = graph.input("encoder_buckets", ["source", "source"], "int64");
      const targetIds = graph.input("target_ids", ["batch", "target"], "int64");
      const causal = graph.input("causal_mask", [1, 1, "target", "target"]);
      const decoderBuckets = graph.input("decoder_buckets", ["target", "target"], "int64");
      const positions = graph.input("target_positions", ["tokens"], "int64");
      const encoded = encode(config, parameters, { ids, mask: sourceMask, buckets });
      const decoded = decode(config, parameters, {
        ids: targetIds,
        length: "target",
        flat: "batch*target",
        buckets: decoderBuckets,
        causalMask: causal,
        sourceMask,
        encoded,
        source: (prefix, _layer, states = encoded) => keysAndValues(config, parameters, prefix, states, "source"),
      });
      return languageModelHead(config, parameters, gatherRows(decoded, positions));
    },
    trainingFeeds: (batch) => trainingFeeds(config, tables, batch),
    decoding: {
      start: (graph, parameters) => {
        const encoded = encode(config, parameters, {
          ids: graph.input("source_ids", ["batch", "source"], "int64"),
          mask: graph.input("source_mask", ["batch", 1, 1, "source"]),
          buckets: graph.input("encoder_buckets", ["source", "source"], "int64"),
        });
        for (let layer = 0; layer < config.decoderLayers; layer++) {
          const prefix = `decoder.block.${layer}.layer.1.EncDecAttention`;
          const { keysTransposed, values } = keysAndValues(config, parameters, prefix, encoded, "source");
          graph.output(cacheName("cross", "keys", layer), keysTransposed);
          graph.output(cacheName("cross", "values", layer), values);
        }
      },
      step: (graph, parameters) => {
        const { heads, headWidth } = config;
        const ids = graph.input("token_ids", ["batch", 1], "int64");
        const buckets = graph.input("decoder_buckets", [1, "keys"], "int64");
        const sourceMask = graph.input("source_mask", ["batch", 1, 1, "source"]);
        const decoded = decode(config, parameters, {
          ids,
          length: 1,
          flat: "batch",
          buckets,
          causalMask: graph.input("cache_mask", [1, 1, 1, "keys"]),
          sourceMask,
          source: (_prefix, layer): KeysAndValues => ({
            keysTransposed: graph.input(cacheName("cross", "keys", layer), ["batch", heads, headWidth, "source"]),
            values: graph.input(cacheName("cross", "values", layer), ["batch", heads, "source", headWidth]),
          }),
          extend: (own, layer) => extendCache(graph, config, own, layer),
        });
        return languageModelHead(config, parameters, decoded);
      },
      begin: (sources) => begin(config, tables, sources),
    },
    onnxModels: (weights) => t5OnnxModels(config, weights),
  };
}

function trainingFeeds(config: T5Config, tables: LengthTables, batch: readonly TokenizedExample[]): BatchFeeds {
  const sources = batch.map(({ source }) => source);
  const targets = batch.map(({ target }) => target);
  const targetLength = longestOf(targets);
  const { feeds, tokens } = targetFeeds(targets, targetLength);
  return {
    tokens,
    feeds: {
      source_ids: paddedIds(sources, config.padToken),
      source_mask: paddingMask(sources),
      encoder_buckets: tables.buckets(longestOf(sources), true),
      target_ids: paddedIds(
        targets.map((target) => [config.startToken, ...target.slice(0, -1)]),
        config.padToken,
      ),
      causal_mask: tables.causalMask(targetLength),
      decoder_buckets: tables.buckets(targetLength, false),
      ...feeds,
    },
  };
}

function begin(config: T5Config, tables: LengthTables, sources: readonly (readonly number[])[]): DecodingPlan {
  const { heads, headWidth } = config;
  const source_mask = paddingMask(sources);
  const empty = (dims: number[]): FeedArray => ({ type: "float32", data: new Float32Array(0), dims });
  const rowFeeds: Record<string, FeedArray> = { source_mask };
  for (let layer = 0; layer < config.decoderLayers; layer++) {
    rowFeeds[cacheName("past", "keys", layer)] = empty([sources.length, heads, 0, headWidth]);
    rowFeeds[cacheName("past", "values", layer)] = empty([sources.length, heads, 0, headWidth]);
  }
  const scheme = { buckets: config.positionBuckets, maximumDistance: config.maximumDistance, bidirectional: false };
  return {
    startFeeds: {
      source_ids: paddedIds(sources, config.padToken),
      source_mask,
      encoder_buckets: tables.buckets(longestOf(sources), true),
    },
    rowFeeds,
    firstTokens: sources.map(() => config.startToken),
    stepFeeds: (position, _rows, places) => ({
      // The token's own key stands behind the places; its bucket is that of distance 0, as theirs would be.
      decoder_buckets: {
        type: "int64",
        data: positionBuckets(1, places + 1, scheme, position),
        dims: [1, places + 1],
      },
      cache_mask: cacheMask(position, places),
    }),
  };
}

/** Tables that depend on a length alone are made once per length. */
class LengthTables {
  private readonly encoder = new Map<number, FeedArray>();
  private readonly decoder = new Map<number, FeedArray>();
  private readonly causal = new Map<number, FeedArray>();

  constructor(private readonly config: T5Config) {}

  buckets(length: number, bidirectional: boolean): FeedArray {
    return remembered(bidirectional ? this.encoder : this.decoder, length, () => {
      const scheme = { buckets: this.config.positionBuckets, maximumDistance: this.config.maximumDistance };
      const data = positionBuckets(length, length, { ...scheme, bidirectional });
      return { type: "int64", data, dims: [length, length] };
    });
  }

  causalMask(length: number): FeedArray {
    return remembered(this.causal, length, () => causalMask(length));
  }
}

function remembered(cache: Map<number, FeedArray>, length: number, make: () => FeedArray): FeedArray {
  const known = cache.get(length);
  if (known !== undefined) return known;
  const made = make();
  cache.set(length, made);
  return made;
}
