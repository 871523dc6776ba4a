/**
 * A checkpoint as transformers.js loads it: its ONNX models in the folder `onnx`, and in config.json how they are stored. What a
 * model file cannot hold stands in files beside it. All are written from the weights as they are, without a copy.
 */
import { mkdir } from "node:fs/promises";
import path from "node:path";
import { writeFileAtomically, writeFolderAtomically } from "../foundation/atomic-write";
import { Failure, throwIfCancelled } from "../foundation/failure";
import { ExternalData } from "../graph/external-data";
import { byteSize } from "../graph/onnx-model";
import { writeDescription, type Checkpoint } from "./checkpoint";
import type { Tokenizer } from "./tokenizer";

/** Bytes of constants: protobuf ends at 2 GiB, and some of it is for the graph itself. */
const largestFile = 2 ** 31 - 2 ** 25;

interface OnnxOptions {
  /** Models with more bytes of constants have them in files of at most that, unless one constant alone has more. */
  readonly largest?: number;
  readonly signal?: AbortSignal;
}

/**
 * Writes the directory whole or not at all; gives the ONNX files' sizes by name. Throws `Cancelled`, or a `Failure` for an
 * architecture that transformers.js has no class for.
 */
export async function writeOnnxCheckpoint(
  directory: string,
  { model, tokenizer, weights }: Checkpoint,
  { largest = largestFile, signal }: OnnxOptions = {},
): Promise<ReadonlyMap<string, number>> {
  const models = model.onnxModels?.(weights);
  if (models === undefined) {
    throw new Failure(`transformers.js has no class for ${model.name}, so it cannot be exported`, {
      remedy: "Export a checkpoint of another architecture, or a RoBERTa classifier; probing takes this one",
    });
  }
  const sizes = new Map<string, number>();
  await writeFolderAtomically(directory, async (partial) => {
    await mkdir(path.join(partial, "onnx"));
    const write = async (name: string, content: readonly Uint8Array[]): Promise<void> => {
      await writeFileAtomically(path.join(partial, "onnx", name), untilCancelled(content, signal));
      sizes.set(`onnx/${name}`, byteSize(content));
    };
    const externalFiles: Record<string, number> = {};
    for (const [name, { constantBytes, pieces }] of models) {
      const external = constantBytes > largest ? new ExternalData(name, largest) : undefined;
      await write(name, pieces(external?.place));
      if (external === undefined) continue;
      externalFiles[name] = external.files.length;
      for (const file of external.files) await write(file.name, file.pieces);
    }
    const config = { "transformers.js_config": fileFormat(externalFiles) };
    await writeDescription(partial, { model, tokenizer }, { config, ...paddingToken(tokenizer, model.endToken) });
  });
  return sizes;
}

function* untilCancelled(pieces: readonly Uint8Array[], signal: AbortSignal | undefined): Generator<Uint8Array> {
  for (const piece of pieces) {
    throwIfCancelled(signal);
    yield piece;
  }
}

/** `dtype`: in a browser transformers.js would look for 8-bit files otherwise. */
function fileFormat(externalFiles: Readonly<Record<string, number>>): object {
  const isExternal = Object.keys(externalFiles).length > 0;
  return { dtype: "fp32", ...(isExternal ? { use_external_data_format: externalFiles } : {}) };
}

/** transformers.js takes no batches unless the tokenizer's settings name a token to pad with, or one that ends texts. */
function paddingToken(tokenizer: Tokenizer, endToken: number): { readonly tokenizerConfig?: object } {
  const config = JSON.parse(tokenizer.files.config) as { readonly pad_token?: unknown; readonly eos_token?: unknown };
  if ((config.pad_token ?? config.eos_token ?? null) !== null) return {};
  return { tokenizerConfig: { ...config, eos_token: tokenizer.tokenText(endToken) } };
}
