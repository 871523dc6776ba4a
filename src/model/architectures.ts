/** Which architecture a config.json names. */
import { z } from "zod";
import { Failure } from "../foundation/failure";
import { glm } from "./glm";
import { gpt2 } from "./gpt2";
import { gptj } from "./gptj";
import { llama } from "./llama";
import type { Model } from "./model";
import { qwen2 } from "./qwen2";
import { isRobertaClassifier, isRobertaEncoder, robertaClassifier } from "./roberta-classifier";
import { robertaSeq2Seq } from "./roberta-seq2seq";
import { parseT5Config } from "./t5-config";
import { t5 } from "./t5-model";

/** A RoBERTa is a classifier where its config.json says so, or where there are labels to learn and no decoder yet. */
function roberta(json: unknown, file: string, labels: readonly string[] | undefined): Model {
  const classifies = isRobertaClassifier(json) || (labels !== undefined && isRobertaEncoder(json));
  return classifies ? robertaClassifier(json, file, labels) : robertaSeq2Seq(json, file);
}

type MakeModel = (json: unknown, file: string, labels: readonly string[] | undefined) => Model;

/** By `model_type`. */
const architectures: Readonly<Record<string, MakeModel>> = {
  t5: (json, file) => t5(parseT5Config(json, file)),
  gpt2,
  gptj,
  codegen: gptj,
  llama,
  qwen2,
  glm,
  roberta,
};

/**
 * The model that a config.json describes. `labels`: what it is to learn to tell apart, where it is an encoder that can. Throws
 * a `Failure` for an architecture or a setting that this version does not know.
 */
export function modelOf(json: unknown, file: string, labels?: readonly string[]): Model {
  const type = z.object({ model_type: z.string() }).safeParse(json).data?.model_type;
  const make = type !== undefined && Object.hasOwn(architectures, type) ? architectures[type] : undefined;
  if (make !== undefined) return make(json, file, labels);
  throw new Failure(type === undefined ? "it has no model_type" : `models of type ${type} are not known`, {
    file,
    remedy: `Name a checkpoint of one of these types: ${Object.keys(architectures).join(", ")}`,
  });
}
