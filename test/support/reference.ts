/** Reference values that Hugging Face transformers gave for tiny random checkpoints (the scripts in src/model/reference). */
import { readFile } from "node:fs/promises";
import path from "node:path";
import { installationFolder } from "../../src/foundation/installation";
import { modelOf } from "../../src/model/architectures";
import type { Classifier, GenerativeModel, Model, Weights } from "../../src/model/model";
import { parseSafetensors } from "../../src/model/safetensors";

export interface Reference<Kind extends Model = GenerativeModel> {
  readonly model: Kind;
  readonly sources: readonly (readonly number[])[];
  readonly targets: readonly (readonly number[])[];
  readonly loss: number;
  /** Of every real target token, by row. */
  readonly logits: readonly (readonly number[])[];
  /** Token ids or, of a classifier, the one class of each row. */
  readonly generated: readonly (readonly number[])[];
  readonly weights: Weights;
  readonly gradients: Weights;
}

export const referenceNames = [
  "t5",
  "t5-gated",
  "gpt2",
  "gptj",
  "codegen",
  "llama",
  "llama-scaled",
  "qwen2",
  "glm",
  "roberta",
] as const;

export const classifierName = "roberta-classifier";
export const allReferenceNames = [...referenceNames, classifierName] as const;
type ReferenceName = (typeof allReferenceNames)[number];

export async function readReference(name: (typeof referenceNames)[number]): Promise<Reference> {
  const reference = await readAnyReference(name);
  const { model } = reference;
  if (model.labels !== undefined) throw new TypeError(`${name} is a classifier`);
  return { ...reference, model };
}

export async function readClassifierReference(): Promise<Reference<Classifier>> {
  const reference = await readAnyReference(classifierName);
  const { model } = reference;
  if (model.labels === undefined) throw new TypeError(`${classifierName} is no classifier`);
  return { ...reference, model };
}

export async function readAnyReference(name: ReferenceName): Promise<Reference<Model>> {
  const folder = path.join(installationFolder(), "src/model/reference");
  const tensors = async (file: string): Promise<Map<string, Float32Array>> => {
    const parsed = parseSafetensors(await readFile(path.join(folder, file)), file);
    return new Map([...parsed].map(([tensor, { data }]) => [tensor, data]));
  };
  const file = `${name}-reference.json`;
  const json = JSON.parse(await readFile(path.join(folder, file), "utf8")) as Omit<
    Reference,
    "model" | "weights" | "gradients"
  > & { readonly config: unknown };
  return {
    ...json,
    model: modelOf(json.config, file),
    weights: await tensors(`${name}.safetensors`),
    gradients: await tensors(`${name}-gradients.safetensors`),
  };
}
