/** A Hugging Face T5 directory in memory: read whole and checked, or written whole or not at all. */
import { readFile, stat } from "node:fs/promises";
import path from "node:path";
import { asFileFailure, Failure } from "../foundation/failure";
import { writeFileAtomically, writeFolderAtomically } from "../foundation/atomic-write";
import { formatSafetensors, parseSafetensors, type TensorData } from "./safetensors";
import { formatT5Config, parseT5Config, t5TensorShapes, type T5Config } from "./t5-config";
import { Tokenizer } from "./tokenizer";

export interface Checkpoint {
  readonly config: T5Config;
  readonly tokenizer: Tokenizer;
  /** By Hugging Face's names; exactly those of `t5TensorShapes(config)`. */
  readonly weights: ReadonlyMap<string, Float32Array>;
}

const aliasesOfShared = ["encoder.embed_tokens.weight", "decoder.embed_tokens.weight", "lm_head.weight"];

/** Throws a `Failure` that names the file and what is missing, damaged or of another shape than config.json says. */
export async function readCheckpoint(directory: string): Promise<Checkpoint> {
  const readText = async (name: string): Promise<string> => {
    const file = path.join(directory, name);
    return readFile(file, "utf8").catch((error: unknown) => {
      throw asFileFailure(error, file, "read");
    });
  };
  const configFile = path.join(directory, "config.json");
  const config = parseT5Config(parseJson(await readText("config.json"), configFile), configFile);
  await refusePickle(directory);
  const tokenizer = new Tokenizer(
    {
      tokenizer: await readText("tokenizer.json"),
      config: await readText("tokenizer_config.json"),
      specialTokens: await readText("special_tokens_map.json").catch(() => "{}"),
    },
    config.endToken,
    path.join(directory, "tokenizer.json"),
  );
  const weightsFile = path.join(directory, "model.safetensors");
  const bytes = await readFile(weightsFile).catch((error: unknown) => {
    throw asFileFailure(error, weightsFile, "read");
  });
  return { config, tokenizer, weights: checkedWeights(config, parseSafetensors(bytes, weightsFile), weightsFile) };
}

function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Failure("it is not JSON", { file, remedy: "Copy the checkpoint again", cause: error });
  }
}

/** A pickle can run code when it is read, so it never is. */
async function refusePickle(directory: string): Promise<void> {
  const exists = (name: string): Promise<boolean> =>
    stat(path.join(directory, name)).then(
      () => true,
      () => false,
    );
  if ((await exists("pytorch_model.bin")) && !(await exists("model.safetensors"))) {
    throw new Failure("pytorch_model.bin is a pickle, which can run code, and is not read", {
      file: directory,
      remedy: "Save the model again with save_pretrained(..., safe_serialization=True)",
    });
  }
}

function checkedWeights(
  config: T5Config,
  tensors: ReadonlyMap<string, TensorData>,
  file: string,
): ReadonlyMap<string, Float32Array> {
  const weights = new Map<string, Float32Array>();
  for (const [name, shape] of t5TensorShapes(config)) {
    const alias = name === "shared.weight" ? aliasesOfShared.find((other) => tensors.has(other)) : undefined;
    const tensor = tensors.get(name) ?? (alias === undefined ? undefined : tensors.get(alias));
    if (tensor === undefined) {
      throw new Failure(`the tensor ${name} is missing`, { file, remedy: "Copy or download the checkpoint again" });
    }
    if (tensor.shape.join() !== shape.join()) {
      throw new Failure(`the tensor ${name} is [${tensor.shape.join(", ")}], config.json needs [${shape.join(", ")}]`, {
        file,
        remedy: "Use the config.json that belongs to these weights",
      });
    }
    weights.set(name, tensor.data);
  }
  return weights;
}

/** Writes the directory whole or not at all; `float16` is for checkpoints that are shipped, not trained on. */
export async function writeCheckpoint(
  directory: string,
  checkpoint: Checkpoint,
  precision: "float32" | "float16" = "float32",
): Promise<void> {
  const { config, tokenizer, weights } = checkpoint;
  const shapes = t5TensorShapes(config);
  const tensors = new Map(
    [...weights].map(([name, data]) => [name, { shape: shapes.get(name) ?? [data.length], data }] as const),
  );
  const json = (value: unknown): string => `${JSON.stringify(value, undefined, 2)}\n`;
  const tokens = { pad_token_id: config.padToken, eos_token_id: config.endToken };
  await writeFolderAtomically(directory, async (partial) => {
    const write = (name: string, content: string | Uint8Array): Promise<void> =>
      writeFileAtomically(path.join(partial, name), content);
    await write("config.json", json(formatT5Config(config)));
    await write("generation_config.json", json({ ...tokens, decoder_start_token_id: config.startToken }));
    await write("tokenizer.json", tokenizer.files.tokenizer);
    await write("tokenizer_config.json", tokenizer.files.config);
    await write("special_tokens_map.json", tokenizer.files.specialTokens);
    await write("model.safetensors", formatSafetensors(tensors, precision));
  });
}
