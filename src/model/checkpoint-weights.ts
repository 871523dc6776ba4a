/** The weights of a checkpoint directory: one model.safetensors, or several with an index. */
import { readFile, stat } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import { writeFileAtomically } from "../foundation/atomic-write";
import { availableMemory } from "../foundation/available-memory";
import { Failure } from "../foundation/failure";
import type { Precision } from "./float-formats";
import type { Model, Weights } from "./model";
import { SafetensorsFile, safetensorsPieces, type TensorData } from "./safetensors";

const single = "model.safetensors";
const index = "model.safetensors.index.json";
const indexSchema = z.object({ weight_map: z.record(z.string(), z.string()) });
/** Larger checkpoints are written in several files. */
const defaultShardBytes = 2 ** 31;

export interface ReadOptions {
  /** Parts that a base checkpoint lacks (a decoder or a head on an encoder) start from random weights: it is going to be trained. */
  readonly forTraining?: boolean;
  /** Bytes that the weights may take as float32; what is free unless stated. */
  readonly availableMemory?: number;
}

/**
 * Every tensor of `model.shapes`, under that name or an alias. Throws a `Failure` that names the file and the tensor that
 * is missing, damaged or of another shape, or says that memory does not suffice.
 */
export async function readWeights(
  directory: string,
  model: Model,
  { forTraining = false, availableMemory: available = availableMemory() }: ReadOptions = {},
): Promise<Weights> {
  refuseTooLarge(directory, model, available);
  const files = await openAll(directory);
  try {
    const holders = new Map(files.flatMap((file) => [...file.entries.keys()].map((name) => [name, file] as const)));
    const held = (name: string): string | undefined =>
      [name, ...(model.aliases.get(name) ?? [])].find((other) => holders.has(other));
    const started = startedWeights(model, held);
    if (started.size > 0 && !forTraining) {
      const missing = model.labels === undefined ? "decoder" : "classification head";
      throw new Failure(`it has an encoder and no ${missing} yet`, {
        file: directory,
        remedy: "Fine-tune it first, and name what comes of that",
      });
    }
    const found = new Map<string, { readonly holder: SafetensorsFile; readonly stored: string }>();
    for (const [name, shape] of model.shapes) {
      if (started.has(name)) continue;
      const stored = held(name);
      const holder = stored === undefined ? undefined : holders.get(stored);
      if (stored === undefined || holder === undefined) {
        const file = path.join(directory, files.length === 1 ? single : index);
        throw new Failure(`the tensor ${name} is missing`, { file, remedy: "Copy or download the checkpoint again" });
      }
      const there = holder.entries.get(stored)!.shape;
      if (there.join() !== shape.join()) {
        throw new Failure(`the tensor ${name} is [${there.join(", ")}], config.json needs [${shape.join(", ")}]`, {
          file: holder.file,
          remedy: "Use the config.json that belongs to these weights",
        });
      }
      found.set(name, { holder, stored });
    }
    const weights = new Map<string, Float32Array>();
    for (const name of model.shapes.keys()) {
      const place = found.get(name);
      weights.set(name, place === undefined ? started.get(name)! : await place.holder.read(place.stored));
    }
    return weights;
  } finally {
    await Promise.all(files.map((file) => file.close()));
  }
}

function refuseTooLarge(directory: string, { shapes, name }: Model, available: number): void {
  const elements = [...shapes.values()].map((shape) => shape.reduce((product, length) => product * length, 1));
  const count = elements.reduce((sum, length) => sum + length, 0);
  if (4 * count <= available) return;
  const gigabytes = (value: number): string => `${(value / 2 ** 30).toFixed(1)} GiB`;
  throw new Failure(
    `this ${name} has ${(count / 1e9).toFixed(2)} billion weights, ${gigabytes(4 * count)} as float32, and ${gigabytes(available)} of memory are free`,
    { file: directory, remedy: "Close other programs, use a smaller checkpoint, or a machine with more memory" },
  );
}

/** New weights for the part that the checkpoint lacks whole; a part that is there in pieces is damaged, and has none. */
function startedWeights(model: Model, held: (name: string) => string | undefined): Map<string, Float32Array> {
  const started = new Map<string, Float32Array>();
  for (const [name, shape] of model.shapes) {
    const weight = model.fresh?.(name, shape);
    if (weight === undefined) continue;
    if (held(name) !== undefined) return new Map();
    started.set(name, weight);
  }
  return started;
}

async function openAll(directory: string): Promise<SafetensorsFile[]> {
  const names = await weightFiles(directory);
  const files: SafetensorsFile[] = [];
  try {
    for (const name of names) files.push(await SafetensorsFile.open(path.join(directory, name)));
    return files;
  } catch (error) {
    await Promise.all(files.map((file) => file.close()));
    throw error;
  }
}

/** Names of the files that hold the weights. Throws a `Failure` where there is only a pickle. */
export async function weightFiles(directory: string): Promise<string[]> {
  const exists = (name: string): Promise<boolean> =>
    stat(path.join(directory, name)).then(
      () => true,
      () => false,
    );
  if (await exists(single)) return [single];
  if (await exists(index)) {
    const file = path.join(directory, index);
    const parsed = indexSchema.safeParse(parseOrUndefined(await readFile(file, "utf8")));
    const names = [...new Set(Object.values(parsed.data?.weight_map ?? {}))].sort();
    // A name with a folder in it would be read from outside the checkpoint.
    if (names.length === 0 || names.some((name) => path.basename(name) !== name)) {
      throw new Failure("it does not list the checkpoint's files", {
        file,
        remedy: "Copy or download the checkpoint again",
      });
    }
    return names;
  }
  // A pickle can run code when it is read, so it never is.
  if ((await exists("pytorch_model.bin")) || (await exists("pytorch_model.bin.index.json"))) {
    throw new Failure("pytorch_model.bin is a pickle, which can run code, and is not read", {
      file: directory,
      remedy: "Save the model again with save_pretrained(..., safe_serialization=True)",
    });
  }
  return [single];
}

function parseOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Writes `weights` into the folder, in several files with an index when they are larger than `shardBytes`. */
export async function writeWeights(
  directory: string,
  model: Model,
  weights: Weights,
  precision: Precision,
  shardBytes = defaultShardBytes,
): Promise<void> {
  const width = precision === "float32" ? 4 : 2;
  const shards: Map<string, TensorData>[] = [];
  let size = Infinity;
  for (const [name, data] of weights) {
    if (size + data.length * width > shardBytes) {
      shards.push(new Map());
      size = 0;
    }
    shards.at(-1)!.set(name, { shape: model.shapes.get(name) ?? [data.length], data });
    size += data.length * width;
  }
  const five = (value: number): string => String(value).padStart(5, "0");
  const nameOf = (at: number): string =>
    shards.length === 1 ? single : `model-${five(at + 1)}-of-${five(shards.length)}.safetensors`;
  for (const [at, shard] of shards.entries()) {
    await writeFileAtomically(path.join(directory, nameOf(at)), safetensorsPieces(shard, precision));
  }
  if (shards.length <= 1) return;
  const total_size = [...weights.values()].reduce((sum, { length }) => sum + length * width, 0);
  const weight_map = Object.fromEntries(
    shards.flatMap((shard, at) => [...shard.keys()].map((name) => [name, nameOf(at)])),
  );
  await writeFileAtomically(
    path.join(directory, index),
    `${JSON.stringify({ metadata: { total_size }, weight_map }, undefined, 2)}\n`,
  );
}
