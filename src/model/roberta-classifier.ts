/**
 * CodeBERT and GraphCodeBERT as classifiers: transformers' `RobertaForSequenceClassification`, whose head reads the first
 * token's state (dense, tanh, out_proj). An encoder without that head gets a new one for the labels that it is to learn.
 */
import { z } from "zod";
import { Failure } from "../foundation/failure";
import { seededRandom } from "../foundation/random";
import { tanh } from "../graph/activation";
import { gatherRows } from "../graph/layout";
import type { Value } from "../graph/value";
import { classCount, parseConfig } from "./config-fields";
import type { BatchFeeds, Classifier, TensorShapes, TokenizedExample } from "./model";
import { longestOf, targetFeeds } from "./padding";
import type { Parameters } from "./parameters";
import { ownKey } from "./prompt";
import {
  addRobertaShapes,
  checkPositions,
  encodeRoberta,
  robertaFields,
  sourceFeeds,
  sourceInputs,
  type RobertaConfig,
} from "./roberta";
import { robertaOnnxModels } from "./roberta-export";

const className = "RobertaForSequenceClassification";
const schema = z.object({
  model_type: z.literal("roberta"),
  ...robertaFields,
  num_labels: classCount.default(2),
  id2label: z.record(z.string(), z.string()).optional(),
  problem_type: z.literal("single_label_classification").nullish(),
});
type Config = z.output<typeof schema>;

/** Whether a config.json is that of a classifier. */
export const isRobertaClassifier = (json: unknown): boolean =>
  z.object({ architectures: z.tuple([z.literal(className)]) }).safeParse(json).success;

/** Whether it is that of an encoder which has no decoder of ours. */
export const isRobertaEncoder = (json: unknown): boolean =>
  !z.object({ [ownKey]: z.unknown() }).safeParse(json).success;

/**
 * The classifier that the config.json describes or, where it describes an encoder alone, one with a new head for `labels`.
 * Throws a `Failure` for a config.json that this version cannot use.
 */
export function robertaClassifier(json: unknown, file: string, newLabels: readonly string[] = []): Classifier {
  const config = parseConfig(schema, json, file, "RoBERTa");
  const labels = isRobertaClassifier(json) ? labelsOf(config, file) : newLabels;
  const shapes = tensorShapes(config, labels.length);
  const headTensors = new Set([...shapes.keys()].filter((name) => name.startsWith("classifier.")));
  const classOf = new Map(labels.map((label, index) => [label, index]));
  return {
    name: "RoBERTa classifier",
    vocabulary: config.vocab_size,
    endToken: config.eos_token_id,
    labels,
    headTensors,
    shapes,
    aliases: new Map([...shapes.keys()].map((name) => [name, aliasesOf(name)])),
    fresh: (name, shape) => (headTensors.has(name) ? newHeadWeight(name, shape) : undefined),
    configJson: () => ({
      ...withoutCount(json),
      architectures: [className],
      problem_type: "single_label_classification",
      id2label: config.id2label ?? Object.fromEntries(labels.map((label, index) => [index, label])),
      label2id: Object.fromEntries(labels.map((label, index) => [config.id2label?.[index] ?? label, index])),
      torch_dtype: "float32",
      dtype: "float32",
    }),
    checkLimits: ({ maxInput }) => checkPositions(config, "--max-input", maxInput),
    encodeSource: (tokenizer, input, maximum) => tokenizer.encode(input, maximum),
    encodeTarget: (_tokenizer, output) => [numberOf(output.trim(), classOf)],
    training: (graph, parameters) => {
      const encoded = encodeRoberta(config, parameters, "roberta", sourceInputs(graph));
      const first = gatherRows(encoded, graph.input("target_positions", ["tokens"], "int64"));
      return head(parameters, first);
    },
    trainingFeeds: (batch) => trainingFeeds(config, batch),
    onnxModels: (weights) => robertaOnnxModels(config, { shapes, head }, weights),
  };
}

/** Logits of first tokens' states. */
function head(parameters: Parameters, states: Value): Value {
  const hidden = tanh(parameters.linear("classifier.dense", states, { bias: true }));
  return parameters.linear("classifier.out_proj", hidden, { bias: true, precise: true });
}

/** transformers calls classes LABEL_0, LABEL_1, ... where nobody named them: datasets write these as 0, 1, ... */
function labelsOf({ id2label, num_labels: count }: Config, file: string): readonly string[] {
  const names = id2label ?? Object.fromEntries(Array.from({ length: count }, (_, index) => [index, `LABEL_${index}`]));
  const labels = Object.keys(names).map((_, index) => names[index]);
  const known = labels.filter((label) => label !== undefined);
  if (known.length < Math.max(2, labels.length) || new Set(known).size < known.length) {
    throw new Failure("id2label does not name its classes 0, 1, ... each by a name of its own", {
      file,
      remedy: "Mend it, or name another checkpoint",
    });
  }
  return known.every((label, index) => label === `LABEL_${index}`) ? known.map((_, index) => String(index)) : known;
}

/** The number of classes is that of their names. */
const withoutCount = (json: unknown): Readonly<Record<string, unknown>> =>
  Object.fromEntries(Object.entries(json as object).filter(([name]) => name !== "num_labels"));

function numberOf(label: string, classes: ReadonlyMap<string, number>): number {
  const found = classes.get(label);
  if (found !== undefined) return found;
  const shown = [...classes.keys()].slice(0, 10).map((name) => JSON.stringify(name));
  throw new Failure(
    `the label ${JSON.stringify(label.slice(0, 60))} is none of the checkpoint's ${classes.size} classes (${shown.join(", ")}${classes.size > 10 ? ", ..." : ""})`,
    { remedy: "Start from the encoder's own checkpoint, which gets a head for the labels of the data", usage: true },
  );
}

function tensorShapes(config: RobertaConfig, classes: number): TensorShapes {
  const { hidden_size: width } = config;
  const shapes = new Map<string, readonly number[]>();
  addRobertaShapes(shapes, config, "roberta");
  shapes.set("classifier.dense.weight", [width, width]).set("classifier.dense.bias", [width]);
  shapes.set("classifier.out_proj.weight", [classes, width]).set("classifier.out_proj.bias", [classes]);
  return shapes;
}

/** CodeBERT's own checkpoint holds the encoder without a prefix, ours for generation under another. */
function aliasesOf(name: string): readonly string[] {
  return name.startsWith("roberta.") ? [name.replace("roberta.", ""), name.replace("roberta.", "encoder.")] : [];
}

/** As transformers starts a new head: normal deviates of 0.02, no bias. */
function newHeadWeight(name: string, shape: readonly number[]): Float32Array {
  const values = new Float32Array(shape.reduce((product, length) => product * length, 1));
  if (name.endsWith(".bias")) return values;
  const random = seededRandom(42, name.includes("dense") ? 1 : 2);
  return values.map(() => random.normal() * 0.02);
}

/** Every row's target is one class, told at its first token. */
function trainingFeeds(config: Config, batch: readonly TokenizedExample[]): BatchFeeds {
  const sources = batch.map(({ source }) => source);
  const { feeds, tokens } = targetFeeds(
    batch.map(({ target }) => target),
    longestOf(sources),
  );
  return { tokens, feeds: { ...sourceFeeds(config, sources), ...feeds } };
}
