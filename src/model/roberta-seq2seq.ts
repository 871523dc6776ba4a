/** CodeBERT and GraphCodeBERT for generation, as CodeXGLUE fine-tunes them: RoBERTa's encoder with a decoder of its own. */
import { z } from "zod";
import { Failure } from "../foundation/failure";
import type { Graph } from "../graph/graph";
import { gatherRows } from "../graph/layout";
import type { Value } from "../graph/value";
import { parseConfig, layerCount, size } from "./config-fields";
import { extendCache } from "./heads";
import { cacheName, type DecodingPlan, type GenerativeModel, type TensorShapes, type TokenizedExample } from "./model";
import { cacheMask, causalMask, longestOf, paddedIds, targetFeeds, type FeedArray } from "./padding";
import type { Parameters } from "./parameters";
import { ownKey } from "./prompt";
import {
  addRobertaShapes,
  checkPositions,
  embedTokens,
  encodeRoberta,
  positionFeed,
  robertaFields,
  robertaHeads,
  sourceFeeds,
  sourceInputs,
} from "./roberta";
import {
  addDecoderShapes,
  decodeRoberta,
  newDecoderWeight,
  robertaHead,
  sourceKeysAndValues,
  type RobertaDecoderConfig,
} from "./roberta-decoder";

const schema = z.object({
  model_type: z.literal("roberta"),
  ...robertaFields,
  [ownKey]: z
    .object({ decoder_layers: layerCount.default(6), decoder_ffn_dim: size.default(2048) })
    .default({ decoder_layers: 6, decoder_ffn_dim: 2048 }),
});
type Config = z.output<typeof schema>;

/** Throws a `Failure` for a config.json that this version cannot use. */
export function robertaSeq2Seq(json: unknown, file: string): GenerativeModel {
  refuseOtherTasks(json, file);
  const config = parseConfig(schema, json, file, "RoBERTa");
  const decoder: RobertaDecoderConfig = {
    width: config.hidden_size,
    layers: config[ownKey].decoder_layers,
    feedForwardWidth: config[ownKey].decoder_ffn_dim,
    sizes: robertaHeads(config),
  };
  const shapes = tensorShapes(config, decoder);
  const embed = (parameters: Parameters, ids: Value, places: Value, flat: string): Value =>
    embedTokens(config, parameters, "encoder", { ids, positions: places, flat });
  const encode = (graph: Graph, parameters: Parameters) => {
    const inputs = sourceInputs(graph);
    return { mask: inputs.mask, encoded: encodeRoberta(config, parameters, "encoder", inputs) };
  };
  const logits = (parameters: Parameters, hidden: Value): Value =>
    robertaHead(parameters, hidden, parameters.weight("encoder.embeddings.word_embeddings.weight"));
  return {
    name: "RoBERTa with a decoder",
    vocabulary: config.vocab_size,
    endToken: config.eos_token_id,
    shapes,
    aliases: new Map([...shapes.keys()].map((name) => [name, aliasesOf(name)])),
    fresh: (name, shape) => (name.startsWith("encoder.") ? undefined : newDecoderWeight(name, shape)),
    configJson: () => ({
      ...(json as Readonly<Record<string, unknown>>),
      torch_dtype: "float32",
      dtype: "float32",
      [ownKey]: config[ownKey],
    }),
    generationJson: () => ({
      pad_token_id: config.pad_token_id,
      eos_token_id: config.eos_token_id,
      decoder_start_token_id: config.bos_token_id,
    }),
    checkLimits: ({ maxInput, maxOutput }) => {
      checkPositions(config, "--max-input", maxInput);
      checkPositions(config, "--max-output", maxOutput);
    },
    encodeSource: (tokenizer, input, maximum) => tokenizer.encode(input, maximum),
    encodeTarget: (tokenizer, output, maximum) => [
      ...tokenizer.tokens(output).slice(0, maximum - 1),
      config.eos_token_id,
    ],
    training: (graph, parameters) => {
      const { mask, encoded } = encode(graph, parameters);
      const ids = graph.input("target_ids", ["batch", "target"], "int64");
      const places = graph.input("decoder_positions", ["target"], "int64");
      const causal = graph.input("causal_mask", [1, 1, "target", "target"]);
      const wanted = graph.input("target_positions", ["tokens"], "int64");
      const decoded = decodeRoberta(decoder, parameters, {
        embedded: embed(parameters, ids, places, "batch*target"),
        length: "target",
        flat: "batch*target",
        causalMask: causal,
        sourceMask: mask,
        encoded,
        source: (index, states = encoded) => sourceKeysAndValues(decoder, parameters, index, states),
        extend: (own) => own,
      });
      return logits(parameters, gatherRows(decoded, wanted));
    },
    trainingFeeds: (batch) => trainingFeeds(config, batch),
    decoding: {
      start: (graph, parameters) => {
        const { encoded } = encode(graph, parameters);
        for (let layer = 0; layer < decoder.layers; layer++) {
          const { keysTransposed, values } = sourceKeysAndValues(decoder, parameters, layer, encoded);
          graph.output(cacheName("cross", "keys", layer), keysTransposed);
          graph.output(cacheName("cross", "values", layer), values);
        }
      },
      step: (graph, parameters) => {
        const { heads, headWidth } = decoder.sizes;
        const ids = graph.input("token_ids", ["batch", 1], "int64");
        const places = graph.input("decoder_positions", [1], "int64");
        const decoded = decodeRoberta(decoder, parameters, {
          embedded: embed(parameters, ids, places, "batch"),
          length: 1,
          flat: "batch",
          causalMask: graph.input("cache_mask", [1, 1, 1, "keys"]),
          sourceMask: graph.input("source_mask", ["batch", 1, 1, "source"]),
          source: (layer) => ({
            keysTransposed: graph.input(cacheName("cross", "keys", layer), ["batch", heads, headWidth, "source"]),
            values: graph.input(cacheName("cross", "values", layer), ["batch", heads, "source", headWidth]),
          }),
          extend: (own, layer) => extendCache(graph, decoder.sizes, own, layer),
        });
        return logits(parameters, decoded);
      },
      begin: (sources) => begin(config, decoder, sources),
    },
  };
}

/** Another task's head would be thrown away. */
function refuseOtherTasks(json: unknown, file: string): void {
  const { architectures } = json as { readonly architectures?: unknown };
  const kind = Array.isArray(architectures) ? String(architectures[0]) : "";
  if (!/For(TokenClassification|QuestionAnswering|MultipleChoice)$/.test(kind)) return;
  throw new Failure(`it is a ${kind}, and this version trains RoBERTa to generate and to classify only`, {
    file,
    remedy: "Name a checkpoint of the encoder alone, such as CodeBERT's own",
  });
}

function tensorShapes(config: Config, decoder: RobertaDecoderConfig): TensorShapes {
  const shapes = new Map<string, readonly number[]>();
  addRobertaShapes(shapes, config, "encoder");
  addDecoderShapes(shapes, decoder);
  return shapes;
}

/** The encoder's tensors stand without our prefix in CodeBERT's own checkpoint, and under another in task models. */
function aliasesOf(name: string): readonly string[] {
  return name.startsWith("encoder.") ? [name.replace("encoder.", "roberta."), name.replace("encoder.", "")] : [];
}

function trainingFeeds(config: Config, batch: readonly TokenizedExample[]) {
  const targets = batch.map(({ target }) => target);
  const length = longestOf(targets);
  const { feeds, tokens } = targetFeeds(targets, length);
  const shifted = targets.map((target) => [config.bos_token_id, ...target.slice(0, -1)]);
  return {
    tokens,
    feeds: {
      ...sourceFeeds(
        config,
        batch.map(({ source }) => source),
      ),
      target_ids: paddedIds(shifted, config.pad_token_id),
      decoder_positions: positionFeed(config, 0, length),
      causal_mask: causalMask(length),
      ...feeds,
    },
  };
}

function begin(config: Config, decoder: RobertaDecoderConfig, sources: readonly (readonly number[])[]): DecodingPlan {
  const { heads, headWidth } = decoder.sizes;
  const startFeeds = sourceFeeds(config, sources);
  const empty = (dims: number[]): FeedArray => ({ type: "float32", data: new Float32Array(0), dims });
  const rowFeeds: Record<string, FeedArray> = { source_mask: startFeeds.source_mask };
  for (let layer = 0; layer < decoder.layers; layer++) {
    rowFeeds[cacheName("past", "keys", layer)] = empty([sources.length, heads, 0, headWidth]);
    rowFeeds[cacheName("past", "values", layer)] = empty([sources.length, heads, 0, headWidth]);
  }
  return {
    startFeeds,
    rowFeeds,
    firstTokens: sources.map(() => config.bos_token_id),
    stepFeeds: (position, _rows, places) => ({
      decoder_positions: positionFeed(config, position, 1),
      cache_mask: cacheMask(position, places),
    }),
  };
}
