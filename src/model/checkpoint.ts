/** A Hugging Face checkpoint directory in memory: read whole and checked, or written whole or not at all. */
import { readFile } from "node:fs/promises";
import path from "node:path";
import { writeFileAtomically, writeFolderAtomically } from "../foundation/atomic-write";
import { asFileFailure, Failure } from "../foundation/failure";
import { modelOf } from "./architectures";
import { readWeights, weightFiles, writeWeights, type ReadOptions } from "./checkpoint-weights";
import type { Precision } from "./float-formats";
import type { Model, Weights } from "./model";
import type { Tokenizer } from "./tokenizer";
import { readTokenizer } from "./tokenizer-files";

export interface Checkpoint {
  readonly model: Model;
  readonly tokenizer: Tokenizer;
  /** By Hugging Face's names; exactly those of `model.shapes`. */
  readonly weights: Weights;
}

export interface CheckpointOptions extends ReadOptions {
  /** An encoder that can classify becomes a classifier of these. */
  readonly labels?: readonly string[] | undefined;
}

/** Throws a `Failure` that names the file and what is missing, damaged or of another shape than config.json says. */
export async function readCheckpoint(directory: string, options: CheckpointOptions = {}): Promise<Checkpoint> {
  const file = path.join(directory, "config.json");
  const text = await readFile(file, "utf8").catch((error: unknown) => {
    throw asFileFailure(error, file, "read");
  });
  const model = modelOf(parseJson(text, file), file, options.labels);
  await weightFiles(directory);
  const tokenizer = await readTokenizer(directory, model.endToken);
  return { model, tokenizer, weights: await readWeights(directory, model, options) };
}

function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Failure("it is not JSON", { file, remedy: "Copy the checkpoint again", cause: error });
  }
}

/** Writes the directory whole or not at all; the 16-bit precisions are for checkpoints that are shipped, not trained on. */
export async function writeCheckpoint(
  directory: string,
  { model, tokenizer, weights }: Checkpoint,
  precision: Precision = "float32",
): Promise<void> {
  await writeFolderAtomically(directory, async (partial) => {
    await writeDescription(partial, { model, tokenizer });
    await writeWeights(partial, model, weights, precision);
  });
}

/**
 * All of a checkpoint but its weights, into an existing folder. `fields.config` is added to config.json; `fields.tokenizerConfig` is
 * written in place of the tokenizer's own.
 */
export async function writeDescription(
  directory: string,
  { model, tokenizer }: Omit<Checkpoint, "weights">,
  fields: { readonly config?: object; readonly tokenizerConfig?: object } = {},
): Promise<void> {
  const json = (value: unknown): string => `${JSON.stringify(value, undefined, 2)}\n`;
  const write = (name: string, content: string): Promise<void> =>
    writeFileAtomically(path.join(directory, name), content);
  await write("config.json", json({ ...model.configJson(), ...fields.config }));
  if (model.labels === undefined) await write("generation_config.json", json(model.generationJson()));
  await write("tokenizer.json", tokenizer.files.tokenizer);
  const { config } = tokenizer.files;
  await write("tokenizer_config.json", fields.tokenizerConfig === undefined ? config : json(fields.tokenizerConfig));
  await write("special_tokens_map.json", tokenizer.files.specialTokens);
}
