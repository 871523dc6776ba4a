/** A random RoBERTa encoder of a few thousand weights, and the classifier that it becomes. */
import { seededRandom } from "../../src/foundation/random";
import { modelOf } from "../../src/model/architectures";
import type { Checkpoint } from "../../src/model/checkpoint";
import type { Classifier, Model, Weights } from "../../src/model/model";
import { byteTokenizer } from "./tiny-checkpoint";

/** config.json as CodeBERT's: an encoder for masked language modelling. */
export const encoderConfig = {
  ...{ architectures: ["RobertaForMaskedLM"], model_type: "roberta", vocab_size: 259, type_vocab_size: 1 },
  ...{ hidden_size: 32, num_hidden_layers: 1, num_attention_heads: 4, intermediate_size: 64 },
  ...{ max_position_embeddings: 65, pad_token_id: 0, bos_token_id: 2, eos_token_id: 1, layer_norm_eps: 1e-5 },
};

/** Normal deviates; norms start at one. */
export function randomWeights({ shapes }: Model, seed: number, deviation = 0.1): Weights {
  const random = seededRandom(seed);
  return new Map(
    [...shapes].map(([name, shape]) => {
      const size = shape.reduce((product, length) => product * length, 1);
      const values = Float32Array.from({ length: size }, () => random.normal() * deviation);
      return [name, name.endsWith("LayerNorm.weight") ? values.map((value) => 1 + value) : values];
    }),
  );
}

export function tinyClassifier(labels: readonly string[], seed = 1): Checkpoint & { readonly model: Classifier } {
  const model = modelOf(encoderConfig, "config.json", labels);
  if (model.labels === undefined) throw new TypeError("an encoder with labels to learn is a classifier");
  return { model, tokenizer: byteTokenizer(), weights: randomWeights(model, seed) };
}

/** The encoder alone as a checkpoint directory holds it: CodeBERT's own names, no head. */
export function encoderTensors({ model, weights }: Checkpoint) {
  const encoder = [...weights].filter(([name]) => name.startsWith("roberta."));
  return new Map(
    encoder.map(([name, data]) => [name.replace("roberta.", ""), { shape: model.shapes.get(name)!, data }]),
  );
}
